package io.siskin.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import com.github.luben.zstd.Zstd;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.siskin.index.testing.Needs;
import io.siskin.server.testing.CapturedLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is sent: it is answered or ended, nothing is left behind, and others are served. */
@Timeout(180)
final class HostileHttpTest {
  private static final int BODY_BYTES_MAX = 64 << 10;
  private static final int CONNECTIONS_MAX = 16;
  private static final int LONG_PAGE_BYTES = 16 << 20;
  private static final String HEAD = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";
  private static final String POST = "POST /healthz HTTP/1.1\r\nHost: localhost\r\n";

  private static ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();
  private static CapturedLog leaks;

  private HttpServer server;

  @BeforeAll
  static void watchBuffers() {
    levelBefore = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    leaks = new CapturedLog("io.netty.util.ResourceLeakDetector");
  }

  /** Buffers that nobody gave back are found once they have been collected. */
  @AfterAll
  static void noBufferWasLeaked() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(50);
      for (int j = 0; j < 100; j++) {
        PooledByteBufAllocator.DEFAULT.directBuffer(64).release();
        PooledByteBufAllocator.DEFAULT.heapBuffer(64).release();
      }
    }
    List<String> found = leaks.lines(Level.ERROR);
    leaks.close();
    ResourceLeakDetector.setLevel(levelBefore);
    assertThat(found).isEmpty();
  }

  @BeforeEach
  void start() throws IOException {
    HttpOptions options =
        HttpOptions.DEFAULTS
            .at("127.0.0.1", 0)
            .withLimits(
                new HttpOptions.Limits(
                    CONNECTIONS_MAX, CONNECTIONS_MAX, 16 << 10, 50, BODY_BYTES_MAX, 32L << 20, 4))
            .withTimes(
                new HttpOptions.Times(
                    Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), 16 << 20));
    server =
        HttpServer.start(
            options,
            Site.builder(options)
                .metrics(_ -> new Page(200, "text/plain", new byte[LONG_PAGE_BYTES]))
                .build());
  }

  @AfterEach
  void stop() throws Exception {
    try (RawConnection connection = new RawConnection(server.port())) {
      assertThat(connection.send(HEAD + "Connection: close\r\n\r\n").readToEnd())
          .startsWith("HTTP/1.1 200");
    }
    while (server.counts().connections() > 0) {
      Thread.sleep(10);
    }
    assertThat(server.counts().heldBytes()).isZero();
    server.close();
  }

  private static byte[] bytes(String head, byte[] body) {
    byte[] first =
        (head + "Content-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(first, first.length + body.length);
    System.arraycopy(body, 0, all, first.length, body.length);
    return all;
  }

  private static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  static Stream<Arguments> wrong() {
    byte[] large = new byte[64 << 20];
    return Stream.of(
        wrong("no HTTP", 400, "GARBAGE\r\n\r\n"),
        wrong("no HTTP at all", 400, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n"),
        wrong("HTTP/2", 505, "PRI * HTTP/2.0\r\nHost: x\r\n\r\nSM\r\n\r\n"),
        wrong("another version", 505, "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"),
        wrong("no host", 400, "GET /healthz HTTP/1.1\r\n\r\n"),
        wrong("two hosts", 400, HEAD + "Host: localhost\r\n\r\n"),
        wrong("a long path", 414, "GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"),
        wrong("a long header", 431, HEAD + "A: " + "x".repeat(20_000) + "\r\n\r\n"),
        wrong("many headers", 431, HEAD + "A: b\r\n".repeat(60) + "\r\n"),
        wrong("a name with a zero", 400, HEAD + "A\u0000B: c\r\n\r\n"),
        wrong("a value with a zero", 400, HEAD + "A: b\u0000c\r\n\r\n"),
        wrong("a negative length", 400, POST + "Content-Length: -1\r\n\r\n"),
        wrong("a length in words", 400, POST + "Content-Length: ten\r\n\r\n"),
        wrong("two lengths", 400, POST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        wrong("a large length", 413, POST + "Content-Length: 99999999999\r\n\r\n"),
        wrong("a large body", 413, POST + "Content-Length: 65537\r\n\r\n" + "x".repeat(65_537)),
        wrong(
            "large chunks",
            413,
            POST
                + "Transfer-Encoding: chunked\r\n\r\n"
                + ("4000\r\n" + "x".repeat(0x4000) + "\r\n").repeat(5)),
        wrong("a wrong chunk", 400, POST + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        wrong("an unknown packing", 415, POST + "Content-Encoding: br\r\n\r\n"),
        wrong("two packings", 415, POST + "Content-Encoding: gzip, gzip\r\n\r\n"),
        wrong("an unknown wish", 417, POST + "Expect: tea\r\n\r\n"),
        Arguments.of("wrong gzip", 400, bytes(POST + "Content-Encoding: gzip\r\n", new byte[30])),
        Arguments.of(
            "a bomb of gzip", 413, bytes(POST + "Content-Encoding: gzip\r\n", gzip(large))),
        Arguments.of(
            "a bomb of zstd",
            413,
            bytes(POST + "Content-Encoding: zstd\r\n", Zstd.compress(large))),
        Arguments.of(
            "a window of zstd that is too large",
            400,
            bytes(
                POST + "Content-Encoding: zstd\r\n",
                // A frame without a length, whose window is 2 to the 30.
                new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, (byte) (20 << 3), 1, 0, 0})));
  }

  private static Arguments wrong(String name, int status, String request) {
    return Arguments.of(name, status, request.getBytes(StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrong")
  void whatIsWrongIsAnsweredAndEnds(String name, int status, byte[] request) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      String answer = connection.send(request).readToEnd();
      assertThat(answer).as(name).startsWith("HTTP/1.1 " + status + " ");
      assertThat(answer.toLowerCase(Locale.ROOT)).contains("connection: close");
      assertThat(answer).contains("\"message\":").doesNotContain("Exception").doesNotContain("io.");
    }
  }

  @Test
  void bodiesThatArePackedWellAreTaken() throws IOException {
    byte[] body = "x".repeat(60_000).getBytes(StandardCharsets.US_ASCII);
    for (byte[] request :
        List.of(
            bytes(POST + "Content-Encoding: gzip\r\n", gzip(body)),
            bytes(POST + "Content-Encoding: zstd\r\n", Zstd.compress(body)),
            bytes(POST, body))) {
      try (RawConnection connection = new RawConnection(server.port())) {
        // Nothing is posted there, but the request itself is right, so the connection stays.
        assertThat(connection.send(request).readAnswer()).startsWith("HTTP/1.1 405");
        assertThat(connection.send(HEAD + "\r\n").readAnswer()).startsWith("HTTP/1.1 200");
      }
    }
  }

  /** Each window takes 8 MiB of 32, whatever its body is, until its body has ended. */
  @Test
  void windowsOfZstdAreCounted() throws Exception {
    List<RawConnection> connections = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        connections.add(
            new RawConnection(server.port())
                .send(POST + "Content-Encoding: zstd\r\nContent-Length: 100\r\n\r\n"));
      }
      while (server.counts().heldBytes() < 4 * Unpacking.ZSTD_WINDOW_BYTES) {
        Thread.sleep(10);
      }
      try (RawConnection fifth = new RawConnection(server.port())) {
        assertThat(
                fifth
                    .send(POST + "Content-Encoding: zstd\r\nContent-Length: 100\r\n\r\n")
                    .readToEnd())
            .startsWith("HTTP/1.1 503")
            .contains("Retry-After: 1");
      }
    } finally {
      for (RawConnection connection : connections) {
        connection.close();
      }
    }
  }

  @Test
  void slowAndSilentClientsAreEnded() throws Exception {
    try (RawConnection silent = new RawConnection(server.port());
        RawConnection halfHead = new RawConnection(server.port());
        RawConnection halfBody = new RawConnection(server.port());
        RawConnection idle = new RawConnection(server.port());
        RawConnection slow = new RawConnection(server.port())) {
      halfHead.send("GET /heal");
      halfBody.send(POST + "Content-Length: 10\r\n\r\nabc");
      assertThat(idle.send(HEAD + "\r\n").readAnswer()).startsWith("HTTP/1.1 200");
      Thread sender =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 600; i++) {
                        slow.send("x");
                        Thread.sleep(50);
                      }
                    } catch (IOException | InterruptedException e) {
                      // The test is over.
                    }
                  });
      assertThat(slow.readToEnd())
          .satisfiesAnyOf(
              answer -> assertThat(answer).startsWith("HTTP/1.1 408"),
              // It was still sending when the connection ended.
              answer -> assertThat(answer).isEmpty());
      sender.interrupt();
      assertThat(halfHead.readToEnd()).startsWith("HTTP/1.1 408");
      assertThat(halfBody.readToEnd()).startsWith("HTTP/1.1 408");
      assertThat(silent.readToEnd()).isEmpty();
      assertThat(idle.readToEnd()).isEmpty();
    }
  }

  /** A client that does not take its answer loses its connection, and the memory is free again. */
  @Test
  void answersThatNobodyTakesAreThrownAway() throws Exception {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
      while (server.counts().heldBytes() == 0) {
        Thread.sleep(5);
      }
      // The memory is given back after the connection has ended. The class has a time-out.
      while (server.counts().connections() > 0 || server.counts().heldBytes() > 0) {
        Thread.sleep(10);
      }
    }
  }

  @Test
  void aFloodOfRequestsIsAnsweredInOrder() throws IOException {
    int count = 300;
    try (RawConnection connection = new RawConnection(server.port())) {
      StringBuilder flood = new StringBuilder();
      for (int i = 0; i < count; i++) {
        flood.append(i % 2 == 0 ? HEAD : HEAD.replace("/healthz", "/nowhere")).append("\r\n");
      }
      connection.send(flood.toString());
      for (int i = 0; i < count; i++) {
        assertThat(connection.readAnswer())
            .startsWith(i % 2 == 0 ? "HTTP/1.1 200" : "HTTP/1.1 404");
      }
    }
  }

  @Test
  void connectionsAreLimited() throws Exception {
    List<RawConnection> connections = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS_MAX; i++) {
        RawConnection connection = new RawConnection(server.port());
        connections.add(connection);
        assertThat(connection.send(HEAD + "\r\n").readAnswer()).startsWith("HTTP/1.1 200");
      }
      try (RawConnection further = new RawConnection(server.port())) {
        assertThat(further.readToEnd()).startsWith("HTTP/1.1 503");
      }
      assertThat(server.counts().connectionsOverTotal()).isPositive();
    } finally {
      for (RawConnection connection : connections) {
        connection.close();
      }
    }
  }

  @Test
  void nothingIsLeftOpen() throws Exception {
    Path open = Path.of("/proc/self/fd");
    Needs.require(Files.isDirectory(open), "/proc", "it counts open files");
    connectAndGo(20);
    long before = count(open);
    connectAndGo(300);
    while (server.counts().connections() > 0) {
      Thread.sleep(10);
    }
    // Other threads of this process may open a file meanwhile, but not hundreds.
    assertThat(count(open)).isLessThan(before + 50);
  }

  private void connectAndGo(int times) throws IOException {
    for (int i = 0; i < times; i++) {
      try (RawConnection connection = new RawConnection(server.port())) {
        switch (i % 4) {
          case 0 -> connection.send(HEAD + "Connection: close\r\n\r\n").readToEnd();
          case 1 -> connection.send("GET /he");
          case 2 -> connection.send(POST + "Content-Length: 10\r\n\r\nab");
          default -> connection.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }
      }
    }
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }
}
