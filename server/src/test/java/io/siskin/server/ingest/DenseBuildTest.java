package io.siskin.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.Reordering;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.StoredDenseField;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.Seeds;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.corpus.NpySourceTest;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.testing.FakeDenseModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dense vectors of builds: of models, of files of NumPy, cut, coalesced, and what that loses. */
final class DenseBuildTest {
  private static final int WHOLE = 24;
  private static final String FIELD = "v";
  private static final ModelRef REF = new ModelRef("fake", FakeDenseModel.FINGERPRINT);

  @TempDir private Path folder;
  private final Random random = new Random(Seeds.next());
  private final FakeDenseModel model = new FakeDenseModel(WHOLE);
  private ModelFiles files;

  @BeforeEach
  void makeFiles() throws IOException {
    files = FakeDenseModel.files(folder.resolve("model"));
  }

  private static DenseFieldSpec field(
      int dimensions, DenseStorage storage, DenseSimilarity similarity, int vectorsMax) {
    return new DenseFieldSpec(FIELD, new DenseType(dimensions, storage, similarity), vectorsMax);
  }

  private IndexReport index(String lines, DenseFieldSpec field, DenseBuild build)
      throws IOException {
    return index(lines, field, build, 0);
  }

  private IndexReport index(String lines, DenseFieldSpec field, DenseBuild build, int skipBad)
      throws IOException {
    Path input = folder.resolve("documents.jsonl");
    Files.writeString(input, lines);
    // So that an interrupted build finds its journal, whose key has the time of the file.
    Files.setLastModifiedTime(input, java.nio.file.attribute.FileTime.fromMillis(1_000_000));
    BuildOptions defaults = BuildOptions.DEFAULTS;
    BuildOptions reordered =
        new BuildOptions(
            defaults.weighting(),
            defaults.quantization(),
            new Reordering.GraphBisection(4, 2, 8),
            defaults.structures(),
            1);
    TextModels models = (_, _) -> model;
    return new IndexJob(
            new IndexRequest(
                List.of(input),
                InputFormat.JSONL,
                folder.resolve("data"),
                "c",
                new Bm25Spec(new AnalyzerSpec.English()),
                Map.of(),
                build.encoders().isEmpty() ? List.of() : List.of(files),
                reordered,
                DocumentPruning.NONE,
                skipBad,
                false,
                new Schema(List.of(), null, List.of(field)),
                StatisticsScope.COLLECTION,
                build),
            BuildProgress.NONE,
            _ -> {},
            models)
        .run();
  }

  /** Returns the stored vectors in the order of the documents. */
  private List<List<float[]>> stored() throws IOException {
    Path directory = new DataDirectory(folder.resolve("data")).collectionDirectory("c");
    CollectionManifest manifest = CollectionManifest.read(directory);
    Segment segment =
        Segment.open(
            DataDirectory.segmentDirectory(directory, manifest.segments().getFirst().id()),
            Verification.FULL);
    try (Stream<Path> inside = Files.list(segment.directory())) {
      assertThat(inside.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("whole"));
      List<List<float[]>> stored = new ArrayList<>();
      int count = Math.toIntExact(segment.statistics().documentCount());
      for (int i = 0; i < count; i++) {
        stored.add(List.of());
      }
      StoredDenseField field = segment.dense().find(FIELD);
      for (int document = 0; field != null && document < count; document++) {
        if (field.vectorCount(document) > 0) {
          DenseVectors vectors = field.vectors(document);
          stored.set(
              (int) segment.positions().position(document) - 1,
              IntStream.range(0, vectors.count()).mapToObj(vectors::toFloats).toList());
        }
      }
      return stored;
    } finally {
      segment.release();
    }
  }

  private float[] draw() {
    float[] vector = new float[WHOLE];
    for (int i = 0; i < WHOLE; i++) {
      // The first numbers count most, as models that are trained for cuts make them.
      vector[i] = (float) (random.nextGaussian() / (1 + i));
    }
    return vector;
  }

