package io.siskin.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.siskin.client.ClientOptions;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is said when a server cannot be reached: where it was looked for, and what to try. */
@Timeout(60)
class ConnectionFailuresTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void nothingListens() throws Exception {
    int port;
    try (ServerSocket taken = listen()) {
      port = taken.getLocalPort();
    }
    assertThat(unavailable(options(port)))
        .hasMessageContaining("no server listens at 127.0.0.1:" + port)
        .hasMessageContaining("siskin serve");
  }

  @Test
  void theNameHasNoAddress() {
    // Reserved for this use by RFC 6761: no resolver finds it.
    assertThat(unavailable(ClientOptions.of("siskin.invalid")))
        .hasMessageContaining("the host of siskin.invalid:7700 has no address");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "needs Linux")
  void theSocketIsMissing(@TempDir Path directory) {
    Path socket = directory.resolve("none.sock");
    assertThat(unavailable(ClientOptions.of("unix://" + socket)))
        .hasMessageContaining("there is no socket at unix:" + socket);
  }

  @Test
  void theServerHasNoTls() throws Exception {
    Server plain =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new HealthGrpc.HealthImplBase() {})
            .build()
            .start();
    try {
      ClientOptions options =
          options(plain.getPort()).withTls(new ClientOptions.Tls(null, "localhost"));
      assertThat(unavailable(options))
          .hasMessageContaining("127.0.0.1:" + plain.getPort())
          .hasMessageContaining("without TLS");
    } finally {
      plain.shutdownNow();
    }
  }

  @Test
  void theServerAnswersInTls() throws Exception {
    // A TLS alert, which is what some servers send to a client that speaks plain text.
    assertThat(answeredBy(HexFormat.of().parseHex("15030300020246")))
        .hasMessageContaining("uses TLS");
  }

  @Test
  void theServerIsNoGrpcServer() throws Exception {
    byte[] http = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    assertThat(answeredBy(http)).hasMessageContaining("does not speak gRPC");
  }

  @Test
  void theServerClosesTheConnection() throws Exception {
    assertThat(answeredBy(new byte[0])).hasMessageContaining("closed the connection");
  }

  @Test
  void nobodyAnswersBeforeTheDeadline() throws Exception {
    // Takes the connection and never says anything.
    try (ServerSocket silent = listen()) {
      SearchException error =
          failure(options(silent.getLocalPort()).withDeadline(Duration.ofMillis(300)));
      assertThat(error)
          .isInstanceOf(SearchException.DeadlineExceeded.class)
          .hasMessageContaining("no connection to 127.0.0.1:" + silent.getLocalPort());
    }
  }

  @Test
  void whatAServerAnswersIsLeftAsItIs() throws Exception {
    Server refusing =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new HealthGrpc.HealthImplBase() {
                  @Override
                  public void check(
                      io.grpc.health.v1.HealthCheckRequest request,
                      io.grpc.stub.StreamObserver<HealthCheckResponse> observer) {
                    observer.onError(
                        io.grpc.Status.UNAVAILABLE
                            .withDescription("the server is shutting down")
                            .asRuntimeException());
                  }
                })
            .build()
            .start();
    try {
      assertThat(unavailable(options(refusing.getPort())))
          .hasMessage("UNAVAILABLE: the server is shutting down");
    } finally {
      refusing.shutdownNow();
    }
  }

  /** Asks a server that says some bytes at once and hangs up. */
  private static SearchException answeredBy(byte[] bytes) throws Exception {
    try (ServerSocket server = listen()) {
      Thread answering =
          Thread.startVirtualThread(
              () -> {
                try (Socket connection = server.accept();
                    OutputStream out = connection.getOutputStream()) {
                  // The client begins; a connection closed with bytes unread would be reset.
                  connection.getInputStream().readNBytes(24);
                  out.write(bytes);
                  out.flush();
                  connection.shutdownOutput();
                  connection.getInputStream().readAllBytes();
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      SearchException error = unavailable(options(server.getLocalPort()));
      answering.join();
      return error;
    }
  }

  private static ServerSocket listen() throws Exception {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  private static ClientOptions options(int port) {
    return ClientOptions.of("127.0.0.1:" + port);
  }

  private static SearchException unavailable(ClientOptions options) {
    SearchException error = failure(options.withDeadline(LONG));
    assertThat(error).isInstanceOf(SearchException.Unavailable.class);
    return error;
  }

  private static SearchException failure(ClientOptions options) {
    try (SearchClient client = SearchClient.connect(options.withMaxAttempts(1))) {
      return catchThrowableOfType(SearchException.class, client::health);
    }
  }
}
