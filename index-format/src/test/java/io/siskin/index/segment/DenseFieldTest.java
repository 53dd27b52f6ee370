package io.siskin.index.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.dense.DenseField;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.KeyedVector;
import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.dense.RowBlock;
import io.siskin.index.dense.StoredDenseField;
import io.siskin.index.dense.TermNumbers;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.growing.GrowingSegment;
import io.siskin.index.inspect.SegmentVerifier;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomDense;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.SmallSegments;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A dense field gives back the vectors that documents were written with, and scores them as the
 * scalar kernel scores their rows, in memory and in files, whatever the order of documents.
 */
final class DenseFieldTest {
  @TempDir Path temporary;

  @RepeatedTest(6)
  void memoryAndFilesScoreAlike() throws IOException {
    Random random = new Random(Seeds.next());
    List<Map<String, DenseVectors>> model = new ArrayList<>();
    RandomDense dense = new RandomDense(random);
    int count = 1 + random.nextInt(300);
    for (int i = 0; i < count; i++) {
      model.add(dense.document());
    }
    GrowingSegment growing = new GrowingSegment(count);
    Segment mapped = Segment.open(build(model, growing, random.nextBoolean()), Verification.FULL);
    try {
      assertThat(SegmentVerifier.verify(mapped).findings()).isEmpty();
      for (DenseFieldSpec spec : RandomDense.FIELDS) {
        StoredDenseField inFiles = mapped.dense().find(spec.name());
        StoredDenseField inMemory = growing.view().dense().find(spec.name());
        float[] query = dense.vector(spec);
        for (int i = 0; i < count; i++) {
          DenseVectors expected = model.get(i).get(spec.name());
          check(inMemory, spec, query, i, expected);
          check(inFiles, spec, query, mapped.documents().documentNumber("d" + i), expected);
        }
        checkMaxSim(dense, spec, model, growing, mapped);
        checkMany(inMemory, spec, query, count, random);
        checkMany(inFiles, spec, query, count, random);
      }
      checkTokens(dense, model, growing, mapped);
      for (DenseFieldSpec spec : RandomDense.KEYED) {
        checkKeyed(dense, spec, model, growing, mapped);
      }
      checkHashed(dense, model, growing, mapped);
    } finally {
      mapped.release();
      growing.release();
    }
  }

  /** The naive sum of the largest ones, of the scores that the scalar kernel gives. */
  private static void checkMaxSim(
      RandomDense dense,
      DenseFieldSpec spec,
      List<Map<String, DenseVectors>> model,
      GrowingSegment growing,
      Segment mapped) {
    List<float[]> query = new ArrayList<>();
    for (int i = 0; i < 19; i++) {
      query.add(dense.vector(spec));
    }
    MaxSimQuery prepared = MaxSimQuery.of(spec, query);
    for (int i = 0; i < model.size(); i++) {
      DenseVectors vectors = model.get(i).get(spec.name());
      if (vectors == null) {
        continue;
      }
      byte[] row = new byte[spec.type().rowBytes()];
      MemorySegment memory = Arena.ofAuto().allocate(row.length + 64L);
      double expected = 0;
      for (float[] each : query) {
        DenseQuery scalar = DenseQuery.of(spec, each, KernelProvider.of(false).newDenseKernel());
        float best = Float.NEGATIVE_INFINITY;
        for (int vector = 0; vector < vectors.count(); vector++) {
          vectors.copyValues(vector, row);
          memory.asSlice(0, row.length).copyFrom(MemorySegment.ofArray(row));
          best = Math.max(best, scalar.score(memory, 0, vectors.scale(vector)));
        }
        expected += best;
      }
      checkMaxSim(spec, prepared, i, growing, mapped, expected);
    }
  }

  private static void checkMaxSim(
      DenseFieldSpec spec,
      MaxSimQuery prepared,
      int document,
      GrowingSegment growing,
      Segment mapped,
      double expected) {
    StoredDenseField inMemory = Objects.requireNonNull(growing.view().dense().find(spec.name()));
    StoredDenseField inFiles = Objects.requireNonNull(mapped.dense().find(spec.name()));
    assertThat(inMemory.maxSim(prepared, document)).isEqualTo(expected);
    int number = mapped.documents().documentNumber("d" + document);
    assertThat(inFiles.maxSim(prepared, number)).isEqualTo(expected);
  }

