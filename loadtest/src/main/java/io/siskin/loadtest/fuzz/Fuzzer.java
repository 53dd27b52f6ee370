package io.siskin.loadtest.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.management.ThreadMXBean;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.UnsupportedFormatException;
import java.io.CharConversionException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Reads many damaged inputs, and looks for one that does more than be refused: an error of another
 * kind, more than a second of a processor, or more memory than its length explains.
 *
 * <p>Used by one thread.
 */
final class Fuzzer {
  private static final long NANOS_MAX = 1_000_000_000L;
  private static final long ALLOCATED_BYTES_MAX = 16L << 20;
  private static final long ALLOCATED_PER_BYTE_MAX = 1L << 10;
  private static final int SHOWN_BYTES_MAX = 400;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * What was found out about a target.
   *
   * @param inputs how many inputs were read
   * @param refused how many of them were refused
   * @param nanosMax the most processor time that one took
   * @param allocatedBytesMax the most memory that one took
   * @param fault what is wrong, with the input; null for nothing
   */
  record Outcome(
      long inputs, long refused, long nanosMax, long allocatedBytesMax, @Nullable String fault) {}

  /**
   * Reads damaged inputs until something is wrong.
   *
   * @param target what reads them
   * @param inputs how many
   * @param seed the seed of the inputs
   */
  Outcome run(FuzzTarget target, long inputs, long seed) {
    Mutator mutator = new Mutator(new Random(seed));
    long refused = 0;
    long nanosMax = 0;
    long allocatedMax = 0;
    for (byte[] valid : target.corpus()) {
      Throwable error = read(target, valid);
      if (error != null) {
        return new Outcome(0, 0, 0, 0, describe("a valid input is refused", error, valid));
      }
    }
    for (long i = 1; i <= inputs; i++) {
      byte[] input = mutator.next(target.corpus());
      long allocated = threads.getCurrentThreadAllocatedBytes();
      long begin = threads.getCurrentThreadCpuTime();
      Throwable error = read(target, input);
      long nanos = threads.getCurrentThreadCpuTime() - begin;
      allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
      refused += error == null ? 0 : 1;
      nanosMax = Math.max(nanosMax, nanos);
      allocatedMax = Math.max(allocatedMax, allocated);
      String fault = fault(input, error, nanos, allocated);
      if (fault != null) {
        return new Outcome(i, refused, nanosMax, allocatedMax, fault);
      }
    }
    return new Outcome(inputs, refused, nanosMax, allocatedMax, null);
  }

  @SuppressWarnings("IllegalCatch") // Any error is what is looked for.
  private static @Nullable Throwable read(FuzzTarget target, byte[] input) {
    try {
      target.reader().read(input);
      return null;
    } catch (Throwable error) {
      return error;
    }
  }

  private static @Nullable String fault(
      byte[] input, @Nullable Throwable error, long nanos, long allocated) {
    if (error != null && !isRefusal(error)) {
      return describe("another error than a refusal", error, input);
    }
    if (nanos > NANOS_MAX) {
      return describe("it took " + nanos / 1_000_000 + " ms", error, input);
    }
    if (allocated > ALLOCATED_BYTES_MAX + ALLOCATED_PER_BYTE_MAX * input.length) {
      return describe("it took " + allocated + " bytes of memory", error, input);
    }
    return null;
  }

  /** Tells whether an error says that the input is wrong, and is meant for who has made it. */
  private static boolean isRefusal(Throwable error) {
    return error instanceof InvalidInputException
        || error instanceof InvalidProtocolBufferException
        || error instanceof CorruptSegmentException
        || error instanceof UnsupportedFormatException
        || (error instanceof IOException && error.getMessage() != null && !isOfALibrary(error));
  }

  /** What a library says of bytes names no file, and nothing that its reader knows. */
  private static boolean isOfALibrary(Throwable error) {
    return error instanceof CharConversionException
        || error instanceof CharacterCodingException
        || error instanceof JsonProcessingException;
  }

  private static String describe(String what, @Nullable Throwable error, byte[] input) {
    StringBuilder text = new StringBuilder(what);
    text.append(", ").append(input.length).append(" bytes: ");
    text.append(HexFormat.of().formatHex(input, 0, Math.min(input.length, SHOWN_BYTES_MAX)));
    if (error != null) {
      text.append("\n  ").append(error);
      for (StackTraceElement frame : error.getStackTrace()) {
        text.append("\n    at ").append(frame);
        if (text.length() > 6_000) {
          break;
        }
      }
    }
    return text.toString();
  }
}
