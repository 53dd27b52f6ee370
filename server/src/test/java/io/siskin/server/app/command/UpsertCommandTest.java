package io.siskin.server.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.app.CapturedRun;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.rpc.Backends;
import io.siskin.server.rpc.FakeBackends;
import io.siskin.server.rpc.FakeRetriever;
import io.siskin.server.rpc.GrpcServer;
import io.siskin.server.rpc.GrpcServerOptions;
import io.siskin.server.search.Cancellation;
import io.siskin.server.write.CollectionWrites;
import io.siskin.server.write.Deletion;
import io.siskin.server.write.DocumentInput;
import io.siskin.server.write.FieldsUpdate;
import io.siskin.server.write.WaitFor;
import io.siskin.server.write.WriteOrder;
import io.siskin.server.write.WriteOutcome;
import io.siskin.server.write.WriteResult;
import io.siskin.server.write.WritesOverloadedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code siskin upsert} does when a server is busy or refuses a document. */
@Timeout(60)
final class UpsertCommandTest {
  @TempDir private Path folder;
  private final BusyWrites writes = new BusyWrites();
  private GrpcServer server;
  private Path file;

  /** Refuses the first writes, and documents whose ids begin with an x. */
  private static final class BusyWrites implements CollectionWrites {
    final List<String> seen = new CopyOnWriteArrayList<>();
    final AtomicInteger refusals = new AtomicInteger();

    @Override
    public CompletableFuture<List<WriteResult>> upsert(
        String collection,
        String tenant,
        List<DocumentInput> documents,
        WaitFor waitFor,
        Cancellation cancellation,
        WriteOrder order) {
      documents.forEach(document -> seen.add(document.id()));
      if (refusals.getAndDecrement() > 0) {
        return CompletableFuture.failedFuture(
            new WritesOverloadedException(
                WritesOverloadedException.Reason.QUEUE_FULL,
                "64 MiB of writes wait",
                Duration.ofMillis(1)));
      }
      return CompletableFuture.completedFuture(documents.stream().map(BusyWrites::result).toList());
    }

    private static WriteResult result(DocumentInput document) {
      return document.id().startsWith("x")
          ? new WriteResult(
              WriteOutcome.REFUSED,
              0,
              new io.siskin.index.error.InvalidInputException("vector", "missing", "a vector"))
          : new WriteResult(WriteOutcome.CREATED, 9, null);
    }

    @Override
    public CompletableFuture<Deletion> delete(
        String collection,
        String tenant,
        Selector selector,
        WaitFor waitFor,
        Cancellation cancellation) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<WriteResult>> updateFields(
        String collection,
        String tenant,
        List<FieldsUpdate> updates,
        WaitFor waitFor,
        Cancellation cancellation) {
      throw new UnsupportedOperationException();
    }
  }

  @BeforeEach
  void start() throws IOException {
    Backends idle = FakeBackends.of(new FakeRetriever(), null);
    server =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).build(),
            new Backends(
                idle.searches(), idle.documents(), writes, idle.changes(), idle.encoders()));
    file =
        Files.write(
            folder.resolve("some.jsonl"),
            List.of(
                "{\"id\":\"a\",\"text\":\"one\"}",
                "{\"id\":\"x\",\"text\":\"two\"}",
                "{\"id\":\"a\",\"text\":\"three\"}",
                "{\"id\":\"b\",\"text\":\"four\"}"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private CapturedRun upsert(Object... more) {
    Object[] args = new Object[more.length + 7];
    args[0] = "upsert";
    args[1] = "--target";
    args[2] = "127.0.0.1:" + server.port();
    args[3] = "--collection";
    args[4] = "books";
    args[5] = "--input";
    args[6] = file;
    System.arraycopy(more, 0, args, 7, more.length);
    return CapturedRun.of(args);
  }

  @Test
  void everythingFromTheRefusedBatchOnIsSentAgainInOrder() {
    writes.refusals.set(1);
    CapturedRun run = upsert("--batch", 1, "--skip-bad", 1, "--json");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.lastLine())
        .isEqualTo("{\"created\":3,\"replaced\":0,\"refused\":1,\"last_position\":9}");
    assertThat(writes.seen).hasSize(8);
    assertThat(writes.seen.subList(4, 8)).containsExactly("a", "x", "a", "b");
  }

  @Test
  void aRefusedDocumentIsNamedByItsPlace() {
    CapturedRun run = upsert();

    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("some.jsonl:2", "vector", "documents[1]");
  }

  @Test
  void whatMayBeLeftOutIsReportedAndTheRestIsWritten() {
    CapturedRun run = upsert("--skip-bad", 1);

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).contains("left out", "some.jsonl:2");
    assertThat(run.lastLine())
        .contains("wrote 3 documents into books: 3 new, 0 replaced, 1 left out");
  }
}
