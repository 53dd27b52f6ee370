package io.siskin.index.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldValue;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.inspect.SegmentVerifier;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.RandomDense;
import io.siskin.index.testing.RandomFields;
import io.siskin.index.testing.Repository;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.SegmentText;
import io.siskin.index.testing.SmallSegments;
import io.siskin.index.vector.TokenVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SegmentMergerTest {
  @TempDir Path temporary;
  private final List<Segment> opened = new ArrayList<>();

  @AfterEach
  void release() {
    opened.forEach(Segment::release);
  }

  /**
   * Cuts a random collection into segments, deletes some documents and merges the rest. The result
   * has the same bytes as a build of the rest at once, and so gives the same answers.
   */
  @RepeatedTest(12)
  void theMergedSegmentIsTheOneOfABuildAtOnce() throws IOException {
    Random random = new Random(Seeds.next());
    List<SmallSegments.Document> documents = documents(random);
    BuildOptions options = options(random);
    BuildOptions partOptions =
        random.nextBoolean()
            ? options
            : options.withReordering(new Reordering.GraphBisection(20, 1, 2));
    List<SmallSegments.Document> rest = new ArrayList<>();
    List<SegmentMerger.Input> inputs = new ArrayList<>();
    for (int from = 0; from < documents.size() || inputs.isEmpty(); ) {
      int to = Math.min(documents.size(), from + random.nextInt(600));
      List<SmallSegments.Document> part = documents.subList(from, to);
      inputs.add(input(open(build("part" + inputs.size(), partOptions, part)), part, rest, random));
      from = to;
    }
    Path atOnce = build("at-once", options, rest);
    Path merged = directory("merged");
    SegmentMerger.Merged result = SegmentMerger.merge(inputs, merged, options, BuildProgress.NONE);
    assertThat(names(merged)).isEqualTo(names(atOnce));
    for (String name : names(atOnce)) {
      assertThat(merged.resolve(name)).as(name).hasSameBinaryContentAs(atOnce.resolve(name));
    }
    checkNumbers(inputs, result, open(merged));
  }

  private static SegmentMerger.Input input(
      Segment segment,
      List<SmallSegments.Document> part,
      List<SmallSegments.Document> rest,
      Random random) {
    if (random.nextInt(3) == 0) {
      rest.addAll(part);
      return new SegmentMerger.Input(segment, null);
    }
    DocumentSet.Builder live = DocumentSet.builder(part.size());
    int share = random.nextInt(4);
    for (SmallSegments.Document document : part) {
      if (random.nextInt(3) < share) {
        live.add(segment.documents().documentNumber(document.id()));
        rest.add(document);
      }
    }
    return new SegmentMerger.Input(segment, live.build());
  }

  private static void checkNumbers(
      List<SegmentMerger.Input> inputs, SegmentMerger.Merged result, Segment merged) {
    int taken = 0;
    for (int i = 0; i < inputs.size(); i++) {
      SegmentMerger.Input input = inputs.get(i);
      int[] numbers = result.newNumbers().get(i);
      assertThat(numbers).hasSize(input.segment().statistics().documentCount());
      for (int document = 0; document < numbers.length; document++) {
        String id = input.segment().documents().externalId(document);
        DocumentSet live = input.live();
        if (live == null || live.contains(document)) {
          assertThat(merged.documents().externalId(numbers[document])).isEqualTo(id);
          taken++;
        } else {
          assertThat(numbers[document]).isEqualTo(SegmentMerger.DROPPED);
        }
      }
    }
    assertThat(taken).isEqualTo(merged.statistics().documentCount());
  }

  private static List<SmallSegments.Document> documents(Random random) {
    RandomCollection collection =
        RandomCollection.draw(RandomCollection.Shape.random(random), random);
    int count = collection.documents().size();
    List<Map<String, FieldValue>> fields = RandomFields.draw(count, random);
    List<SmallSegments.Document> documents = new ArrayList<>();
    long position = random.nextInt(3) * 1_000_000_000L;
    boolean withDense = random.nextBoolean();
    RandomDense dense = new RandomDense(random);
    for (int i = 0; i < count; i++) {
      Map<String, String> stored =
          i % 3 == 0 ? Map.of() : Map.of("n", Integer.toString(i), "text", "document " + i);
      documents.add(
          new SmallSegments.Document(
              "d" + i,
              collection.documents().get(i),
              stored,
              fields.get(i),
              position,
              withDense ? dense.document() : Map.of()));
      position += 1 + random.nextInt(3);
    }
    return documents;
  }

  private static BuildOptions options(Random random) {
    Weighting weighting =
        random.nextBoolean() ? new Weighting.AsGiven() : new Weighting.Bm25(0.9, 0.4, 17);
    Quantization quantization =
        switch (random.nextInt(3)) {
          case 0 -> new Quantization.PerDocument();
          case 1 -> new Quantization.Auto();
          default ->
              // Heavier weights than these are quantised by a scale of their own.
              new Quantization.Global(weighting instanceof Weighting.AsGiven ? 5f / 255 : 1f / 255);
        };
    return new BuildOptions(
        weighting,
        quantization,
        new Reordering.None(),
        new BuildOptions.Structures(
            true,
            random.nextBoolean(),
            BlockMaxOptions.DEFAULTS,
            new ImpactOrderedOptions(4, 0.5, 2),
            random.nextBoolean() ? ClusterOptions.DEFAULTS : null,
            true,
            random.nextBoolean()),
        2);
  }

  /** Merging may reorder, too. The documents keep their order of indexing. */
  @Test
  void aMergeMayReorder() throws IOException {
    SmallSegments small = SmallSegments.columns();
    Segment first = open(build("first", small.options(), small.documents().subList(0, 20)));
    Segment second = open(build("second", small.options(), small.documents().subList(20, 50)));
    Path merged = directory("merged");
    SegmentMerger.Merged result =
        SegmentMerger.merge(
            List.of(new SegmentMerger.Input(first, null), new SegmentMerger.Input(second, null)),
            merged,
            small.options(),
            BuildProgress.NONE);
    Segment segment = open(merged);
    assertThat(segment.documents().indexingOrder()).isNotNull();
    for (int ordinal = 0; ordinal < 50; ordinal++) {
      int number = segment.documents().indexingOrder().documentNumber(ordinal);
      SmallSegments.Document document = small.documents().get(ordinal);
      assertThat(segment.documents().externalId(number)).isEqualTo(document.id());
      assertThat(segment.positions().position(number)).isEqualTo(document.position());
      assertThat(segment.columns().values(number)).isEqualTo(document.declared());
    }
    assertThat(SegmentVerifier.verify(segment).findings()).isEmpty();
    checkNumbers(
        List.of(new SegmentMerger.Input(first, null), new SegmentMerger.Input(second, null)),
        result,
        segment);
  }

  /** Segments of version 1 have neither positions nor lengths. */
  @Test
  void segmentsOfVersion1AreMerged() throws IOException {
    Path golden = Repository.module("index-format/src/test/resources/golden/v1");
    Segment old = open(golden.resolve("residuals"));
    SmallSegments small = SmallSegments.residuals();
    Path merged = directory("merged");
    SegmentMerger.merge(
        List.of(new SegmentMerger.Input(old, null)), merged, small.options(), BuildProgress.NONE);
    Segment segment = open(merged);
    assertThat(segment.formatVersion()).isEqualTo(2);
    assertThat(SegmentVerifier.verify(segment).findings()).isEmpty();
    assertThat(vectors(segment)).isEqualTo(vectors(old));
    for (int document = 0; document < 40; document++) {
      assertThat(segment.positions().position(document)).isEqualTo(document + 1);
    }
  }

  /** Returns the part of the text that both versions have. */
  private static String vectors(Segment segment) {
    String text = SegmentText.of(segment);
    int end = text.indexOf("\ndocument  position");
    return text.substring(text.indexOf("\nterm  documents"), end < 0 ? text.length() : end);
  }

  @Test
  void documentsThatDoNotFitTogetherAreRefused() throws IOException {
    SmallSegments small = SmallSegments.columns();
    Segment early = open(build("early", small.options(), small.documents().subList(0, 10)));
    Segment late = open(build("late", small.options(), small.documents().subList(10, 20)));
    assertThatThrownBy(() -> merge(late, early))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("position of document 'c0'");
    SmallSegments.Document again = small.documents().getFirst();
    Segment same =
        open(
            build(
                "same",
                small.options(),
                List.of(
                    new SmallSegments.Document(
                        again.id(), again.vector(), Map.of(), Map.of(), 1L << 60))));
    assertThatThrownBy(() -> merge(early, same))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("c0");
    Segment typed =
        open(
            build(
                "typed",
                small.options(),
                List.of(
                    new SmallSegments.Document(
                        "x",
                        again.vector(),
                        Map.of(),
                        Map.of("year", new FieldValue.Text("2026")),
                        1L << 60))));
    assertThatThrownBy(() -> merge(early, typed))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("field 'year'");
    assertThatThrownBy(() -> new SegmentMerger.Input(early, DocumentSet.all(11)))
        .isInstanceOf(InvalidInputException.class);
  }

  private void merge(Segment... segments) throws IOException {
    List<SegmentMerger.Input> inputs =
        Stream.of(segments).map(segment -> new SegmentMerger.Input(segment, null)).toList();
    Path target = Files.createTempDirectory(temporary, "refused");
    try {
      SegmentMerger.merge(inputs, target, SmallSegments.columns().options(), BuildProgress.NONE);
    } finally {
      assertThat(names(target)).isEmpty();
    }
  }

  @Test
  void aBuilderTakesDocumentsOfOneKind() throws IOException {
    BuildOptions options = SmallSegments.columns().options();
    NumberedVector vector = new NumberedVector();
    try (SegmentBuilder builder =
        new SegmentBuilder(directory("mixed"), options, BuildProgress.NONE)) {
      vector.reset(1, 2);
      vector.add(builder.termNumber("a"), 7, -3, 2);
      builder.add("x", vector, Map.of(), Map.of(), 5, Map.of());
      assertThatThrownBy(() -> builder.add("y", TokenVector.of(Map.of("a", 1f)), Map.of()))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> builder.termNumber(7)).isInstanceOf(InvalidInputException.class);
      assertThat(builder.termNumber("never")).isEqualTo(1);
      assertThatThrownBy(builder::finish).isInstanceOf(IllegalStateException.class);
    }
    BuildOptions ofInput = options.withWeighting(new Weighting.Bm25OfInput(0.9, 0.4));
    try (SegmentBuilder builder =
        new SegmentBuilder(directory("of-input"), ofInput, BuildProgress.NONE)) {
      assertThatThrownBy(() -> builder.add("x", vector, Map.of(), Map.of(), 5, Map.of()))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void positionsAscendFrom0() throws IOException {
    TokenVector vector = TokenVector.of(Map.of("a", 1f));
    Path target = directory("positions");
    try (SegmentBuilder builder =
        new SegmentBuilder(target, SmallSegments.tokens().options(), BuildProgress.NONE)) {
      for (long refused : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> builder.add("x", vector, Map.of(), Map.of(), refused))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("position of document 'x'");
      }
      builder.add("x", vector, Map.of(), Map.of(), 7);
      builder.add("y", vector, Map.of());
      assertThatThrownBy(() -> builder.add("z", vector, Map.of(), Map.of(), 8))
          .isInstanceOf(InvalidInputException.class);
      builder.add("z", vector, Map.of(), Map.of(), FormatV2.POSITION_MAX);
      builder.finish();
    }
    Segment segment = open(target);
    assertThat(segment.positions().position(1)).isEqualTo(8);
    assertThat(segment.positions().position(2)).isEqualTo(FormatV2.POSITION_MAX);
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    NumberedVector vector = new NumberedVector();
    assertThatThrownBy(() -> vector.reset(0, 1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> vector.reset(Float.NaN, 1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> vector.reset(1, -1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> vector.add(0, 0, 0, 1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> vector.add(0, 256, 0, 1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> vector.add(0, 1, 128, 1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> vector.add(0, 1, -129, 1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> vector.add(0, 1, 0, 0)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> vector.add(0, 1, 0, 256)).isInstanceOf(InvalidInputException.class);
    assertThat(vector.size()).isZero();
  }

  private Segment open(Path directory) throws IOException {
    Segment segment = Segment.open(directory, Verification.FULL);
    opened.add(segment);
    return segment;
  }

  private Path build(String name, BuildOptions options, List<SmallSegments.Document> documents)
      throws IOException {
    Path directory = temporary.resolve(name);
    new SmallSegments(name, options, documents).build(directory);
    return directory;
  }

  private Path directory(String name) throws IOException {
    return Files.createDirectory(temporary.resolve(name));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
