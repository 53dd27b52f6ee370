package io.siskin.server.encode.onnx;

import io.siskin.index.error.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside the heap that a model's output is written to: kept from batch to batch, because
 * fresh memory costs a page fault every 4 KiB.
 *
 * <p>Safe for concurrent use; each buffer belongs to one thread between {@link #take} and {@link
 * #giveBack}.
 */
public final class OutputMemory {
  private static final long FLOATS_MAX = Integer.MAX_VALUE / Float.BYTES;

  private final ConcurrentLinkedDeque<FloatBuffer> free = new ConcurrentLinkedDeque<>();

  /** Makes an empty stock. */
  public OutputMemory() {
    // Buffers come with the first batch.
  }

  /**
   * Returns memory for a number of floats, its position 0 and its limit that number; what it holds
   * is anything.
   *
   * @param floats how many, 1 or more
   * @throws InvalidInputException when they are more than 2^29 − 1
   */
  public FloatBuffer take(long floats) {
    if (floats > FLOATS_MAX) {
      throw new InvalidInputException(
          "numbers in the output of one text", floats, "at most " + FLOATS_MAX);
    }
    @Nullable FloatBuffer buffer = free.pollFirst();
    if (buffer == null || buffer.capacity() < floats) {
      // A smaller one is left to the garbage collector: the next batches are likely as large.
      buffer =
          ByteBuffer.allocateDirect(Math.toIntExact(floats * Float.BYTES))
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
    }
    return buffer.clear().limit((int) floats);
  }

  /**
   * Gives memory back for the next batch.
   *
   * @param buffer from {@link #take}
   */
  public void giveBack(FloatBuffer buffer) {
    free.addFirst(buffer);
  }
}
