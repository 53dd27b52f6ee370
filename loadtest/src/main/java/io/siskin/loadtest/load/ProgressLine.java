package io.siskin.loadtest.load;

import io.siskin.loadtest.load.report.Latencies;
import io.siskin.loadtest.load.schedule.CallLog;
import io.siskin.loadtest.load.schedule.Schedule;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a person sees of a load while it runs: one line a second. */
final class ProgressLine {
  private ProgressLine() {}

  /**
   * Returns the line. It is about the last second but one, most of whose calls have ended.
   *
   * @param log what is known so far
   * @param second seconds from the beginning
   * @param deadlineMillis until when an answer counts as in time
   * @param server the last sample of the server's metrics; null when they are not read
   */
  static String of(CallLog log, double second, int deadlineMillis, @Nullable ServerSample server) {
    Schedule schedule = log.schedule();
    int from = schedule.firstAt(Math.max(0, second - 2));
    int to = schedule.firstAt(Math.max(0, second - 1));
    Latencies answered = new Latencies();
    int sent = 0;
    int inTime = 0;
    int failed = 0;
    for (int call = from; call < to; call++) {
      sent += log.isSent(call) ? 1 : 0;
      if (log.isOk(call)) {
        long nanos = log.latencyNanos(call);
        answered.add(nanos);
        inTime += nanos <= TimeUnit.MILLISECONDS.toNanos(deadlineMillis) ? 1 : 0;
      } else if (log.hasEnded(call)) {
        failed++;
      }
    }
    String line =
        "%4.0f of %.0f s  asked %d/s  sent %d/s  in time %d/s  p50 %.2f ms  p99 %.2f ms  not OK %d  in flight %d"
            .formatted(
                second,
                schedule.seconds(),
                to - from,
                sent,
                inTime,
                answered.nanosAt(50) / 1e6,
                answered.nanosAt(99) / 1e6,
                failed,
                log.inFlight());
    return server == null
        ? line
        : line
            + "  server %.0f MiB, %.0f waiting"
                .formatted(
                    server.sum("process_resident_memory_bytes") / (1 << 20),
                    server.sum("siskin_admission_waiting_tasks"));
  }
}