  /** The naive score of token vectors multiplies every pair of terms, as whole numbers. */
  private static void checkTokens(
      RandomDense dense,
      List<Map<String, DenseVectors>> model,
      GrowingSegment growing,
      Segment mapped) {
    DenseFieldSpec spec = RandomDense.TOKENS;
    List<SparseVector> query = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      query.add(dense.sparse(9));
    }
    MaxSimQuery prepared = MaxSimQuery.ofTerms(spec, query);
    for (int i = 0; i < model.size(); i++) {
      DenseVectors vectors = model.get(i).get(spec.name());
      if (vectors == null) {
        continue;
      }
      double expected = 0;
      for (SparseVector each : query) {
        float best = Float.NEGATIVE_INFINITY;
        for (int vector = 0; vector < vectors.count(); vector++) {
          // Weights of the query are eighths, so that no rounding of theirs changes a sum.
          double sum = 0;
          TermIdVector terms = vectors.toTerms(vector);
          for (int term = 0; term < terms.size(); term++) {
            for (int asked = 0; asked < each.size(); asked++) {
              if (TermNumbers.of(each, asked) == terms.termId(term)) {
                sum += Math.rint(terms.weight(term) / vectors.scale(vector)) * each.weight(asked);
              }
            }
          }
          best = Math.max(best, (float) (sum * vectors.scale(vector)));
        }
        expected += best;
      }
      checkMaxSim(spec, prepared, i, growing, mapped, expected);
    }
  }

  /** The naive score looks at every pair of vectors, and takes those of one key. */
  private static void checkKeyed(
      RandomDense dense,
      DenseFieldSpec spec,
      List<Map<String, DenseVectors>> model,
      GrowingSegment growing,
      Segment mapped) {
    List<KeyedVector> query = dense.keyed(spec, 11);
    MaxSimQuery prepared = MaxSimQuery.ofKeyed(spec, query);
    DenseFieldSpec rows =
        new DenseFieldSpec(
            "rows",
            new DenseType(
                spec.type().dimensions(),
                spec.type().storage() == DenseStorage.KEYED_F16
                    ? DenseStorage.F16
                    : DenseStorage.F32,
                spec.type().similarity()),
            1);
    byte[] row = new byte[spec.type().rowBytes()];
    MemorySegment memory = Arena.ofAuto().allocate(row.length + 64L);
    for (int i = 0; i < model.size(); i++) {
      DenseVectors vectors = model.get(i).get(spec.name());
      if (vectors == null) {
        continue;
      }
      assertThat(Objects.requireNonNull(growing.view().dense().find(spec.name())).vectors(i))
          .isEqualTo(vectors);
      double expected = 0;
      for (KeyedVector each : query) {
        DenseQuery scalar =
            DenseQuery.of(rows, each.values(), KernelProvider.of(false).newDenseKernel());
        float best = Float.NEGATIVE_INFINITY;
        for (int vector = 0; vector < vectors.count(); vector++) {
          if (vectors.key(vector) == each.key()) {
            vectors.copyValues(vector, row);
            memory.asSlice(0, row.length).copyFrom(MemorySegment.ofArray(row));
            best = Math.max(best, scalar.score(memory, 0, 1));
          }
        }
        expected += best == Float.NEGATIVE_INFINITY ? 0 : best;
      }
      checkMaxSim(spec, prepared, i, growing, mapped, expected);
    }
  }

  /** The naive score collects the bits of the query's terms in a set. */
  private static void checkHashed(
      RandomDense dense,
      List<Map<String, DenseVectors>> model,
      GrowingSegment growing,
      Segment mapped) {
    DenseFieldSpec spec = RandomDense.HASHED;
    SparseVector query = dense.sparse(40);
    Set<Integer> bits = new HashSet<>();
    for (int i = 0; i < query.size(); i++) {
      bits.add(DenseLayout.hashedBit(TermNumbers.of(query, i), spec.type().dimensions()));
    }
    DenseQuery prepared =
        DenseQuery.ofSparse(spec, query, KernelProvider.current().newDenseKernel());
    for (int i = 0; i < model.size(); i++) {
      DenseVectors vectors = Objects.requireNonNull(model.get(i).get(spec.name()));
      float expected = 0;
      for (int bit : bits) {
        expected += vectors.toFloats(0)[bit];
      }
      StoredDenseField inMemory = Objects.requireNonNull(growing.view().dense().find(spec.name()));
      StoredDenseField inFiles = Objects.requireNonNull(mapped.dense().find(spec.name()));
      int number = mapped.documents().documentNumber("d" + i);
      assertThat(inMemory.score(prepared, i)).isEqualTo(expected);
      assertThat(inFiles.score(prepared, number)).isEqualTo(expected);
      assertThat(inFiles.vectors(number)).isEqualTo(vectors);
      assertThat((double) expected).isLessThanOrEqualTo(prepared.norm() * inFiles.normMax() + 1e-5);
    }
  }

  private Path build(
      List<Map<String, DenseVectors>> model, GrowingSegment growing, boolean reordered)
      throws IOException {
    BuildOptions options = SmallSegments.residuals().options();
    Path directory = Files.createDirectory(temporary.resolve("segment"));
    try (SegmentBuilder builder =
        new SegmentBuilder(
            directory,
            reordered ? options.withReordering(new Reordering.GraphBisection(20, 1, 2)) : options,
            BuildProgress.NONE)) {
      for (int i = 0; i < model.size(); i++) {
        QuantizedVector vector =
            QuantizedVector.ofTokens(
                new String[] {"t" + i % 7}, new byte[] {(byte) (1 + i % 200)}, null, null, .5f, 1);
        QuantizedDocument document =
            new QuantizedDocument("d" + i, i + 1, vector, Map.of(), Map.of(), model.get(i));
        growing.add(document);
        builder.add(document);
      }
      builder.finish();
    }
    return directory;
  }

  private static void check(
      @Nullable StoredDenseField field,
      DenseFieldSpec spec,
      float[] query,
      int document,
      @Nullable DenseVectors expected) {
    if (field == null) {
      assertThat(expected).isNull();
      return;
    }
    DenseQuery prepared = DenseQuery.of(spec, query);
    assertThat(field.type()).isEqualTo(spec.type());
    assertThat(field.vectors(document)).isEqualTo(expected);
    if (expected == null) {
      assertThat(field.vectorCount(document)).isZero();
      assertThat(field.score(prepared, document)).isEqualTo(Float.NEGATIVE_INFINITY);
      return;
    }
    assertThat(field.vectorCount(document)).isEqualTo(expected.count());
    DenseQuery scalar = DenseQuery.of(spec, query, KernelProvider.of(false).newDenseKernel());
    float best = Float.NEGATIVE_INFINITY;
    byte[] row = new byte[spec.type().rowBytes()];
    MemorySegment memory = Arena.ofAuto().allocate(row.length + 64L);
    for (int vector = 0; vector < expected.count(); vector++) {
      expected.copyValues(vector, row);
      memory.asSlice(0, row.length).copyFrom(MemorySegment.ofArray(row));
      float score = scalar.score(memory, 0, expected.scale(vector));
      assertThat(field.score(prepared, document, vector)).isEqualTo(score);
      best = Math.max(best, score);
    }
    assertThat(field.score(prepared, document)).isEqualTo(best);
    assertThat(field.normMax()).isGreaterThanOrEqualTo(expected.normMax());
  }

  /** What scores many documents gives what scores one document gives. */
  private static void checkMany(
      @Nullable StoredDenseField field,
      DenseFieldSpec spec,
      float[] query,
      int documentCount,
      Random random) {
    if (field == null) {
      return;
    }
    DenseQuery prepared = DenseQuery.of(spec, query);
    RowBlock block = new RowBlock();
    MaxSimQuery maxSim = MaxSimQuery.of(spec, List.of(query, query));
    int[] documents = random.ints(RowBlock.LENGTH, 0, documentCount).toArray();
    for (int round = 0; round < 2; round++) {
      block.clear();
      for (int document : documents) {
        field.locate(document, block);
      }
      block.touch(spec.type());
      assertThat(block.size()).isEqualTo(documents.length);
      double[] scores = new double[2 * documents.length];
      double[] expected = new double[scores.length];
      for (int i = 0; i < documents.length; i++) {
        boolean has = field.vectorCount(documents[i]) > 0;
        scores[2 * i] = prepared.score(block, i);
        scores[2 * i + 1] = maxSim.score(block, i);
        expected[2 * i] = has ? field.score(prepared, documents[i]) : Double.NaN;
        expected[2 * i + 1] = has ? field.maxSim(maxSim, documents[i]) : Double.NaN;
      }
      assertThat(scores).isEqualTo(expected);
      double[] atOnce = new double[documents.length + 1];
      prepared.scores(block, atOnce, 1);
      for (int i = 0; i < documents.length; i++) {
        scores[2 * i] = atOnce[1 + i];
      }
      assertThat(scores).isEqualTo(expected);
    }
    for (int round = 0; round < 20; round++) {
      int first = random.nextInt(documentCount);
      int runMax = Math.min(DenseQuery.RUN_LENGTH, documentCount - first);
      checkRun(
          field, prepared, first, 1 + random.nextInt(round < 10 ? Math.min(3, runMax) : runMax));
    }
  }

  private static void checkRun(DenseField field, DenseQuery query, int first, int count) {
    double[] scores = new double[count];
    int found = field.scores(query, first, count, scores);
    double[] expected = new double[count];
    int expectedFound = 0;
    for (int i = 0; i < count; i++) {
      boolean has = field.vectorCount(first + i) > 0;
      expectedFound += has ? 1 : 0;
      expected[i] = has ? field.score(query, first + i) : Double.NaN;
    }
    assertThat(scores).isEqualTo(expected);
    assertThat(found).isEqualTo(expectedFound);
  }

  /** Where each document has one vector, long runs of rows are scored at once. */
  @Test
  void runsOfOneVectorEachScoreAlike() throws IOException {
    Random random = new Random(Seeds.next());
    RandomDense dense = new RandomDense(random);
    int count = 300 + random.nextInt(300);
    List<Map<String, DenseVectors>> model = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, DenseVectors> one = new HashMap<>();
      for (DenseFieldSpec spec : RandomDense.FIELDS) {
        one.put(spec.name(), spec.vectors(dense.vector(spec)));
      }
      one.put(RandomDense.SLICES.name(), RandomDense.SLICES.densified(dense.sparse(90)));
      model.add(one);
    }
    GrowingSegment growing = new GrowingSegment(count);
    Segment mapped = Segment.open(build(model, growing, false), Verification.FULL);
    try {
      for (DenseFieldSpec spec : RandomDense.FIELDS) {
        DenseQuery query = DenseQuery.of(spec, dense.vector(spec));
        checkRuns(Objects.requireNonNull(mapped.dense().find(spec.name())), query, count, random);
        checkRuns(
            Objects.requireNonNull(growing.view().dense().find(spec.name())), query, count, random);
      }
      DenseQuery sliced =
          DenseQuery.ofSparse(
              RandomDense.SLICES, dense.sparse(90), KernelProvider.current().newDenseKernel());
      checkRuns(
          Objects.requireNonNull(mapped.dense().find(RandomDense.SLICES.name())),
          sliced,
          count,
          random);
    } finally {
      mapped.release();
      growing.release();
    }
  }

  private static void checkRuns(DenseField field, DenseQuery query, int count, Random random) {
    checkRun(field, query, 0, DenseQuery.RUN_LENGTH);
    int first = random.nextInt(count);
    checkRun(field, query, first, Math.min(DenseQuery.RUN_LENGTH, count - first));
  }

  @Test
  void aFieldOfAnotherTypeIsRefused() throws IOException {
    DenseVectors one = field(2, DenseStorage.F32).vectors(new float[] {1, 2});
    DenseVectors other = field(2, DenseStorage.F16).vectors(new float[] {1, 2});
    GrowingSegment growing = new GrowingSegment(4);
    Path directory = Files.createDirectory(temporary.resolve("segment"));
    try (SegmentBuilder builder =
        new SegmentBuilder(directory, SmallSegments.residuals().options(), BuildProgress.NONE)) {
      QuantizedDocument first = document("a", 1, one);
      growing.add(first);
      builder.add(first);
      QuantizedDocument second = document("b", 2, other);
      assertThatThrownBy(() -> growing.add(second)).hasMessageContaining("dense field 'v'");
      assertThatThrownBy(() -> builder.add(second)).hasMessageContaining("dense field 'v'");
      growing.add(document("b", 2, one));
      builder.add(document("b", 2, one));
    } finally {
      growing.release();
    }
  }

  private static DenseFieldSpec field(int dimensions, DenseStorage storage) {
    return new DenseFieldSpec("v", new DenseType(dimensions, storage, DenseSimilarity.DOT), 1);
  }

  private static QuantizedDocument document(String id, long position, DenseVectors dense) {
    QuantizedVector vector =
        QuantizedVector.ofTokens(new String[] {"t"}, new byte[] {1}, null, null, .5f, 1);
    return new QuantizedDocument(id, position, vector, Map.of(), Map.of(), Map.of("v", dense));
  }
}
