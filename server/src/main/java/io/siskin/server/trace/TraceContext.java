package io.siskin.server.trace;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which trace and which span of it something belongs to, as the W3C's recommendation "Trace
 * Context" writes it in the header {@code traceparent}. Immutable.
 *
 * @param traceIdHigh the first 8 bytes of the trace id
 * @param traceIdLow the last 8 bytes of the trace id; a trace id is never all zero
 * @param spanId the span; never 0
 * @param sampled whether the trace is recorded
 * @param state what the tracing systems on the way have added, as the header {@code tracestate} has
 *     it; passed on unchanged, empty for nothing
 */
public record TraceContext(
    long traceIdHigh, long traceIdLow, long spanId, boolean sampled, String state) {
  /** The name of the header, for HTTP and for gRPC. */
  public static final String HEADER = "traceparent";

  /** The name of the header beside it that has {@link #state}. */
  public static final String STATE_HEADER = "tracestate";

  /** The longest state that is passed on, in characters; the recommendation asks for as many. */
  public static final int STATE_LENGTH_MAX = 512;

  private static final HexFormat HEX = HexFormat.of();
  private static final int STATE_ENTRIES_MAX = 32;
  private static final Pattern STATE_ENTRY =
      Pattern.compile(
          "[ \\t]*(?:[a-z0-9][a-z0-9_*/@-]{0,255}="
              + "[\\x20-\\x2b\\x2d-\\x3c\\x3e-\\x7e]{0,255}[\\x21-\\x2b\\x2d-\\x3c\\x3e-\\x7e])?"
              + "[ \\t]*");
  private static final int LENGTH = 55;
  private static final int TRACE_ID = 3;
  private static final int TRACE_ID_LOW = 19;
  private static final int SPAN_ID = 36;
  private static final int FLAGS = 53;
  private static final int ID_DIGITS = 16;
  private static final int SAMPLED_FLAG = 1;
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  /**
   * Makes a context without a state.
   *
   * @param traceIdHigh the first 8 bytes of the trace id
   * @param traceIdLow the last 8 bytes of the trace id
   * @param spanId the span; never 0
   * @param sampled whether the trace is recorded
   */
  public TraceContext(long traceIdHigh, long traceIdLow, long spanId, boolean sampled) {
    this(traceIdHigh, traceIdLow, spanId, sampled, "");
  }

  /**
   * Reads the header {@code traceparent}, without a state.
   *
   * @param header what a caller has sent; null for nothing
   * @return null when it is not well-formed: such a header is treated as none, as the
   *     recommendation says
   */
  public static @Nullable TraceContext parse(@Nullable String header) {
    return parse(header, null);
  }

  /**
   * Reads both headers.
   *
   * @param header the header {@code traceparent}; null for nothing
   * @param state the header {@code tracestate}, several of them joined by commas; null for nothing.
   *     One that is not well-formed or longer than {@value #STATE_LENGTH_MAX} characters is treated
   *     as none
   * @return null when the first is not well-formed; then the second has no meaning either
   */
  public static @Nullable TraceContext parse(@Nullable String header, @Nullable String state) {
    if (header == null || !hasForm(header)) {
      return null;
    }
    long high = HexFormat.fromHexDigitsToLong(header, TRACE_ID, TRACE_ID_LOW);
    long low = HexFormat.fromHexDigitsToLong(header, TRACE_ID_LOW, TRACE_ID_LOW + ID_DIGITS);
    long span = HexFormat.fromHexDigitsToLong(header, SPAN_ID, SPAN_ID + ID_DIGITS);
    int flags = HexFormat.fromHexDigits(header, FLAGS, FLAGS + 2);
    return (high == 0 && low == 0) || span == 0
        ? null
        : new TraceContext(high, low, span, (flags & SAMPLED_FLAG) != 0, stateOf(state));
  }

  private static String stateOf(@Nullable String header) {
    return header != null && header.length() <= STATE_LENGTH_MAX && isState(header) ? header : "";
  }

  /** Entries are {@code key=value}, at most 32, with blanks around them; some may be empty. */
  private static boolean isState(String header) {
    String[] entries = header.split(",", -1);
    return entries.length <= STATE_ENTRIES_MAX
        && Arrays.stream(entries).allMatch(entry -> STATE_ENTRY.matcher(entry).matches());
  }

  /** Later versions may have more after the flags; this version has not. Version ff is invalid. */
  private static boolean hasForm(String header) {
    if (header.length() < LENGTH) {
      return false;
    }
    boolean ends = header.length() == LENGTH;
    if (header.startsWith("ff") || (header.startsWith("00") && !ends)) {
      return false;
    }
    if (!ends && header.charAt(LENGTH) != '-') {
      return false;
    }
    for (int i = 0; i < LENGTH; i++) {
      char digit = header.charAt(i);
      boolean fits = isSeparator(i) ? digit == '-' : isHexadecimal(digit);
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSeparator(int index) {
    return index == TRACE_ID - 1 || index == SPAN_ID - 1 || index == FLAGS - 1;
  }

  /** Capitals are not allowed. */
  private static boolean isHexadecimal(char digit) {
    return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
  }

  /** Returns the header that names this span as the parent. */
  public String toHeader() {
    return "00-" + traceId() + "-" + spanIdText() + (sampled ? "-01" : "-00");
  }

  /** Returns the trace id as 32 hexadecimal digits. */
  public String traceId() {
    return HEX.toHexDigits(traceIdHigh) + HEX.toHexDigits(traceIdLow);
  }

  /** Returns the span's id as 16 hexadecimal digits. */
  public String spanIdText() {
    return HEX.toHexDigits(spanId);
  }

  /**
   * Returns one of the spans within this span. Its id follows from this one's, so that whoever
   * sends it on and whoever records it agree without a word.
   *
   * @param number which one, 1 or more; the same number is the same span
   */
  public TraceContext child(int number) {
    long id = mix(spanId + number * GOLDEN_RATIO);
    return withSpan(id == 0 ? GOLDEN_RATIO : id);
  }

  /**
   * Returns another span of the same trace, with the same state.
   *
   * @param otherSpanId its id; never 0
   */
  TraceContext withSpan(long otherSpanId) {
    return new TraceContext(traceIdHigh, traceIdLow, otherSpanId, sampled, state);
  }

  /** A bijection that leaves no trace of what was counted up (the finaliser of SplitMix64). */
  private static long mix(long value) {
    long mixed = value;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
