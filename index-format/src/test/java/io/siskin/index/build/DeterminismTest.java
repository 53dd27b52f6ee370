package io.siskin.index.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.document.FieldValue;
import io.siskin.index.format.SegmentId;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.SmallSegments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that the bytes depend only on the documents, their order and the options. */
final class DeterminismTest {
  @TempDir Path temporary;

  @ParameterizedTest
  @MethodSource("io.siskin.index.testing.SmallSegments#all")
  void theNumberOfThreadsDoesNotShow(SmallSegments small) throws IOException {
    small.withThreads(1).build(temporary.resolve("one"));
    small.withThreads(3).build(temporary.resolve("three"));
    small.withThreads(3).build(temporary.resolve("again"));
    assertThat(bytes("three")).isEqualTo(bytes("one"));
    assertThat(bytes("again")).isEqualTo(bytes("one"));
  }

  /** The collection is large enough for several pieces of work per stage. */
  @RepeatedTest(2)
  void norDoesItInACollectionOfSeveralPieces() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(5000, 300, 6, 5, 1 << 20, random.nextBoolean()), random);
    BuildOptions options =
        SmallSegments.bm25WithFields()
            .options()
            .withWeighting(new Weighting.AsGiven())
            .withReordering(new Reordering.GraphBisection(3, 2, 16));
    collection.build(temporary.resolve("one"), options.withThreads(1));
    collection.build(temporary.resolve("three"), options.withThreads(3));
    assertThat(bytes("three")).isEqualTo(bytes("one"));
  }

  @Test
  void otherDocumentsOtherOrderOrOtherOptionsGiveAnotherId() throws IOException {
    SmallSegments small = SmallSegments.bm25WithFields();
    List<SegmentId> ids = new ArrayList<>();
    ids.add(id("same", small.options(), small.documents()));
    ids.add(id("fewer", small.options(), small.documents().subList(0, 17)));
    List<SmallSegments.Document> turned = new ArrayList<>(small.documents());
    turned.set(2, changed(small.documents().get(3), "ü3", small.documents().get(3).fields(), 2));
    turned.set(3, changed(small.documents().get(2), "ü2", small.documents().get(2).fields(), 3));
    ids.add(id("order", small.options(), turned));
    List<SmallSegments.Document> named = new ArrayList<>(small.documents());
    named.set(4, changed(named.get(4), "x", named.get(4).fields(), 4));
    ids.add(id("name", small.options(), named));
    List<SmallSegments.Document> told = new ArrayList<>(small.documents());
    told.set(4, changed(told.get(4), told.get(4).id(), Map.of(), 4));
    ids.add(id("fields", small.options(), told));
    List<SmallSegments.Document> written = new ArrayList<>(small.documents());
    written.set(17, changed(written.get(17), "ü17", written.get(17).fields(), 18));
    ids.add(id("position", small.options(), written));
    List<SmallSegments.Document> typed = new ArrayList<>(small.documents());
    SmallSegments.Document last = typed.removeLast();
    typed.add(
        new SmallSegments.Document(
            last.id(),
            last.vector(),
            last.fields(),
            Map.of("year", new FieldValue.Whole(2026)),
            last.position()));
    ids.add(id("declared", small.options(), typed));
    ids.add(
        id(
            "weighting",
            small.options().withWeighting(new Weighting.Bm25OfInput(0.9, 0.41)),
            small.documents()));
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(small.build(temporary.resolve("again")).id()).isEqualTo(ids.getFirst());
  }

  private static SmallSegments.Document changed(
      SmallSegments.Document document, String id, Map<String, String> fields, long position) {
    return new SmallSegments.Document(id, document.vector(), fields, Map.of(), position);
  }

  private SegmentId id(String name, BuildOptions options, List<SmallSegments.Document> documents)
      throws IOException {
    return new SmallSegments(name, options, documents).build(temporary.resolve(name)).id();
  }

  private Map<String, String> bytes(String name) throws IOException {
    Map<String, String> bytes = new TreeMap<>();
    try (Stream<Path> files = Files.list(temporary.resolve(name))) {
      for (Path file : files.toList()) {
        bytes.put(
            file.getFileName().toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    return bytes;
  }
}
