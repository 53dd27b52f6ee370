package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.siskin.client.ClientOptions;
import io.siskin.client.Health;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SearchStream;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.rpc.observe.Observation;
import io.siskin.server.rpc.service.ServerFacts;
import io.siskin.server.tls.ReloadingTls;
import io.siskin.server.tls.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server on real sockets, with the real client. */
@Timeout(120)
class GrpcServerTest {
  private static final Duration LONG = Duration.ofSeconds(FakeRetriever.WAIT_SECONDS);

  private final FakeRetriever retriever = new FakeRetriever();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch gate = new CountDownLatch(1);

  // Not JUnit's own folder: its name is too long for a socket on some machines.
  @TempDir(factory = ShortTempDir.class)
  Path folder;

  @Test
  void servesOnLoopback() throws Exception {
    try (GrpcServer server =
            GrpcServer.start(tcp().build(), FakeBackends.of(retriever, FakeTextEncoders.NONE));
        SearchClient client = connect(server)) {
      assertThat(server.port()).isPositive();
      assertThat(server.unixSocket()).isNull();
      assertThat(client.search(request()).hits().getFirst().id()).isEqualTo("books");
    }
  }

  @Test
  void servesOnAUnixSocketThatOnlyOwnerAndGroupMayUse() throws Exception {
    Path socket = folder.resolve("s");
    try (GrpcServer server =
            GrpcServer.start(
                unix(socket).build(), FakeBackends.of(retriever, FakeTextEncoders.NONE));
        SearchClient client = SearchClient.connect("unix://" + socket)) {
      assertThat(server.port()).isEqualTo(GrpcServerOptions.NO_TCP);
      assertThat(server.unixSocket()).isEqualTo(socket);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-rw----");
      assertThat(client.search(request()).hits().getFirst().id()).isEqualTo("books");
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void servesOnBothAtOnce() throws Exception {
    Path socket = folder.resolve("s");
    try (GrpcServer server =
            GrpcServer.start(
                tcp().unixSocket(socket).build(),
                FakeBackends.of(retriever, FakeTextEncoders.NONE));
        SearchClient overTcp = connect(server);
        SearchClient overUnix = SearchClient.connect("unix:" + socket)) {
      assertThat(overTcp.search(request()).hits()).isEqualTo(overUnix.search(request()).hits());
      server.markReady();
      assertThat(overTcp.health()).isEqualTo(Health.SERVING);
      assertThat(overUnix.health()).isEqualTo(Health.SERVING);
    }
  }

  @Test
  void aLeftOverSocketIsReplaced() throws Exception {
    Path socket = folder.resolve("s");
    bindAndForget(socket);
    try (GrpcServer server =
            GrpcServer.start(
                unix(socket).build(), FakeBackends.of(retriever, FakeTextEncoders.NONE));
        SearchClient client = SearchClient.connect("unix://" + socket)) {
      assertThat(server.unixSocket()).exists();
      assertThat(client.search(request()).hits()).hasSize(1);
    }
  }

  @Test
  void aSocketInUseIsLeftAlone() throws Exception {
    Path socket = folder.resolve("s");
    try (GrpcServer first =
            GrpcServer.start(
                unix(socket).build(), FakeBackends.of(retriever, FakeTextEncoders.NONE));
        SearchClient client = SearchClient.connect("unix://" + socket)) {
      assertThat(first.unixSocket()).exists();
      assertThatThrownBy(
              () ->
                  GrpcServer.start(
                      unix(socket).build(), FakeBackends.of(retriever, FakeTextEncoders.NONE)))
          .isInstanceOf(FileAlreadyExistsException.class)
          .hasMessageContaining("in use by another server");
      assertThat(client.search(request()).hits()).as("the first goes on").hasSize(1);
    }
  }

  @Test
  void theSocketOfAnotherProgramIsLeftAlone() throws Exception {
    Path socket = folder.resolve("s");
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(socket));
      assertThatThrownBy(
              () ->
                  GrpcServer.start(
                      unix(socket).build(), FakeBackends.of(retriever, FakeTextEncoders.NONE)))
          .isInstanceOf(FileAlreadyExistsException.class)
          .hasMessageContaining("in use by another program");
      assertThat(socket).exists();
    }
  }

  @Test
  void aFileThatIsNoSocketIsLeftAlone() throws Exception {
    Path file = Files.writeString(folder.resolve("s"), "precious");

    assertThatThrownBy(
            () ->
                GrpcServer.start(
                    unix(file).build(), FakeBackends.of(retriever, FakeTextEncoders.NONE)))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("not a socket");
    assertThat(file).hasContent("precious");
  }

