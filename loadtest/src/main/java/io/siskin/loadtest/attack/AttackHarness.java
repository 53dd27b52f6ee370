package io.siskin.loadtest.attack;

import io.grpc.ManagedChannel;
import io.siskin.loadtest.serve.ServerProcess;
import io.siskin.loadtest.serve.SmallCollection;
import io.siskin.proto.v1.SearchRequest;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Starts a server, does one attack after the other, and prints for each what a normal client sees
 * meanwhile and what the server takes, at the worst and afterwards. It attacks only the server that
 * it has started.
 */
public final class AttackHarness {
  private static final int DOCUMENTS = 5_000;
  private static final int ATTACKERS = 2;

  private final ServerProcess server;
  private final SmallCollection collection;
  private final double seconds;
  private final PrintStream out;

  /**
   * What an attack did.
   *
   * @param during what the normal client saw
   * @param closed how many of the attacker's connections the server has closed
   * @param worst what the server took at the worst
   * @param after what it takes afterwards
   */
  record Outcome(
      NormalClient.Seen during, int closed, ServerProcess.Use worst, ServerProcess.Use after) {}

  private AttackHarness(
      ServerProcess server, SmallCollection collection, double seconds, PrintStream out) {
    this.server = server;
    this.collection = collection;
    this.seconds = seconds;
    this.out = out;
  }

  /**
   * Attacks.
   *
   * @param arguments how many seconds each attack takes, and the names of attacks; none for all
   */
  @SuppressWarnings("SystemOut") // It is a command.
  public static void main(String[] arguments) throws IOException {
    double seconds = Double.parseDouble(arguments[0]);
    List<Attack> attacks = new ArrayList<>();
    for (int i = 1; i < arguments.length; i++) {
      attacks.add(Attack.valueOf(arguments[i].toUpperCase(Locale.ROOT)));
    }
    Path folder = Files.createTempDirectory("siskin-attack");
    run(
        folder,
        DOCUMENTS,
        seconds,
        attacks.isEmpty() ? List.of(Attack.values()) : attacks,
        System.out);
  }

  /**
   * Starts a server and attacks it.
   *
   * @param folder an empty folder
   * @param documents how many documents the server has
   * @param seconds how long each attack takes
   * @param attacks which
   * @param out where the table goes
   * @return what became of each
   */
  static List<Outcome> run(
      Path folder, int documents, double seconds, List<Attack> attacks, PrintStream out)
      throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    List<Outcome> outcomes = new ArrayList<>();
    try (ServerProcess server =
        ServerProcess.start(
            data,
            folder,
            List.of("-Xmx512m"),
            "--limits-connections-per-address-max",
            "256",
            "--limits-handshake-millis-max",
            "1000")) {
      SmallCollection collection = new SmallCollection("attacked", 1, 2_000);
      ManagedChannel channel = server.connect();
      collection.create(channel, documents);
      channel.shutdownNow();
      AttackHarness harness = new AttackHarness(server, collection, seconds, out);
      var _ = new NormalClient(server, collection).run(3 * seconds);
      out.println(
          "| attack | answered | p50 / p99, ms | connections closed | RSS MiB, worst / after |"
              + " threads, worst / after | descriptors, worst / after |");
      out.println("|---|---|---|---|---|---|---|");
      harness.print("none", harness.watch(() -> 0));
      for (Attack attack : attacks) {
        Outcome outcome = harness.attack(attack);
        outcomes.add(outcome);
        harness.print(attack.words, outcome);
      }
      harness.print("none", harness.watch(() -> 0));
    }
    return outcomes;
  }

  private Outcome attack(Attack attack) throws IOException {
    SearchRequest.Builder request = collection.search(new Random(7), attack.hits());
    if (attack.hits() > 10) {
      request.addFields("body");
    }
    byte[] search = request.build().toByteArray();
    AtomicBoolean goesOn = new AtomicBoolean(true);
    AtomicInteger closed = new AtomicInteger();
    List<Thread> attackers = new ArrayList<>();
    for (int i = 0; i < ATTACKERS; i++) {
      attackers.add(
          Thread.ofPlatform()
              .daemon()
              .start(() -> closed.addAndGet(attack.run(server.port(), search, goesOn::get))));
    }
    return watch(
        () -> {
          goesOn.set(false);
          for (Thread attacker : attackers) {
            join(attacker);
          }
          return closed.get();
        });
  }

  /** Ends an attack. */
  private interface End {
    int closedConnections();
  }

  private Outcome watch(End end) throws IOException {
    AtomicBoolean goesOn = new AtomicBoolean(true);
    List<ServerProcess.Use> samples = new ArrayList<>();
    Thread sampler =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  while (goesOn.get()) {
                    sample(samples);
                    pause(100);
                  }
                });
    NormalClient.Seen during = new NormalClient(server, collection).run(seconds);
    int closed = end.closedConnections();
    goesOn.set(false);
    join(sampler);
    pause(2_000);
    return new Outcome(during, closed, worst(samples), server.use());
  }

  private void sample(List<ServerProcess.Use> samples) {
    try {
      samples.add(server.use());
    } catch (IOException gone) {
      throw new IllegalStateException("the server is gone", gone);
    }
  }

  private static ServerProcess.Use worst(List<ServerProcess.Use> samples) {
    return samples.stream()
        .reduce(
            new ServerProcess.Use(0, 0, 0, 0),
            (a, b) ->
                new ServerProcess.Use(
                    Math.max(a.residentBytes(), b.residentBytes()),
                    Math.max(a.threads(), b.threads()),
                    Math.max(a.descriptors(), b.descriptors()),
                    Math.max(a.mappings(), b.mappings())));
  }

  private void print(String words, Outcome outcome) {
    out.printf(
        Locale.ROOT,
        "| %s | %d of %d | %.1f / %.1f | %d | %d / %d | %d / %d | %d / %d |%n",
        words,
        outcome.during.answered(),
        outcome.during.wanted(),
        outcome.during.p50Millis(),
        outcome.during.p99Millis(),
        outcome.closed,
        outcome.worst.residentBytes() >> 20,
        outcome.after.residentBytes() >> 20,
        outcome.worst.threads(),
        outcome.after.threads(),
        outcome.worst.descriptors(),
        outcome.after.descriptors());
    out.flush();
  }

  private static void join(Thread thread) {
    try {
      if (!thread.join(Duration.ofSeconds(30))) {
        throw new IllegalStateException(thread + " has not ended");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
