package io.siskin.server.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.store.Verification;
import io.siskin.server.app.CapturedRun;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.serving.SearchServer;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.rpc.GrpcServerOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code siskin health} says of servers that are starting, ready and gone. */
final class HealthCommandTest {
  @TempDir private Path folder;

  @Test
  void aServerIsReadyWhenItsCollectionsAre() throws IOException {
    Path corpus =
        Files.writeString(folder.resolve("bees.jsonl"), "{\"id\":\"1\",\"text\":\"a\"}\n");
    assertThat(CapturedRun.of("index", "-i", corpus, "-o", folder.resolve("data")).status())
        .isZero();
    try (SearchServer server =
        SearchServer.listen(
            new DataDirectory(folder.resolve("data")),
            GrpcServerOptions.builder().port(0).build(),
            Verification.FULL,
            0,
            new BatchedModels(TextModels.NONE, BatchingOptions.DEFAULTS, new EncodingCache(0)))) {
      assertSays("NOT_SERVING", ExitStatus.FAILURE, "-t", server.address());
      server.open();
      assertSays("SERVING", ExitStatus.OK, "-t", server.address());
      assertSays("SERVING", ExitStatus.OK, "-t", server.address(), "-c", "bees");
      assertSays("SERVICE_UNKNOWN", ExitStatus.FAILURE, "-t", server.address(), "-c", "wasps");
      assertSays(
          "SERVING", ExitStatus.OK, "-t", server.address(), "--service", "siskin.v1.SearchService");
    }
  }

  @Test
  void aServerThatIsNotThereIsNotHealthy() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    CapturedRun run =
        CapturedRun.of("health", "-t", "127.0.0.1:" + port, "--timeout-millis", "20000");
    assertThat(run.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("127.0.0.1:" + port);
  }

  private static void assertSays(String word, int status, Object... arguments) {
    List<Object> all = new ArrayList<>(List.of("health", "--timeout-millis", 600_000));
    all.addAll(List.of(arguments));
    CapturedRun run = CapturedRun.of(all.toArray());
    assertThat(run.out()).as(run.err()).isEqualTo(word + "\n");
    assertThat(run.status()).isEqualTo(status);
  }
}
