package io.siskin.server.rpc.transport;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import io.siskin.server.trace.RequestTrace;
import io.siskin.server.trace.TraceContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one call, or of one request of a stream. The outermost interceptor makes it and
 * puts it into the gRPC context ({@link #current}); whoever learns something about the call writes
 * it here: the one who checks keys writes the key's id, services write the collection and what a
 * search did. When the call ends, it is counted, and a {@link CallObserver} gets the record.
 *
 * <p>The threads of a call work one after the other, and what hands the call from one to the next
 * publishes what was written. So the fields are plain. {@link #end} may come from any thread, and
 * counts once.
 */
public final class CallRecord {
  /** Says that a time was not taken. */
  public static final long NO_TIME = 0;

  private static final Context.Key<CallRecord> KEY = Context.key("io.siskin.server.call");
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of(TraceContext.HEADER, Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TRACESTATE =
      Metadata.Key.of(TraceContext.STATE_HEADER, Metadata.ASCII_STRING_MARSHALLER);
  private static final VarHandle ENDED;

  static {
    try {
      ENDED = MethodHandles.lookup().findVarHandle(CallRecord.class, "ended", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** Takes what nobody reads: for callers that belong to no call, such as those of tests. */
  private static final CallCounters UNCOUNTED = new CallCounters();

  private final String method;
  private final CallCounters counters;
  private final CallObserver observer;
  private final @Nullable SocketAddress client;
  private final @Nullable TraceContext callerSpan;
  private final @Nullable TraceContext span;
  private final boolean isElement;
  private final long startNanoTime = System.nanoTime();

  @SuppressWarnings("unused") // By the VarHandle.
  private volatile boolean ended;

  private long endNanoTime;
  private Status.Code status = Status.Code.UNKNOWN;
  private String keyId = "";
  private String collection = "";
  private String encoder = "";
  private String text = "";
  private long requestBytes;
  private long responseBytes;
  private @Nullable MessageLite request;
  private @Nullable SearchFacts search;
  private int encodedTexts;
  private long encodedNanoTime;
  private @Nullable RequestTrace requestTrace;

  /**
   * What a search did.
   *
   * @param k how many hits were wanted
   * @param hitCount how many were found
   * @param mode the mode that was used
   * @param segmentCount how many segments were searched; 0 when that is not known
   * @param stats what the evaluation did
   * @param encoderQueueNanos how long its text waited for a model
   * @param queueNanos how long it waited for a search thread
   * @param encodeNanos text to vector
   * @param searchNanos evaluation
   * @param fetchNanos ids, fields and explanations
   * @param fetchedNanoTime when the last of these stages ended, on the clock of {@link
   *     System#nanoTime}
   */
  public record SearchFacts(
      int k,
      int hitCount,
      SearchMode mode,
      int segmentCount,
      SearchStats stats,
      long encoderQueueNanos,
      long queueNanos,
      long encodeNanos,
      long searchNanos,
      long fetchNanos,
      long fetchedNanoTime) {}

  private CallRecord(
      String method,
      CallCounters counters,
      CallObserver observer,
      @Nullable SocketAddress client,
      @Nullable TraceContext callerSpan,
      @Nullable TraceContext span,
      boolean isElement) {
    this.isElement = isElement;
    this.method = method;
    this.counters = counters;
    this.observer = observer;
    this.client = client;
    this.callerSpan = callerSpan;
    this.span = span;
    counters.start();
  }

  /**
   * Begins the record of a call.
   *
   * @param method the method's full name
   * @param counters count it
   * @param observer is told when it has ended
   * @param client where it comes from; null when that is not known
   * @param headers what its caller has sent
   */
  static CallRecord begin(
      String method,
      CallCounters counters,
      CallObserver observer,
      @Nullable SocketAddress client,
      Metadata headers) {
    String parent = headers.get(TRACEPARENT);
    TraceContext caller = parent == null ? null : TraceContext.parse(parent, traceState(headers));
    return new CallRecord(
        method, counters, observer, client, caller, observer.begin(caller), false);
  }

  /** A list may be sent in parts, in several headers of one name. */
  private static @Nullable String traceState(Metadata headers) {
    Iterable<String> parts = headers.getAll(TRACESTATE);
    return parts == null ? null : String.join(",", parts);
  }

  /**
   * Begins the record of one request of this stream. It is recorded in the stream's trace if the
   * stream is.
   *
   * @param elementCounters count it
   */
  public CallRecord beginElement(CallCounters elementCounters) {
    TraceContext parent = span == null ? callerSpan : span;
    CallRecord element =
        new CallRecord(
            method, elementCounters, observer, client, parent, observer.begin(parent), true);
    element.keyId = keyId;
    return element;
  }

  /**
   * Returns the record of the call that the calling thread works for in the gRPC sense: within
   * interceptors and service methods. Outside of a call it returns one that nobody reads.
   */
  public static CallRecord current() {
    CallRecord found = KEY.get();
    return found == null
        ? new CallRecord("", UNCOUNTED, CallObserver.NONE, null, null, null, false)
        : found;
  }

  /** Returns the current context with this record. */
  Context inContext() {
    return Context.current().withValue(KEY, this);
  }

  /**
   * Counts the call as ended and tells the observer, the first time.
   *
   * @param code how it ended
   */
  public void end(Status.Code code) {
    if (ENDED.compareAndSet(this, false, true)) {
      status = code;
      endNanoTime = System.nanoTime();
      counters.end(code.name(), endNanoTime - startNanoTime);
      observer.ended(this);
    }
  }

  /**
   * Notes whose call it is.
   *
   * @param id the id of the caller's key, which is no secret
   */
  public void setKeyId(String id) {
    keyId = id;
  }

  /**
   * Notes what the call is about.
   *
   * @param name the collection's name or alias, as the request gave it
   */
  public void setCollection(String name) {
    collection = name;
  }

  /**
   * Notes what encodes the call's texts.
   *
   * @param name the name of a model
   * @param texts how many texts its batch had; 0 when that is not known
   */
  public void setEncoder(String name, int texts) {
    encoder = name;
    encodedTexts = texts;
  }

  /**
   * Keeps the request, so that whoever is told of the call's end may see it.
   *
   * @param message the request
   */
  public void setRequest(MessageLite message) {
    request = message;
  }

  /**
   * Lets go of the request, which may be large, before the record waits for a thread.
   *
   * @param keptText what of its text is kept; empty for nothing
   */
  public void forgetRequest(String keptText) {
    request = null;
    text = keptText;
  }

  /** Notes that the text of a search was encoded just now. */
  public void encoded() {
    encodedNanoTime = System.nanoTime();
  }

  /**
   * Notes what a search did.
   *
   * @param facts what it did
   */
  public void setSearch(SearchFacts facts) {
    search = facts;
  }

  /**
   * Adds the length of a message of the client.
   *
   * @param bytes its length
   */
  public void addRequestBytes(long bytes) {
    requestBytes += bytes;
  }

  /**
   * Adds the length of a message of the server.
   *
   * @param bytes its length
   */
  public void addResponseBytes(long bytes) {
    responseBytes += bytes;
  }

  /**
   * Returns what goes with the work of this call to threads that know nothing of gRPC; null when
   * the call is not recorded.
   *
   * @param number which span of the call the work is, see {@link TraceContext#child}
   */
  public @Nullable RequestTrace trace(int number) {
    if (span != null && requestTrace == null) {
      requestTrace = new RequestTrace(span.child(number));
    }
    return requestTrace;
  }

  /** Returns what {@link #trace(int)} has returned; null when it was not asked. */
  public @Nullable RequestTrace trace() {
    return requestTrace;
  }

  /** Returns whether this is one request of a stream, and not a call. */
  public boolean isElement() {
    return isElement;
  }

  /** Returns the method's full name. */
  public String method() {
    return method;
  }

  /** Returns where the call comes from; null when that is not known. */
  public @Nullable SocketAddress client() {
    return client;
  }

  /** Returns the caller's span; for a request of a stream, that of the stream. Null for none. */
  public @Nullable TraceContext callerSpan() {
    return callerSpan;
  }

  /** Returns the call's own span; null when it is not recorded. */
  public @Nullable TraceContext span() {
    return span;
  }

  /** Returns when the call began, on the clock of {@link System#nanoTime}. */
  public long startNanoTime() {
    return startNanoTime;
  }

  /** Returns when it ended, on the same clock. */
  public long endNanoTime() {
    return endNanoTime;
  }

  /** Returns how long it took, in nanoseconds. */
  public long totalNanos() {
    return endNanoTime - startNanoTime;
  }

  /** Returns how it ended. */
  public Status.Code status() {
    return status;
  }

  /** Returns the id of the caller's key; empty for none. */
  public String keyId() {
    return keyId;
  }

  /** Returns the collection, as the request named it; empty for none. */
  public String collection() {
    return collection;
  }

  /** Returns what encoded the call's texts; empty for nothing. */
  public String encoder() {
    return encoder;
  }

  /** Returns how many texts the batch had in which the call's text was; 0 when not known. */
  public int encodedTexts() {
    return encodedTexts;
  }

  /** Returns when the text was encoded; {@link #NO_TIME} for no text. */
  public long encodedNanoTime() {
    return encodedNanoTime;
  }

  /** Returns how many bytes the messages of the client had; 0 when that is not known. */
  public long requestBytes() {
    return requestBytes;
  }

  /** Returns how many bytes the messages of the server had; 0 when that is not known. */
  public long responseBytes() {
    return responseBytes;
  }

  /** Returns what was kept of the text of the request; empty for nothing. */
  public String text() {
    return text;
  }

  /** Returns the request; null when nobody kept it. */
  public @Nullable MessageLite request() {
    return request;
  }

  /** Returns what the search did; null when the call was none, or has failed. */
  public @Nullable SearchFacts search() {
    return search;
  }
}
