package io.siskin.loadtest.bench;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reads the same off-heap bytes through a {@link MemorySegment} and through Agrona's {@link
 * UnsafeBuffer}. ADR 0001 decides between the two. The results are in nanoseconds per document of
 * 104 postings, which are scored one by one, and in nanoseconds per record header of three fields.
 * Agrona checks bounds unless {@code -jvmArgsAppend -Dagrona.disable.bounds.checks=true} is given.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MemoryAccessBenchmark {
  private static final int POSTINGS = 104;
  private static final int HEADER_LENGTH = 8;
  private static final int RECORD_LENGTH = 320;
  private static final int CALLS = 64;
  private static final int TERMS = 30_000;

  /** The number of records. 64 records stay in the first-level cache, and 600,000 take 192 MiB. */
  @Param({"64", "600000"})
  public int records;

  private MemorySegment memory = MemorySegment.NULL;
  private DirectBuffer buffer = new UnsafeBuffer();
  private final int[] page = new int[1 << 16];
  private final int[] drawn = new int[1 << 16];
  private int next;

  /** Draws the records. Their term numbers are skewed in the way of document frequencies. */
  @Setup
  public void draw() {
    Random random = new Random(1);
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(records * RECORD_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    for (int record = 0; record < records; record++) {
      int at = record * RECORD_LENGTH;
      bytes.putFloat(at, random.nextFloat());
      bytes.putShort(at + 4, (short) POSTINGS);
      for (int i = 0; i < POSTINGS; i++) {
        int term = (int) (TERMS * Math.pow(random.nextDouble(), 3));
        bytes.putShort(at + HEADER_LENGTH + 2 * i, (short) term);
        bytes.put(at + HEADER_LENGTH + 2 * POSTINGS + i, (byte) random.nextInt(256));
      }
    }
    memory = MemorySegment.ofBuffer(bytes);
    buffer = new UnsafeBuffer(bytes);
    for (int i = 0; i < 20; i++) {
      page[random.nextInt(TERMS)] = 1 + random.nextInt(100_000);
    }
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = random.nextInt(records) * RECORD_LENGTH;
    }
  }

  /** Scores documents through a segment. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public int documentsOfSegment() {
    int sum = 0;
    for (int call = 0; call < CALLS; call++) {
      long terms = (long) nextRecord() + HEADER_LENGTH;
      long impacts = terms + 2L * POSTINGS;
      for (int i = 0; i < POSTINGS; i++) {
        int term = memory.get(FileLayout.U16, terms + 2L * i) & 0xFFFF;
        sum += page[term] * (memory.get(FileLayout.U8, impacts + i) & 0xFF);
      }
    }
    return sum;
  }

  /** Scores documents through Agrona. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public int documentsOfAgrona() {
    int sum = 0;
    for (int call = 0; call < CALLS; call++) {
      int terms = nextRecord() + HEADER_LENGTH;
      int impacts = terms + 2 * POSTINGS;
      for (int i = 0; i < POSTINGS; i++) {
        int term = buffer.getShort(terms + 2 * i, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        sum += page[term] * (buffer.getByte(impacts + i) & 0xFF);
      }
    }
    return sum;
  }

  /** Reads the scale and the two counts of records through a segment. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public float headersOfSegment() {
    float sum = 0;
    for (int call = 0; call < CALLS; call++) {
      long at = nextRecord();
      sum +=
          memory.get(FileLayout.F32, at)
              * (memory.get(FileLayout.U16, at + 4) - memory.get(FileLayout.U16, at + 6));
    }
    return sum;
  }

  /** Reads the scale and the two counts of records through Agrona. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public float headersOfAgrona() {
    float sum = 0;
    for (int call = 0; call < CALLS; call++) {
      int at = nextRecord();
      sum +=
          buffer.getFloat(at, ByteOrder.LITTLE_ENDIAN)
              * (buffer.getShort(at + 4, ByteOrder.LITTLE_ENDIAN)
                  - buffer.getShort(at + 6, ByteOrder.LITTLE_ENDIAN));
    }
    return sum;
  }

  private int nextRecord() {
    return drawn[next++ & (drawn.length - 1)];
  }
}
