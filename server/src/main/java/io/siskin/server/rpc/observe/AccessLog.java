package io.siskin.server.rpc.observe;

import io.siskin.proto.v1.SearchRequest;
import io.siskin.server.observe.BackgroundQueue;
import io.siskin.server.observe.LineSink;
import io.siskin.server.rpc.transport.CallRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * Writes one line for each call and for each request of a stream, on a thread of its own. A call
 * waits for nothing: a line that does not fit into the queue is lost and counted.
 *
 * <p>Safe for concurrent use. Owns its thread and its sink.
 */
final class AccessLog implements AutoCloseable {
  // How much later than its call a line may be written.
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final LineSink sink;
  private final boolean queries;
  private final LongAdder written = new LongAdder();
  private final BackgroundQueue<CallRecord> lines;

  /**
   * Starts the thread.
   *
   * @param sink where the lines go
   * @param queries whether lines have the texts that were searched for
   * @param capacity how many lines may wait
   */
  AccessLog(LineSink sink, boolean queries, int capacity) {
    this.sink = sink;
    this.queries = queries;
    this.lines = new BackgroundQueue<>("siskin-access-log", capacity, PAUSE, this::write);
  }

  /**
   * Takes a call that has ended.
   *
   * @param call the call
   */
  void add(CallRecord call) {
    // Many of them may wait, so none keeps its request.
    call.forgetRequest(
        queries && call.request() instanceof SearchRequest request
            ? CallLine.cut(request.getText(), CallLine.TEXT_LENGTH_MAX)
            : "");
    boolean _ = lines.offer(call);
  }

  private void write(CallRecord call) {
    sink.write((CallLine.of(call) + "\n").getBytes(StandardCharsets.US_ASCII));
    written.increment();
  }

  /** Returns how many lines were written. */
  long written() {
    return written.sum();
  }

  /** Returns how many lines were lost. */
  long lost() {
    return lines.lost();
  }

  /** Writes what waits, and ends. */
  @Override
  public void close() {
    lines.close();
    sink.close();
  }
}
