package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.siskin.server.http.HttpOptions;
import io.siskin.server.http.HttpServer;
import io.siskin.server.http.Page;
import io.siskin.server.http.RawConnection;
import io.siskin.server.http.Site;
import io.siskin.server.testing.CapturedLog;
import io.siskin.server.tls.ReloadingTls;
import io.siskin.server.tls.TlsFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP over TLS: what is served, new certificates, certificates of clients, and plain text. */
@Timeout(120)
class HttpsTest {
  private static final String SEARCH = "/v1/collections/books/search";
  private static final List<String> PAGES =
      List.of("/healthz", "/readyz", "/metrics", "/openapi.json", "/console/", "/v1/server");

  @TempDir private Path folder;
  private TestCertificate first;
  private TestCertificate second;
  private Path certificate;
  private Path privateKey;
  private GrpcServer grpc;

  @BeforeEach
  void make() throws Exception {
    first = TestCertificate.create(Files.createDirectory(folder.resolve("first")));
    second = TestCertificate.create(Files.createDirectory(folder.resolve("second")));
    certificate = folder.resolve("server.pem");
    privateKey = folder.resolve("server-key.pem");
    use(first);
    grpc =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).build(),
            FakeBackends.of(new FakeRetriever(), FakeTextEncoders.NONE));
    grpc.markReady();
  }

  @AfterEach
  void stop() {
    grpc.shutdown(Duration.ofSeconds(10));
  }

  private void use(TestCertificate made) throws IOException {
    replace(privateKey, made.privateKey());
    replace(certificate, made.certificate());
  }

  private void replace(Path file, Path content) throws IOException {
    Path beside = folder.resolve("new");
    Files.copy(content, beside, StandardCopyOption.REPLACE_EXISTING);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private ReloadingTls open(@Nullable Path clientCa, TlsFiles.Clients clients) throws IOException {
    return ReloadingTls.open(new TlsFiles(certificate, privateKey, clientCa, clients));
  }

  private HttpServer serve(@Nullable ReloadingTls tls) throws IOException {
    HttpOptions options = HttpOptions.DEFAULTS.at("127.0.0.1", 0).withTls(tls);
    return HttpServer.start(
        options,
        Site.builder(options)
            .rest(grpc.gateway(), "1")
            .readiness(() -> Site.Readiness.valueOf(grpc.readiness().name()))
            .metrics(_ -> new Page(200, "text/plain", "metrics".getBytes(StandardCharsets.UTF_8)))
            .build());
  }

  private static byte[] der(Path pem) throws IOException {
    String body = Files.readString(pem).replaceAll("-----.*-----", "").replaceAll("\\s", "");
    return Base64.getDecoder().decode(body);
  }

  /** Returns what a client needs that trusts one certificate and may show another one. */
  private static SSLContext trusting(TestCertificate trusted, @Nullable TestCertificate own)
      throws Exception {
    CertificateFactory certificates = CertificateFactory.getInstance("X.509");
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry(
        "server",
        certificates.generateCertificate(new ByteArrayInputStream(der(trusted.certificate()))));
    TrustManagerFactory trustManagers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trustManagers.init(trust);
    KeyStore shown = KeyStore.getInstance("PKCS12");
    shown.load(null, null);
    if (own != null) {
      Certificate ownCertificate =
          certificates.generateCertificate(new ByteArrayInputStream(der(own.certificate())));
      shown.setKeyEntry(
          "client",
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(der(own.privateKey()))),
          new char[0],
          new Certificate[] {ownCertificate});
    }
    KeyManagerFactory keyManagers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(shown, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    return context;
  }

  private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request)
      throws Exception {
    return client.send(
        request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String scheme, HttpServer server, String path) {
    return HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + server.port() + path));
  }

  /** Returns status and body of every page and of calls, right and wrong ones. */
  private static Map<String, String> everything(HttpClient client, String scheme, HttpServer server)
      throws Exception {
    Map<String, String> answers = new TreeMap<>();
    for (String page : PAGES) {
      HttpResponse<String> answer = send(client, request(scheme, server, page));
      answers.put(page, answer.statusCode() + " " + answer.body());
    }
    // The last body is longer than many records of TLS.
    for (String body : List.of("{\"text\": \"x\"}", "{\"kk\": 1}", "x".repeat(1 << 20))) {
      HttpResponse<String> answer =
          send(
              client,
              request(scheme, server, SEARCH)
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(body)));
      String said = answer.body().replaceAll("\"[a-zA-Z]*Nanos\":\"?[0-9]+\"?", "");
      answers.put(body.substring(0, 5), answer.statusCode() + " " + said);
    }
    return answers;
  }

  @Test
  void allThatHttpServesIsServedOverTls() throws Exception {
    try (ReloadingTls tls = open(null, TlsFiles.Clients.NONE);
        HttpServer plain = serve(null);
        HttpServer encrypted = serve(tls);
        HttpClient client = HttpClient.newBuilder().sslContext(trusting(first, null)).build()) {
      Map<String, String> answers = everything(client, "https", encrypted);
      assertThat(answers).isEqualTo(everything(client, "http", plain));
      assertThat(answers.values()).filteredOn(one -> one.startsWith("200 ")).hasSize(7);
      assertThat(answers.values()).filteredOn(one -> one.startsWith("400 ")).hasSize(2);
      assertThat(answers.get("/openapi.json").length()).isGreaterThan(64 << 10);
    }
  }

  private static SSLSocket connect(HttpServer server, SSLContext context, String... protocols)
      throws IOException {
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port());
    socket.setSoTimeout(60_000);
    if (protocols.length > 0) {
      socket.setEnabledProtocols(protocols);
    }
    return socket;
  }

  /** Asks on a connection, and leaves it open. Returns the first line of the answer. */
  private static String ask(SSLSocket socket) throws IOException {
    socket
        .getOutputStream()
        .write(
            "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    InputStream in = socket.getInputStream();
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("ok\n") < 0) {
      int read = in.read();
      if (read < 0) {
        throw new IOException("the connection ended after '" + answer + "'");
      }
      answer.append((char) read);
    }
    return answer.substring(0, answer.indexOf("\r\n"));
  }

  private static boolean isServed(HttpServer server, SSLContext context) {
    try (SSLSocket socket = connect(server, context)) {
      return ask(socket).equals("HTTP/1.1 200 OK");
    } catch (IOException refused) {
      // Since TLS 1.3, a client hears of its own certificate only when it reads.
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void bothVersionsAreSpoken(String version) throws Exception {
    try (ReloadingTls tls = open(null, TlsFiles.Clients.NONE);
        HttpServer server = serve(tls);
        SSLSocket socket = connect(server, trusting(first, null), version)) {
      assertThat(ask(socket)).isEqualTo("HTTP/1.1 200 OK");
      assertThat(socket.getSession().getProtocol()).isEqualTo(version);
    }
  }

  @Test
  void newConnectionsGetTheNewCertificateAndOpenOnesStayOpen() throws Exception {
    try (ReloadingTls tls = open(null, TlsFiles.Clients.NONE);
        HttpServer server = serve(tls);
        SSLSocket old = connect(server, trusting(first, null))) {
      assertThat(ask(old)).isEqualTo("HTTP/1.1 200 OK");
      assertThat(isServed(server, trusting(second, null))).isFalse();
      use(second);
      while (!isServed(server, trusting(second, null))) {
        Thread.sleep(50);
      }
      assertThat(isServed(server, trusting(first, null))).isFalse();
      assertThat(ask(old)).isEqualTo("HTTP/1.1 200 OK");
      assertThat(tls.problem()).isNull();
    }
  }

  @Test
  void brokenFilesLeaveTheOldCertificateInUse() throws Exception {
    try (ReloadingTls tls = open(null, TlsFiles.Clients.NONE);
        HttpServer server = serve(tls)) {
      Files.writeString(certificate, "no certificate");
      while (tls.problem() == null) {
        Thread.sleep(20);
      }
      assertThat(isServed(server, trusting(first, null))).isTrue();
    }
  }

  @Test
  void aClientShowsItsCertificateWhereItMust() throws Exception {
    try (ReloadingTls tls = open(second.certificate(), TlsFiles.Clients.REQUIRED);
        HttpServer server = serve(tls);
        CapturedLog log = new CapturedLog("io.siskin.server.http")) {
      assertThat(isServed(server, trusting(first, second))).isTrue();
      assertThat(isServed(server, trusting(first, null))).isFalse();
      assertThat(isServed(server, trusting(first, first))).isFalse();
      assertThat(isServed(server, trusting(first, second))).isTrue();
      awaitNoConnection(server);
      assertThat(log.lines(Level.WARN)).isEmpty();
      assertThat(log.lines(Level.ERROR)).isEmpty();
      try (HttpClient without = HttpClient.newBuilder().sslContext(trusting(first, null)).build()) {
        assertThatThrownBy(() -> send(without, request("https", server, "/healthz")))
            .isInstanceOf(IOException.class);
      }
      try (HttpClient with = HttpClient.newBuilder().sslContext(trusting(first, second)).build()) {
        assertThat(everything(with, "https", server).get("/metrics")).isEqualTo("200 metrics");
      }
    }
  }

  @Test
  void aCertificateThatMayBeLeftOutMustBeRightIfItIsShown() throws Exception {
    try (ReloadingTls tls = open(second.certificate(), TlsFiles.Clients.OPTIONAL);
        HttpServer server = serve(tls)) {
      assertThat(isServed(server, trusting(first, null))).isTrue();
      assertThat(isServed(server, trusting(first, second))).isTrue();
    }
  }

  private static void awaitNoConnection(HttpServer server) throws InterruptedException {
    while (server.counts().connections() > 0) {
      Thread.sleep(10);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /v1/collections HTTP/1.1\r\nContent-Length: 99\r\n\r\n{",
        "G",
        "\u0000\u0001\u0002"
      })
  void plainTextIsToldToUseTls(String sent) throws Exception {
    try (ReloadingTls tls = open(null, TlsFiles.Clients.NONE);
        HttpServer server = serve(tls);
        CapturedLog log = new CapturedLog("io.siskin.server.http")) {
      try (RawConnection connection = new RawConnection(server.port())) {
        String answer = connection.send(sent).readToEnd();
        assertThat(answer).startsWith("HTTP/1.1 400 ").endsWith("use https:\n");
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        assertThat(answer).contains("Content-Length: " + body.length() + "\r\n");
      }
      awaitNoConnection(server);
      assertThat(server.counts().heldBytes()).isZero();
      assertThat(isServed(server, trusting(first, null))).isTrue();
      assertThat(log.lines(Level.WARN)).isEmpty();
      assertThat(log.lines(Level.ERROR)).isEmpty();
    }
  }

  @Test
  void aBrokenHandshakeEndsTheConnectionAndNothingElse() throws Exception {
    try (ReloadingTls tls = open(null, TlsFiles.Clients.NONE);
        HttpServer server = serve(tls);
        CapturedLog log = new CapturedLog("io.siskin.server.http")) {
      try (RawConnection connection = new RawConnection(server.port())) {
        // A record of a handshake of 5 bytes that are none.
        assertThat(connection.send("\u0016\u0003\u0001\u0000\u0005hello").readToEnd())
            .doesNotContain("HTTP");
      }
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.send("\u0016");
      }
      awaitNoConnection(server);
      assertThatThrownBy(() -> connect(server, trusting(second, null)).startHandshake())
          .isInstanceOf(SSLException.class);
      assertThat(isServed(server, trusting(first, null))).isTrue();
      assertThat(log.lines(Level.WARN)).isEmpty();
      assertThat(log.lines(Level.ERROR)).isEmpty();
    }
  }
}
