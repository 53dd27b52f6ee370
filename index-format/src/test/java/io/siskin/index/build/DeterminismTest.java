package io.siskin.index.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.format.SegmentId;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.SmallSegments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
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
    Collections.swap(turned, 2, 3);
    ids.add(id("order", small.options(), turned));
    List<SmallSegments.Document> named = new ArrayList<>(small.documents());
    named.set(4, new SmallSegments.Document("x", named.get(4).vector(), named.get(4).fields()));
    ids.add(id("name", small.options(), named));
    List<SmallSegments.Document> told = new ArrayList<>(small.documents());
    told.set(4, new SmallSegments.Document(told.get(4).id(), told.get(4).vector(), Map.of()));
    ids.add(id("fields", small.options(), told));
    ids.add(
        id(
            "weighting",
            small.options().withWeighting(new Weighting.Bm25OfInput(0.9, 0.41)),
            small.documents()));
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(small.build(temporary.resolve("again")).id()).isEqualTo(ids.getFirst());
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