  private static String line(int id, List<float[]> vectors) {
    String dense =
        vectors.stream().map(Arrays::toString).collect(Collectors.joining(",", "[", "]"));
    return "{\"id\": \"%d\", \"text\": \"word%d common\", \"dense\": {\"v\": %s}}\n"
        .formatted(id, id % 37, dense);
  }

  private static DenseBuild shaped(Integer whole, Double delta) {
    return new DenseBuild(
        Map.of(),
        whole == null ? Map.of() : Map.of(FIELD, whole),
        delta == null ? Map.of() : Map.of(FIELD, delta),
        Map.of(),
        Map.of());
  }

  private List<List<float[]>> documents(int count, int vectorsMax) {
    List<List<float[]>> documents = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      List<float[]> vectors = new ArrayList<>();
      for (int i = random.nextInt(vectorsMax + 1); i > 0; i--) {
        vectors.add(draw());
      }
      documents.add(vectors);
    }
    return documents;
  }

  private static String lines(List<List<float[]>> documents) {
    StringBuilder lines = new StringBuilder();
    for (int id = 0; id < documents.size(); id++) {
      lines.append(line(id, documents.get(id)));
    }
    return lines.toString();
  }

  @Test
  void theReportSaysWhatIsLost() throws IOException {
    for (DenseSimilarity similarity : DenseSimilarity.values()) {
      List<List<float[]>> documents = documents(150, 4);
      IndexReport report =
          index(lines(documents), field(6, DenseStorage.INT8, similarity, 4), shaped(WHOLE, 0.3));
      List<List<float[]>> stored = stored();
      DenseLoss loss = report.denseLosses().getFirst();
      long before = documents.stream().mapToLong(List::size).sum();
      long after = stored.stream().mapToLong(List::size).sum();
      List<Integer> with =
          IntStream.range(0, documents.size())
              .filter(id -> !documents.get(id).isEmpty())
              .boxed()
              .toList();
      assertThat(loss.vectorsBefore()).isEqualTo((double) before / with.size());
      assertThat(loss.vectorsAfter()).isEqualTo((double) after / with.size());
      assertThat(after).isLessThan(before);
      // Fewer documents than the largest sample: all of them are queries.
      assertThat(loss.sampleCount()).isEqualTo(with.size());
      double found = 0;
      for (int query : with) {
        float[] whole = documents.get(query).getFirst();
        Set<Integer> truth = nearest(documents, query, whole, similarity);
        Set<Integer> nearest = nearest(stored, query, Arrays.copyOf(whole, 6), similarity);
        found += truth.stream().filter(nearest::contains).count() / 10.0;
      }
      assertThat(loss.recallAt10()).isCloseTo(found / with.size(), offset(0.01));
      assertThat(loss.recallAt10()).isBetween(0.2, 0.99);
    }
  }

  private static Set<Integer> nearest(
      List<List<float[]>> documents, int self, float[] query, DenseSimilarity similarity) {
    return IntStream.range(0, documents.size())
        .filter(id -> id != self && !documents.get(id).isEmpty())
        .boxed()
        .sorted(
            Comparator.comparingDouble(
                id ->
                    -documents.get(id).stream()
                        .mapToDouble(vector -> score(query, vector, similarity))
                        .max()
                        .getAsDouble()))
        .limit(10)
        .collect(Collectors.toSet());
  }

  private static double score(float[] query, float[] vector, DenseSimilarity similarity) {
    double product = 0;
    double squares = 0;
    for (int i = 0; i < query.length; i++) {
      product += (double) query[i] * vector[i];
      squares += (double) vector[i] * vector[i];
    }
    return similarity == DenseSimilarity.COSINE ? product / Math.sqrt(squares) : product;
  }

  @Test
  void whatLosesNothingIsNotReported() throws IOException {
    IndexReport report =
        index(
            lines(documents(20, 1)),
            field(WHOLE, DenseStorage.F32, DenseSimilarity.DOT, 1),
            DenseBuild.NONE);
    assertThat(report.denseLosses()).isEmpty();
    IndexReport halves =
        index(
            lines(documents(60, 1)),
            field(WHOLE, DenseStorage.F16, DenseSimilarity.DOT, 1),
            DenseBuild.NONE);
    assertThat(halves.denseLosses().getFirst().recallAt10()).isGreaterThan(0.98);
  }

  @Test
  void aCutKeepsTheFirstNumbersAndScalesThem() throws IOException {
    List<List<float[]>> documents = documents(12, 1);
    index(
        lines(documents),
        field(4, DenseStorage.F32, DenseSimilarity.COSINE, 1),
        shaped(WHOLE, null));
    List<List<float[]>> stored = stored();
    for (int id = 0; id < documents.size(); id++) {
      assertThat(stored.get(id)).hasSameSizeAs(documents.get(id));
      if (!documents.get(id).isEmpty()) {
        float[] cut = Arrays.copyOf(documents.get(id).getFirst(), 4);
        double length = Math.sqrt(IntStream.range(0, 4).mapToDouble(i -> cut[i] * cut[i]).sum());
        for (int i = 0; i < 4; i++) {
          assertThat(stored.get(id).getFirst()[i])
              .isCloseTo((float) (cut[i] / length), offset(1e-6f));
        }
      }
    }
    assertThatThrownBy(
            () ->
                index(
                    line(0, List.of(new float[] {1, 2, 3, 4})),
                    field(4, DenseStorage.F32, DenseSimilarity.COSINE, 1),
                    shaped(WHOLE, null)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("documents.jsonl:1")
        .hasMessageContaining("24 numbers");
  }

  private DenseBuild rows(byte[] content) throws IOException {
    Path file = folder.resolve("rows.npy");
    Files.write(file, content);
    return new DenseBuild(Map.of(), Map.of(), Map.of(), Map.of(FIELD, file), Map.of());
  }

  @Test
  void rowsOfNumPyAreTheVectorsOfTheDocuments() throws IOException {
    float[][] rows = {{1, 2}, {3, 4}, {5, -6}};
    String lines =
        """
        {"id": "a", "text": "x"}
        {"id": "b", "text": "y"}
        {"id": "c", "text": "z"}
        """;
    DenseFieldSpec field = field(2, DenseStorage.F32, DenseSimilarity.DOT, 1);
    index(lines, field, rows(NpySourceTest.file(rows)));
    assertThat(stored().stream().map(List::getFirst).toArray(float[][]::new)).isDeepEqualTo(rows);

    assertThatThrownBy(() -> index(lines, field, rows(NpySourceTest.file(rows[0], rows[1]))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("rows.npy")
        .hasMessageContaining("one for each document, and there are more");
    assertThatThrownBy(
            () -> index(lines, field, rows(NpySourceTest.file(rows[0], rows[1], rows[2], rows[0]))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("3, one for each document");
    assertThatThrownBy(() -> index(lines, field, rows(NpySourceTest.file(new float[3]))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("2 columns");
    assertThatThrownBy(() -> index(lines, field, rows(NpySourceTest.file(rows)), 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("skip-bad");
    String own = "{\"id\": \"a\", \"text\": \"x\", \"dense\": {\"v\": [1, 2]}}\n";
    assertThatThrownBy(() -> index(own, field, rows(NpySourceTest.file(rows[0]))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("documents.jsonl:1")
        .hasMessageContaining("rows.npy#1");
  }

  private static DenseBuild encoded() {
    DenseEncoderSpec.Model by = new DenseEncoderSpec.Model(REF, "p: ");
    return new DenseBuild(Map.of(FIELD, new DenseEncoderSpec(by, by, WHOLE)));
  }

  @Test
  void aTextInChunksHasAVectorForEach() throws IOException {
    String lines =
        """
        {"id": "a", "title": "A title", "text": "one two three", "chunk_ends": [4, 8, 13]}
        {"id": "b", "text": " one two ", "chunk_ends": [1, 5, 9]}
        {"id": "c", "text": "one two"}
        """;
    index(lines, field(WHOLE, DenseStorage.F32, DenseSimilarity.DOT, 3), encoded());
    assertThat(stored().get(0).toArray(float[][]::new))
        .isDeepEqualTo(vectors("p: A title one ", "two ", "three"));
    assertThat(stored().get(1).toArray(float[][]::new)).isDeepEqualTo(vectors("p: one ", "two"));
    assertThat(stored().get(2).toArray(float[][]::new)).isDeepEqualTo(vectors("p: one two"));
    // A field of one vector has one of the whole text.
    index(lines, field(WHOLE, DenseStorage.F32, DenseSimilarity.DOT, 1), encoded());
    assertThat(stored().get(0).toArray(float[][]::new))
        .isDeepEqualTo(vectors("p: A title one two three"));
    for (String wrong : List.of("[]", "[3]", "[3, 2, 7]", "[0, 7]", "[8]", "7", "[\"7\"]")) {
      assertThatThrownBy(
              () ->
                  index(
                      "{\"id\": \"c\", \"text\": \"one two\", \"chunk_ends\": %s}".formatted(wrong),
                      field(WHOLE, DenseStorage.F32, DenseSimilarity.DOT, 3),
                      encoded()))
          .as(wrong)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("documents.jsonl:1")
          .hasMessageContaining("chunk_ends");
    }
  }

  private float[][] vectors(String... texts) {
    return Stream.of(texts).map(model::vector).toArray(float[][]::new);
  }

  @Test
  void onlyTheMostInformativeWordsAreEncoded() throws IOException {
    DenseFieldSpec field = field(WHOLE, DenseStorage.F32, DenseSimilarity.DOT, 1);
    Map<String, Double> half = Map.of(FIELD, 0.5);
    index(
        """
        {"id": "a", "text": "the moth, the lamp"}
        {"id": "b", "text": "the lamp"}
        """,
        field,
        new DenseBuild(encoded().encoders(), Map.of(), Map.of(), Map.of(), half));
    // Both words of the second text are in both texts: the first one stays.
    assertThat(stored().get(0).toArray(float[][]::new)).isDeepEqualTo(vectors("p: the moth"));
    assertThat(stored().get(1).toArray(float[][]::new)).isDeepEqualTo(vectors("p: the"));
    DenseBuild withoutModel = new DenseBuild(Map.of(), Map.of(), Map.of(), Map.of(), half);
    assertThatThrownBy(() -> index("", field, withoutModel))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("whose documents a model encodes");
  }

  /**
   * A model that gives more numbers than are stored: the same is cut of documents as of queries.
   */
  @Test
  void vectorsOfAModelAreCut() throws IOException {
    IndexReport report =
        index(
            """
            {"id": "a", "text": "one"}
            {"id": "b", "text": "two"}
            """,
            field(5, DenseStorage.F32, DenseSimilarity.DOT, 1),
            encoded());
    assertThat(stored().get(0).getFirst()).isEqualTo(Arrays.copyOf(model.vector("p: one"), 5));
    assertThat(report.denseLosses()).hasSize(1);
  }

  @Test
  void anInterruptedBuildGoesOnWithWhatWasEncoded() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int id = 0; id < 2_000; id++) {
      lines.append("{\"id\": \"%d\", \"text\": \"text %d\"}\n".formatted(id, id));
    }
    DenseFieldSpec field = field(WHOLE, DenseStorage.F32, DenseSimilarity.DOT, 1);
    model.onText(
        text -> {
          if (text.equals("p: text 1500")) {
            throw new IllegalStateException("by the test");
          }
        });
    assertThatThrownBy(() -> index(lines.toString(), field, encoded()))
        .hasMessageContaining("by the test");
    model.onText(_ -> {});
    int before = model.texts().size();
    IndexReport report = index(lines.toString(), field, encoded());
    assertThat(report.reusedCount()).isBetween(500L, 1_500L);
    assertThat(model.texts().size() - before).isEqualTo(2_000 - (int) report.reusedCount());
    List<List<float[]>> stored = stored();
    for (int id = 0; id < stored.size(); id++) {
      assertThat(stored.get(id).getFirst()).isEqualTo(model.vector("p: text " + id));
    }
  }
}
