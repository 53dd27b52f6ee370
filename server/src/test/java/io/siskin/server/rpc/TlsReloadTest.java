package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.OpenSsl;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.protobuf.services.HealthStatusManager;
import io.siskin.client.ClientOptions;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.rpc.observe.Observation;
import io.siskin.server.rpc.service.ServerFacts;
import io.siskin.server.tls.ReloadingTls;
import io.siskin.server.tls.TlsFiles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Certificates over real connections. */
@Timeout(120)
class TlsReloadTest {
  @TempDir private Path folder;
  private TestCertificate first;
  private TestCertificate second;
  private Path certificate;
  private Path privateKey;

  @BeforeEach
  void make() throws Exception {
    first = TestCertificate.create(Files.createDirectory(folder.resolve("first")));
    second = TestCertificate.create(Files.createDirectory(folder.resolve("second")));
    certificate = folder.resolve("server.pem");
    privateKey = folder.resolve("server-key.pem");
    use(first);
  }

  /** As tools do it: each file is replaced at one moment, both are not. */
  private void use(TestCertificate made) throws Exception {
    replace(privateKey, made.privateKey());
    replace(certificate, made.certificate());
  }

  private void replace(Path file, Path content) throws Exception {
    Path beside = folder.resolve("new");
    Files.copy(content, beside, StandardCopyOption.REPLACE_EXISTING);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private GrpcServer serve(ReloadingTls tls) throws Exception {
    return GrpcServer.start(
        GrpcServerOptions.builder().port(0).build(),
        FakeBackends.of(new FakeRetriever(), FakeTextEncoders.NONE),
        ServerFacts.UNKNOWN,
        new Protection(null, true, tls, null),
        Observation.off());
  }

  private static SearchClient trusting(GrpcServer server, ClientOptions.Tls tls) {
    return SearchClient.connect(
        ClientOptions.of("127.0.0.1:" + server.port())
            .withMaxAttempts(1)
            .withDeadline(Duration.ofSeconds(60))
            .withTls(tls));
  }

  private static SearchClient trusting(GrpcServer server, TestCertificate made) {
    return trusting(server, new ClientOptions.Tls(made.certificate(), "siskin.test"));
  }

  private static boolean isAnswered(SearchClient client) {
    try {
      return client.search(SearchRequest.text("books", "x")).hits() != null;
    } catch (SearchException.Unavailable refused) {
      return false;
    }
  }

  private static boolean isTrusted(GrpcServer server, TestCertificate made) {
    try (SearchClient client = trusting(server, made)) {
      return isAnswered(client);
    }
  }

  private TlsFiles files() {
    return new TlsFiles(certificate, privateKey, null, TlsFiles.Clients.NONE);
  }

  @Test
  void newConnectionsGetTheNewCertificateAndOpenOnesStayOpen() throws Exception {
    try (ReloadingTls tls = ReloadingTls.open(files());
        GrpcServer server = serve(tls);
        SearchClient old = trusting(server, first)) {
      assertThat(isAnswered(old)).isTrue();
      assertThat(isTrusted(server, second)).isFalse();
      use(second);
      while (!isTrusted(server, second)) {
        Thread.sleep(50);
      }
      assertThat(isTrusted(server, first)).isFalse();
      assertThat(isAnswered(old)).isTrue();
      assertThat(tls.problem()).isNull();
    }
  }

  @Test
  void brokenFilesLeaveTheOldCertificateInUse() throws Exception {
    try (ReloadingTls tls = ReloadingTls.open(files());
        GrpcServer server = serve(tls)) {
      Files.writeString(certificate, "no certificate");
      while (tls.problem() == null) {
        Thread.sleep(20);
      }
      assertThat(isTrusted(server, first)).isTrue();
      // The key of another certificate.
      replace(certificate, second.certificate());
      while (!String.valueOf(tls.problem()).contains("another certificate")) {
        Thread.sleep(20);
      }
      assertThat(isTrusted(server, first)).isTrue();
      use(second);
      while (tls.problem() != null) {
        Thread.sleep(20);
      }
      assertThat(isTrusted(server, second)).isTrue();
    }
  }

  @Test
  void aClientShowsItsCertificateWhereItMust() throws Exception {
    TlsFiles mutual =
        new TlsFiles(certificate, privateKey, second.certificate(), TlsFiles.Clients.REQUIRED);
    try (ReloadingTls tls = ReloadingTls.open(mutual);
        GrpcServer server = serve(tls)) {
      ClientOptions.Tls right =
          new ClientOptions.Tls(
              first.certificate(), "siskin.test", second.certificate(), second.privateKey());
      ClientOptions.Tls wrong =
          new ClientOptions.Tls(
              first.certificate(), "siskin.test", first.certificate(), first.privateKey());
      try (SearchClient client = trusting(server, right)) {
        assertThat(isAnswered(client)).isTrue();
      }
      try (SearchClient client = trusting(server, wrong)) {
        assertThat(isAnswered(client)).isFalse();
      }
      assertThat(isTrusted(server, first)).isFalse();
    }
  }

  /** Both implementations of TLS negotiate HTTP/2, with a key manager that is asked each time. */
  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"JDK", "OPENSSL"})
  void bothImplementationsNegotiateHttp2(SslProvider provider) throws Exception {
    assertThat(OpenSsl.isAvailable()).isTrue();
    HealthStatusManager health = new HealthStatusManager();
    try (ReloadingTls tls = ReloadingTls.open(files())) {
      Server server =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .sslContext(
                  GrpcSslContexts.configure(SslContextBuilder.forServer(tls.keyManager()), provider)
                      .protocols(ReloadingTls.PROTOCOLS)
                      .build())
              .addService(health.getHealthService())
              .build()
              .start();
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
              .overrideAuthority("siskin.test")
              .sslContext(
                  GrpcSslContexts.configure(
                          SslContextBuilder.forClient().trustManager(first.certificate().toFile()),
                          provider)
                      .build())
              .build();
      try {
        assertThat(
                HealthGrpc.newBlockingStub(channel)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatusValue())
            .isPositive();
      } finally {
        channel.shutdownNow();
        server.shutdownNow();
      }
    }
  }

  @Test
  void whatIsNoCertificateOrKeyIsToldWithItsFile() throws Exception {
    Files.writeString(privateKey, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n");
    assertThatThrownBy(() -> ReloadingTls.open(files()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(privateKey.toString())
        .hasMessageContaining("openssl pkcs8");
    replace(privateKey, second.privateKey());
    assertThatThrownBy(() -> ReloadingTls.open(files()))
        .hasMessageContaining("another certificate");
    Files.writeString(certificate, "");
    assertThatThrownBy(() -> ReloadingTls.open(files()))
        .hasMessageContaining("certificates in PEM");
  }
}
