package io.siskin.loadtest.bench;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.KeyedVector;
import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.format.FileLayout;
import io.siskin.index.kernel.DenseKernel;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures late interaction of 32 query vectors with a document of 128 vectors, in microseconds per
 * document. Vectors of numbers have 128 dimensions, as those of ColBERT; token vectors keep 20
 * terms of 30,522. A vector with a key meets eight of the document.
 *
 * <p>{@link #singles} scores one pair after another, and {@link #maxSim} as searches do. The bound
 * of f32 and f16 is the arithmetic: 524,288 multiplications and as many additions.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MaxSimBenchmark {
  private static final int DIMENSIONS = 128;
  private static final int TERMS = 20;
  private static final int VOCABULARY = 30_522;
  private static final int QUERY_VECTORS = 32;
  private static final int DOCUMENT_VECTORS = 128;
  private static final int KEYS = 16;
  private static final int PADDING = 64;

  /** Which implementation. */
  @Param({"scalar", "panama"})
  public String kernel = "scalar";

  /** How vectors are stored. */
  @Param({"F32", "F16", "INT8", "BINARY", "TERMS", "KEYED_F16"})
  public String storage = "F32";

  private final List<DenseQuery> queries = new ArrayList<>();
  private MaxSimQuery query = sparse(new Random(1));
  private MemorySegment memory = MemorySegment.NULL;
  private final float[] scales = new float[DOCUMENT_VECTORS];
  private final MemorySegment scaleMemory = MemorySegment.ofArray(scales);
  private int rowBytes;

  /** Draws a query and a document. */
  @Setup
  public void draw() {
    Random random = new Random(1);
    DenseStorage wanted = DenseStorage.valueOf(storage);
    boolean terms = wanted == DenseStorage.TERMS;
    DenseFieldSpec field = field(terms ? TERMS : DIMENSIONS, wanted);
    DenseKernel dense = KernelProvider.of(kernel.equals("panama")).newDenseKernel();
    DenseVectors vectors;
    if (terms) {
      query = sparse(random);
      vectors = field.tokenVectors(sparse(DOCUMENT_VECTORS, random));
    } else if (wanted.isKeyed()) {
      query = MaxSimQuery.ofKeyed(field, keyed(QUERY_VECTORS, random), dense);
      vectors = field.keyedVectors(keyed(DOCUMENT_VECTORS, random));
    } else {
      List<float[]> asked = values(QUERY_VECTORS, random);
      asked.forEach(values -> queries.add(DenseQuery.of(field, values, dense)));
      query = MaxSimQuery.of(field, asked, dense);
      vectors = field.vectors(values(DOCUMENT_VECTORS, random).toArray(float[][]::new));
    }
    rowBytes = field.type().rowBytes();
    ByteBuffer buffer = ByteBuffer.allocateDirect(rowBytes * DOCUMENT_VECTORS + 2 * PADDING);
    MemorySegment whole = MemorySegment.ofBuffer(buffer);
    memory = whole.asSlice(-whole.address() & (PADDING - 1));
    byte[] row = new byte[rowBytes];
    for (int i = 0; i < DOCUMENT_VECTORS; i++) {
      vectors.copyValues(i, row);
      memory.asSlice((long) i * rowBytes, rowBytes).copyFrom(MemorySegment.ofArray(row));
      scaleMemory.set(FileLayout.U32, (long) Integer.BYTES * i, vectors.mark(i));
    }
  }

  private static DenseFieldSpec field(int dimensions, DenseStorage storage) {
    return new DenseFieldSpec(
        "v", new DenseType(dimensions, storage, DenseSimilarity.DOT), DOCUMENT_VECTORS);
  }

  private static MaxSimQuery sparse(Random random) {
    return MaxSimQuery.ofTerms(field(TERMS, DenseStorage.TERMS), sparse(QUERY_VECTORS, random));
  }

  private static List<float[]> values(int count, Random random) {
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] values = new float[DIMENSIONS];
      for (int j = 0; j < DIMENSIONS; j++) {
        values[j] = (float) random.nextGaussian();
      }
      vectors.add(values);
    }
    return vectors;
  }

  /** Every key is that of two vectors of the query and of eight of the document. */
  private static List<KeyedVector> keyed(int count, Random random) {
    List<KeyedVector> keyed = new ArrayList<>();
    for (float[] values : values(count, random)) {
      keyed.add(new KeyedVector(keyed.size() % KEYS, values));
    }
    return keyed;
  }

  private static List<SparseVector> sparse(int count, Random random) {
    List<SparseVector> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(0, VOCABULARY).distinct().limit(TERMS).toArray();
      float[] weights = new float[TERMS];
      for (int j = 0; j < TERMS; j++) {
        weights[j] = 0.1f + random.nextFloat();
      }
      vectors.add(TermIdVector.of(ids, weights));
    }
    return vectors;
  }

  /** Scores a document as a search does. */
  @Benchmark
  public double maxSim() {
    return query.score(memory, 0, scaleMemory, 0, DOCUMENT_VECTORS);
  }

  /**
   * Scores a document pair by pair; 0 for vectors of terms or with keys, which have no such score.
   */
  @Benchmark
  public double singles() {
    double sum = 0;
    for (DenseQuery each : queries) {
      float largest = Float.NEGATIVE_INFINITY;
      for (int i = 0; i < DOCUMENT_VECTORS; i++) {
        largest = Math.max(largest, each.score(memory, (long) i * rowBytes, scales[i]));
      }
      sum += largest;
    }
    return sum;
  }
}
