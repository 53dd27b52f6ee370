package io.siskin.loadtest.load;

import io.grpc.Metadata;
import io.grpc.Status;
import io.siskin.loadtest.load.scenario.Operation;
import io.siskin.loadtest.load.scenario.Scenario;
import io.siskin.loadtest.load.schedule.CallLog;
import io.siskin.loadtest.load.schedule.OpenLoop;
import io.siskin.loadtest.load.schedule.RateStage;
import io.siskin.loadtest.load.schedule.Schedule;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A server and what is sent to it. Sends loads one after the other, and keeps its connections
 * between them. Used by one thread.
 */
final class LoadRun implements AutoCloseable {
  /** How long after its deadline a call is waited for: then its connection is broken. */
  private static final long GRACE_MILLIS = 5_000;

  private static final long START_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Scenario scenario;
  private final Connections connections;
  private final List<CallSender> senders = new ArrayList<>();

  /**
   * What a load leaves behind.
   *
   * @param log what became of each call
   * @param samples the metrics of the server
   * @param failedScrapes how often they could not be read
   * @param senderCpuShare how much of the time the thread that sends had a processor, 0 to 1
   * @param processCpuCores how many cores the generator used
   */
  record Finished(
      CallLog log,
      List<ServerSample> samples,
      int failedScrapes,
      double senderCpuShare,
      double processCpuCores) {}

  /** Is told of a load while it runs. */
  interface Observer {
    /**
     * Called about once a second, by a thread of its own.
     *
     * @param log what is known so far
     * @param second seconds from the beginning of the load
     * @param server the last sample of the server's metrics; null when they are not read
     */
    void observe(CallLog log, double second, @Nullable ServerSample server);
  }

  /**
   * Reads the files of a scenario and makes connections.
   *
   * @param scenario where to and what
   * @param headers sent with each call
   * @throws IOException when a file cannot be read
   */
  LoadRun(Scenario scenario, Metadata headers) throws IOException {
    this.scenario = scenario;
    this.connections = new Connections(scenario.target(), scenario.connections(), headers);
    boolean isReady = false;
    try {
      Senders maker =
          new Senders(connections.channels(), scenario.deadlineMillis(), scenario.seed());
      for (Operation operation : scenario.operations()) {
        senders.add(maker.of(operation));
      }
      isReady = true;
    } finally {
      if (!isReady) {
        connections.close();
      }
    }
  }

  /**
   * Sends the calls of a schedule, and returns when the last one has ended.
   *
   * @param schedule the calls; its operations are those of the scenario
   * @param observer is told of it while it runs
   * @throws IOException when the server's metrics cannot be read before the first call
   * @throws InterruptedException when the thread is interrupted
   */
  Finished send(Schedule schedule, Observer observer) throws IOException, InterruptedException {
    CallLog log = new CallLog(schedule);
    long start = System.nanoTime() + START_DELAY_NANOS;
    log.start(start);
    try (ServerWatch watch =
        scenario.metrics() == null ? null : new ServerWatch(scenario.metrics(), start)) {
      Thread observing = observe(log, start, watch, observer);
      Usage before = Usage.now();
      try {
        OpenLoop.run(schedule, start, (call, due) -> sendOne(log, call));
        Usage after = Usage.now();
        awaitEnd(log);
        return new Finished(
            log,
            watch == null ? List.of() : watch.samples(),
            watch == null ? 0 : watch.failures(),
            after.shareOfThreadSince(before),
            after.coresSince(before));
      } finally {
        observing.interrupt();
        observing.join();
      }
    }
  }

  private void sendOne(CallLog log, int call) {
    if (log.inFlight() >= scenario.inFlightMax()) {
      log.unsent(call);
      return;
    }
    log.sent(call);
    senders
        .get(log.schedule().operation(call))
        .send((code, nanosInServer) -> log.ended(call, code.value(), nanosInServer));
  }

  private void awaitEnd(CallLog log) throws InterruptedException {
    if (!log.await(scenario.deadlineMillis() + GRACE_MILLIS)) {
      // A deadline should have ended them. They are failures, and none may be left out.
      for (int call = 0; call < log.schedule().size(); call++) {
        log.ended(call, Status.Code.DEADLINE_EXCEEDED.value(), 0);
      }
    }
  }

  private static Thread observe(
      CallLog log, long start, @Nullable ServerWatch watch, Observer observer) {
    return Thread.ofPlatform()
        .daemon()
        .name("observer")
        .start(
            () -> {
              try {
                for (long second = 1; ; second++) {
                  OpenLoop.await(start + TimeUnit.SECONDS.toNanos(second));
                  observer.observe(log, (double) second, watch == null ? null : watch.last());
                }
              } catch (InterruptedException _) {
                // The load is over.
              }
            });
  }

  /**
   * Lets callers send calls of the operations with a weight, each as soon as its last call has
   * ended. One thread sends for all of them.
   *
   * @param callers how many
   * @param seconds how long calls are begun
   * @return how many calls were answered with OK
   * @throws InterruptedException when the thread is interrupted
   */
  long sendClosed(int callers, double seconds) throws InterruptedException {
    long end = System.nanoTime() + Math.round(seconds * 1e9);
    Semaphore free = new Semaphore(callers);
    AtomicLong answered = new AtomicLong();
    // The schedule says only which operations take turns.
    Schedule order = scenario.withStages(List.of(RateStage.constant(1_000, 1))).order();
    for (int call = 0; System.nanoTime() - end < 0; call = (call + 1) % order.size()) {
      free.acquire();
      AtomicBoolean hasEnded = new AtomicBoolean();
      senders
          .get(order.operation(call))
          .send(
              (code, nanosInServer) -> {
                if (hasEnded.compareAndSet(false, true)) {
                  answered.addAndGet(code == Status.Code.OK ? 1 : 0);
                  free.release();
                }
              });
    }
    free.acquire(callers);
    return answered.get();
  }

  @Override
  public void close() {
    senders.forEach(CallSender::close);
    connections.close();
  }

  /** Processor time of the process and of the thread that asks. */
  private record Usage(long nanoTime, long threadNanos, long processNanos) {
    static Usage now() {
      long process = -1;
      if (ManagementFactory.getOperatingSystemMXBean()
          instanceof com.sun.management.OperatingSystemMXBean system) {
        process = system.getProcessCpuTime();
      }
      long thread = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      return new Usage(System.nanoTime(), thread, process);
    }

    double shareOfThreadSince(Usage before) {
      return (double) (threadNanos - before.threadNanos) / (nanoTime - before.nanoTime);
    }

    double coresSince(Usage before) {
      return (double) (processNanos - before.processNanos) / (nanoTime - before.nanoTime);
    }
  }
}