  @Test
  void aSocketPathThatIsTooLongIsRefusedWithItsLimit() {
    Path socket = folder.resolve("s".repeat(108));

    assertThatThrownBy(
            () ->
                GrpcServer.start(
                    unix(socket).build(), FakeBackends.of(retriever, FakeTextEncoders.NONE)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("at most 107 bytes");
  }

  @Test
  void aPortInUseIsRefusedAndReleasesTheRest() throws Exception {
    Path socket = folder.resolve("s");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      GrpcServerOptions options = tcp().port(taken.getLocalPort()).unixSocket(socket).build();
      assertThatThrownBy(
              () -> GrpcServer.start(options, FakeBackends.of(retriever, FakeTextEncoders.NONE)))
          .isInstanceOf(IOException.class);
    }
    try (GrpcServer server =
        GrpcServer.start(unix(socket).build(), FakeBackends.of(retriever, FakeTextEncoders.NONE))) {
      assertThat(server.unixSocket()).exists();
    }
  }

  @Test
  void optionsOutsideTheirRangesAreRefused() {
    for (GrpcServerOptions.Builder refused :
        List.of(
            tcp().port(70_000),
            tcp().port(GrpcServerOptions.NO_TCP),
            tcp().searchThreads(0),
            tcp().searchQueueCapacity(0),
            tcp().requestBytesMax(1_023),
            tcp().responseBytesMax(Integer.MAX_VALUE),
            tcp().streamInFlightMax(0),
            tcp().retryDelay(Duration.ZERO),
            tcp().drainDelay(Duration.ofNanos(-1)),
            tcp().shutdownGrace(Duration.ofNanos(-1)))) {
      assertThatThrownBy(refused::build).isInstanceOf(InvalidInputException.class);
    }
  }

  @Test
  void aRequestThatIsTooLargeEndsItsCallOnly() throws Exception {
    try (GrpcServer server =
            GrpcServer.start(
                tcp().requestBytesMax(1_024).build(),
                FakeBackends.of(retriever, FakeTextEncoders.NONE));
        SearchClient client = connect(server)) {
      assertThatThrownBy(() -> client.search(SearchRequest.text("books", "x".repeat(2_000))))
          .isInstanceOf(SearchException.Exhausted.class)
          .hasMessageContaining("1024");
      assertThat(retriever.searchCount).hasValue(0);
      assertThat(client.search(request()).hits()).hasSize(1);
    }
  }

  @Test
  void anEncryptedServerIsReachedByWhoTrustsItsCertificate() throws Exception {
    TestCertificate certificate = TestCertificate.create(folder);
    TlsFiles files =
        new TlsFiles(
            certificate.certificate(), certificate.privateKey(), null, TlsFiles.Clients.NONE);
    try (ReloadingTls tls = ReloadingTls.open(files);
        GrpcServer server =
            GrpcServer.start(
                tcp().build(),
                FakeBackends.of(retriever, FakeTextEncoders.NONE),
                ServerFacts.UNKNOWN,
                new Protection(null, true, tls, null),
                Observation.off())) {
      ClientOptions plain = ClientOptions.of("127.0.0.1:" + server.port()).withMaxAttempts(1);
      ClientOptions trusting =
          plain
              .withTls(new ClientOptions.Tls(certificate.certificate(), "siskin.test"))
              .withDeadline(LONG);
      try (SearchClient client = SearchClient.connect(trusting)) {
        assertThat(client.search(request()).hits()).hasSize(1);
      }
      ClientOptions strange =
          plain
              .withTls(new ClientOptions.Tls(certificate.certificate(), "other.test"))
              .withDeadline(LONG);
      for (ClientOptions refused : new ClientOptions[] {plain, strange}) {
        try (SearchClient client = SearchClient.connect(refused)) {
          assertThatThrownBy(() -> client.search(request()))
              .isInstanceOf(SearchException.Unavailable.class);
        }
      }
    }
  }

  @Test
  void closingFinishesWhatWasAdmitted() throws Exception {
    holdSearches();
    Path socket = folder.resolve("s");
    GrpcServer server =
        GrpcServer.start(
            tcp().unixSocket(socket).build(), FakeBackends.of(retriever, FakeTextEncoders.NONE));
    try (SearchClient client = connect(server);
        SearchStream stream = client.openStream()) {
      CompletableFuture<SearchResult> unary = client.searchAsync(request().withDeadline(LONG));
      CompletableFuture<SearchResult> element = stream.submit(request().withDeadline(LONG));
      FakeRetriever.await(entered);
      // A server that closes has no port any more.
      int port = server.port();
      CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
      awaitRefusal(port);

      assertThat(closed).isNotDone();
      gate.countDown();
      assertThat(unary)
          .succeedsWithin(LONG)
          .satisfies(result -> assertThat(result.hits()).hasSize(1));
      assertThat(element)
          .succeedsWithin(LONG)
          .satisfies(result -> assertThat(result.hits()).hasSize(1));
      assertThat(closed).succeedsWithin(LONG);
      assertThat(stream.submit(request()))
          .failsWithin(LONG)
          .withThrowableThat()
          .withCauseInstanceOf(SearchException.Unavailable.class);
    }
    assertThat(socket).doesNotExist();
    server.awaitTermination();
    server.close();
  }

  @Test
  void whatDoesNotEndWithinTheGraceIsCancelled() throws Exception {
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> {
          entered.countDown();
          return FakeRetriever.searchUntilInterrupted(cancellation);
        };
    GrpcServer server =
        GrpcServer.start(tcp().build(), FakeBackends.of(retriever, FakeTextEncoders.NONE));
    try (SearchClient client = SearchClient.connect(options(server).withMaxAttempts(1))) {
      CompletableFuture<SearchResult> endless = client.searchAsync(request().withDeadline(LONG));
      FakeRetriever.await(entered);
      long start = System.nanoTime();

      assertThat(server.shutdown(Duration.ofMillis(50)))
          .as("no search is running any more")
          .isTrue();
      assertThat(System.nanoTime() - start).isLessThan(LONG.toNanos());
      assertThat(endless).failsWithin(LONG);
    }
  }

  @Test
  void aHealthWatchDoesNotHoldUpTheShutdown() throws Exception {
    GrpcServer server =
        GrpcServer.start(tcp().build(), FakeBackends.of(retriever, FakeTextEncoders.NONE));
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    try {
      Iterator<HealthCheckResponse> watch =
          HealthGrpc.newBlockingStub(channel).watch(HealthCheckRequest.getDefaultInstance());
      assertThat(watch.next().getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.NOT_SERVING);
      CompletableFuture<Boolean> closed =
          CompletableFuture.supplyAsync(() -> server.shutdown(Duration.ofMinutes(10)));
      assertThat(closed).succeedsWithin(LONG).isEqualTo(true);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void healthTurnsBeforeCallsAreRefused() throws Exception {
    GrpcServer server =
        GrpcServer.start(
            tcp().drainDelay(Duration.ofSeconds(1)).build(),
            FakeBackends.of(retriever, FakeTextEncoders.NONE));
    server.markReady();
    try (SearchClient client = SearchClient.connect(options(server).withMaxAttempts(1))) {
      assertThat(client.health()).isEqualTo(Health.SERVING);
      CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
      long start = System.nanoTime();
      while (client.health() == Health.SERVING) {
        assertThat(System.nanoTime() - start).isLessThan(LONG.toNanos());
      }
      assertThat(client.search(request()).hits()).as("still served").hasSize(1);
      assertThat(closed).succeedsWithin(LONG);
    }
  }

  private void holdSearches() {
    retriever.estimate = FakeRetriever.LARGE;
    CountDownLatch both = new CountDownLatch(2);
    retriever.behaviour =
        (request, cancellation) -> {
          both.countDown();
          FakeRetriever.await(both);
          entered.countDown();
          FakeRetriever.await(gate);
          return FakeRetriever.answer("d1");
        };
  }

  /** Waits until new connections are refused, which is when the server has begun to shut down. */
  private static void awaitRefusal(int port) {
    long start = System.nanoTime();
    while (true) {
      try (SearchClient late =
          SearchClient.connect(ClientOptions.of("127.0.0.1:" + port).withMaxAttempts(1))) {
        late.health();
      } catch (SearchException.Unavailable expected) {
        return;
      }
      assertThat(System.nanoTime() - start)
          .isLessThan(TimeUnit.SECONDS.toNanos(FakeRetriever.WAIT_SECONDS));
    }
  }

  private static void bindAndForget(Path socket) throws IOException {
    // As a killed server does: the file stays when the channel is closed.
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).exists();
  }

  private static GrpcServerOptions.Builder tcp() {
    return GrpcServerOptions.builder().port(0).searchThreads(2);
  }

  private static GrpcServerOptions.Builder unix(Path socket) {
    return tcp().port(GrpcServerOptions.NO_TCP).unixSocket(socket);
  }

  private static SearchClient connect(GrpcServer server) {
    return SearchClient.connect(options(server));
  }

  private static ClientOptions options(GrpcServer server) {
    return ClientOptions.of("127.0.0.1:" + server.port()).withDeadline(LONG);
  }

  private static SearchRequest request() {
    return SearchRequest.text("books", "insects");
  }
}
