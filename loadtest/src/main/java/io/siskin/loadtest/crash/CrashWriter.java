package io.siskin.loadtest.crash;

import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import io.siskin.server.write.CollectionChanges.KeptSnapshot;
import io.siskin.server.write.CollectionNotWritableException;
import io.siskin.server.write.FieldsUpdate;
import io.siskin.server.write.NameTakenException;
import io.siskin.server.write.SnapshotNotFoundException;
import io.siskin.server.write.WaitFor;
import io.siskin.server.write.WriteOrder;
import io.siskin.server.write.WritesOverloadedException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The process that writes until it is killed. It does the operations of a seed, and says on its
 * standard output what it begins, before it begins it, and what became of it, see {@link
 * Ledger#take}. {@code O} means that it opens the data directory, {@code S} that it begins to
 * write, and {@code E} that it has done as many operations as it was asked for.
 */
public final class CrashWriter {
  private static final int UPSERTS_UNDER_WAY_MAX = 4;

  private final ServedDirectory server;
  private final long seed;
  private final PrintStream out;
  private final WriteOrder order = new WriteOrder();
  private final Deque<CompletableFuture<?>> upserts = new ArrayDeque<>();
  private CompletableFuture<?> maintenance = CompletableFuture.completedFuture(null);
  private String target = "";
  private volatile boolean hasFailed;

  private CrashWriter(ServedDirectory server, long seed, PrintStream out) {
    this.server = server;
    this.seed = seed;
    this.out = out;
  }

  /**
   * Writes.
   *
   * @param arguments the data directory, the seed, the number of the first operation, how many
   *     operations to do, whether to go on after a failure, and whether to do nothing but upserts
   */
  @SuppressWarnings("SystemOut") // It talks to the process that has started it.
  public static void main(String[] arguments) throws IOException {
    PrintStream out = System.out;
    out.println("O");
    out.flush();
    try (ServedDirectory server = new ServedDirectory(Path.of(arguments[0]))) {
      out.println("S");
      out.flush();
      CrashWriter writer = new CrashWriter(server, Long.parseLong(arguments[1]), out);
      long first = Long.parseLong(arguments[2]);
      long count = Long.parseLong(arguments[3]);
      boolean goesOn = Boolean.parseBoolean(arguments[4]);
      boolean upsertsOnly = Boolean.parseBoolean(arguments[5]);
      for (long number = first; number < first + count; number++) {
        if (writer.hasFailed && !goesOn) {
          writer.awaitEnd();
        }
        if (!upsertsOnly || isUpsert(Operation.of(writer.seed, number))) {
          writer.run(number);
        }
      }
      writer.awaitAll();
    }
    out.println("E");
    out.flush();
  }

  private static boolean isUpsert(Operation operation) {
    return operation instanceof Operation.Upsert && operation.collection().equals(Operation.MAIN);
  }

  private void say(String line) {
    synchronized (out) {
      out.println(line);
      if (out.checkError()) {
        // The process that has started it is gone.
        Runtime.getRuntime().halt(1);
      }
    }
  }

  private void awaitUpserts(int left) {
    while (upserts.size() > left) {
      upserts.remove().join();
    }
  }

  /** Waits to be killed. */
  private void awaitEnd() {
    new CompletableFuture<Void>().join();
  }

  private void awaitAll() {
    awaitUpserts(0);
    maintenance.join();
  }

  private void run(long number) {
    Operation operation = Operation.of(seed, number);
    if (!operation.collection().equals(target) || !(operation instanceof Operation.Upsert)) {
      if (!(operation instanceof Operation.Maintenance)) {
        awaitUpserts(0);
      }
    }
    switch (operation) {
      case Operation.Upsert _ -> {
        target = operation.collection();
        awaitUpserts(UPSERTS_UNDER_WAY_MAX - 1);
        say("B " + number);
        upserts.add(told(number, start(operation)));
      }
      case Operation.Write _ -> {
        say("B " + number);
        told(number, start(operation)).join();
      }
      case Operation.Maintenance _ -> {
        maintenance.join();
        say("B " + number);
        maintenance = told(number, start(operation));
      }
      case Operation.Change _ -> {
        awaitAll();
        say("B " + number);
        told(number, start(operation)).join();
      }
    }
  }

  private CompletableFuture<?> start(Operation operation) {
    return switch (operation) {
      case Operation.Upsert(String collection, String tenant, var documents, boolean searchable) ->
          server.live.upsert(
              collection,
              tenant,
              documents,
              searchable ? WaitFor.SEARCHABLE : WaitFor.DURABLE,
              Cancellation.NEVER,
              order);
      case Operation.DeleteIds delete -> delete(delete, new Selector.Ids(delete.ids()));
      case Operation.DeleteYears delete -> delete(delete, new Selector.Expression(delete.filter()));
      case Operation.Update(String collection, String tenant, List<String> ids, var set) ->
          server.live.updateFields(
              collection,
              tenant,
              ids.stream().map(id -> new FieldsUpdate(id, set, List.of())).toList(),
              WaitFor.DURABLE,
              Cancellation.NEVER);
      case Operation.Flush(String collection) -> server.live.flush(collection);
      case Operation.Compact(String collection) -> server.live.compact(collection);
      case Operation.CreateSnapshot(String collection, String name) ->
          server.live.createSnapshot(collection, name);
      case Operation.DeleteSnapshot(String collection, String name) ->
          server.live.deleteSnapshot(collection, name);
      case Operation.Restore(String collection, String name, String restored) ->
          server.live.restore(collection, name, restored);
      case Operation.Create(String collection) ->
          server.live.create(collection, operation.kind().settings(), operation.kind().encoder());
      case Operation.Drop(String collection) -> server.live.drop(collection);
      case Operation.Switch(String collection) -> server.live.setAlias(Operation.ALIAS, collection);
    };
  }

  private CompletableFuture<?> delete(Operation.Write delete, Selector selector) {
    return server.live.delete(
        delete.collection(), delete.tenant(), selector, WaitFor.DURABLE, Cancellation.NEVER);
  }

  private CompletableFuture<?> told(long number, CompletableFuture<?> result) {
    return result.handle(
        (value, failure) -> {
          hasFailed |= failure != null && answer(number, unwrapped(failure)).startsWith("U");
          say(
              failure == null
                  ? "A "
                      + number
                      + " "
                      + (value instanceof KeptSnapshot kept ? kept.documentCount() : 0)
                  : answer(number, unwrapped(failure)));
          return null;
        });
  }

  private static String answer(long number, Throwable failure) {
    return switch (failure) {
      case CollectionNotFoundException _, NameTakenException _, SnapshotNotFoundException _ ->
          "N " + number;
      case CollectionNotWritableException refused
          when refused.reason() == CollectionNotWritableException.Reason.ALIASED ->
          "N " + number;
      case WritesOverloadedException _ -> "R " + number;
      default -> "U " + number + " " + String.valueOf(failure).replace('\n', ' ');
    };
  }

  private static Throwable unwrapped(@Nullable Throwable failure) {
    Throwable cause = failure == null ? new IllegalStateException("no result") : failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
