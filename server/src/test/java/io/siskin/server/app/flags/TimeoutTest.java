package io.siskin.server.app.flags;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.app.CapturedRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The time that a user gives holds for every command that asks a server. */
@Timeout(120)
final class TimeoutTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "collections flush birds",
        "collections compact birds",
        "collections drop birds",
        "restore -c birds one --as two",
        "snapshot create -c birds one",
        "count -c birds"
      })
  void aServerThatDoesNotAnswerIsNotWaitedFor(String command) throws IOException {
    // It takes connections and never says anything.
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      CapturedRun run =
          CapturedRun.of(
              (Object[])
                  (command + " --timeout-millis 300 -t 127.0.0.1:" + silent.getLocalPort())
                      .split(" "));
      assertThat(run.status()).as(run.err()).isNotZero();
      assertThat(run.err()).isNotEmpty();
    }
  }
}
