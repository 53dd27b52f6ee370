package io.siskin.loadtest.rest;

import io.siskin.client.SearchClient;
import io.siskin.client.SearchRequest;
import io.siskin.client.SparseVector;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Sends the same searches over gRPC and over REST to one server, from one and from several
 * connections, one search after the other on each. Rounds of both take turns, and the quickest
 * round of each counts, because other programs may have the processor meanwhile.
 *
 * <p>The client of REST is as small as a client can be, so that the server is measured. Arguments:
 * host, port of gRPC, port of HTTP. It makes the collection {@code rest-comparison} and leaves it
 * there.
 */
public final class RestComparison {
  private static final String COLLECTION = "rest-comparison";
  private static final int DOCUMENTS = 20_000;
  private static final int BATCH = 1_000;
  private static final int TERMS = 20_000;
  private static final int DOCUMENT_TERMS = 80;
  private static final int QUERY_TERMS = 20;
  private static final int QUERIES = 64;
  private static final int ROUNDS = 7;
  private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long SEED = 1;

  private final String host;
  private final int grpcPort;
  private final int httpPort;
  private final Random random = new Random(SEED);

  private RestComparison(String host, int grpcPort, int httpPort) {
    this.host = host;
    this.grpcPort = grpcPort;
    this.httpPort = httpPort;
  }

  /** Sends one search and waits for its answer. */
  private interface Sender extends AutoCloseable {
    void send(int query) throws IOException;

    @Override
    void close() throws IOException;
  }

  /**
   * What one round has shown.
   *
   * @param perSecond searches of all connections, per second
   * @param medianMicros the median of their times, in microseconds
   * @param p99Micros the time that 99 of 100 keep, in microseconds
   */
  private record Round(double perSecond, double medianMicros, double p99Micros) {}

  /**
   * Measures and prints a table.
   *
   * @param args host, port of gRPC, port of HTTP
   */
  public static void main(String[] args) throws Exception {
    new RestComparison(args[0], Integer.parseInt(args[1]), Integer.parseInt(args[2])).run();
  }

  private void run() throws Exception {
    fill();
    List<Map<String, Float>> queries =
        IntStream.range(0, QUERIES).mapToObj(_ -> vector(QUERY_TERMS)).toList();
    System.out.println("| connections | way | searches/s | p50 in µs | p99 in µs |");
    System.out.println("|---|---|---|---|---|");
    for (int connections : new int[] {1, 4}) {
      Map<String, Round> best = new LinkedHashMap<>();
      for (int round = 0; round < ROUNDS; round++) {
        best.merge("gRPC", round(connections, () -> grpc(queries)), RestComparison::better);
        best.merge("REST", round(connections, () -> rest(queries)), RestComparison::better);
      }
      best.forEach(
          (way, result) ->
              System.out.printf(
                  Locale.ROOT,
                  "| %d | %s | %.0f | %.0f | %.0f |%n",
                  connections,
                  way,
                  result.perSecond,
                  result.medianMicros,
                  result.p99Micros));
    }
  }

  private static Round better(Round one, Round other) {
    return one.perSecond >= other.perSecond ? one : other;
  }

  private Map<String, Float> vector(int terms) {
    Map<String, Float> vector = new LinkedHashMap<>();
    while (vector.size() < terms) {
      // Some terms are in many vectors and most are in few, as in texts.
      int term = (int) Math.floor(Math.exp(random.nextDouble() * Math.log(TERMS)));
      vector.put("t" + term, 0.1f + 3 * random.nextFloat());
    }
    return vector;
  }

  private static String json(Map<String, Float> vector) {
    return "{\"tokens\":[\""
        + String.join("\",\"", vector.keySet())
        + "\"],\"weights\":["
        + vector.values().stream().map(String::valueOf).collect(Collectors.joining(","))
        + "]}";
  }

  private void fill() throws IOException {
    try (HttpSocket http = new HttpSocket(host, httpPort)) {
      int made = http.ask("POST", "/v1/collections", "{\"name\":\"" + COLLECTION + "\"}");
      if (made == 409) {
        return;
      }
      for (int first = 0; first < DOCUMENTS; first += BATCH) {
        List<String> documents = new ArrayList<>();
        for (int id = first; id < first + BATCH; id++) {
          documents.add("{\"id\":\"" + id + "\",\"vector\":" + json(vector(DOCUMENT_TERMS)) + "}");
        }
        check(
            http.ask(
                "PUT",
                "/v1/collections/" + COLLECTION + "/documents",
                "{\"documents\":[" + String.join(",", documents) + "]}"));
      }
      check(http.ask("POST", "/v1/collections/" + COLLECTION + "/flush", "{}"));
      check(http.ask("POST", "/v1/collections/" + COLLECTION + "/compact", "{}"));
    }
  }

  private static void check(int status) throws IOException {
    if (status != 200) {
      throw new IOException("status " + status);
    }
  }

  private Sender grpc(List<Map<String, Float>> queries) {
    SearchClient client = SearchClient.connect(host + ":" + grpcPort);
    List<SearchRequest> requests =
        queries.stream()
            .map(query -> SearchRequest.vector(COLLECTION, SparseVector.ofTokens(query)))
            .toList();
    return new Sender() {
      @Override
      public void send(int query) {
        var _ = client.search(requests.get(query));
      }

      @Override
      public void close() {
        client.close();
      }
    };
  }

  private Sender rest(List<Map<String, Float>> queries) throws IOException {
    HttpSocket http = new HttpSocket(host, httpPort);
    List<String> bodies =
        queries.stream().map(query -> "{\"vector\":" + json(query) + "}").toList();
    return new Sender() {
      @Override
      public void send(int query) throws IOException {
        check(http.ask("POST", "/v1/collections/" + COLLECTION + "/search", bodies.get(query)));
      }

      @Override
      public void close() throws IOException {
        http.close();
      }
    };
  }

  private static Round round(int connections, Callable<Sender> senders) throws Exception {
    List<Future<List<Long>>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
      for (int i = 0; i < connections; i++) {
        all.add(threads.submit(() -> sendForARound(senders)));
      }
    }
    List<Long> nanos = new ArrayList<>();
    for (Future<List<Long>> times : all) {
      nanos.addAll(times.get());
    }
    Collections.sort(nanos);
    return new Round(
        nanos.size() / (ROUND_NANOS / 1e9),
        nanos.get(nanos.size() / 2) / 1e3,
        nanos.get(nanos.size() * 99 / 100) / 1e3);
  }

  private static List<Long> sendForARound(Callable<Sender> senders) throws Exception {
    List<Long> nanos = new ArrayList<>();
    try (Sender sender = senders.call()) {
      // Connected by now, which takes longer than a round at first.
      sender.send(0);
      long endNanoTime = System.nanoTime() + ROUND_NANOS;
      for (int i = 0; System.nanoTime() < endNanoTime; i++) {
        long start = System.nanoTime();
        sender.send(i % QUERIES);
        nanos.add(System.nanoTime() - start);
      }
    }
    return nanos;
  }

  /** A connection that sends one request after the other. Used by one thread. */
  private static final class HttpSocket implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private byte[] buffer = new byte[1 << 10];

    HttpSocket(String host, int port) throws IOException {
      socket = new Socket(host, port);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /** Sends a request, reads the answer and returns its status. */
    int ask(String method, String path, String body) throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      String head =
          method
              + " "
              + path
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
              + bytes.length
              + "\r\n\r\n";
      byte[] request =
          Arrays.copyOf(head.getBytes(StandardCharsets.US_ASCII), head.length() + bytes.length);
      System.arraycopy(bytes, 0, request, head.length(), bytes.length);
      socket.getOutputStream().write(request);
      int length = 0;
      String first = line();
      for (String line = line(); !line.isEmpty(); line = line()) {
        if (line.regionMatches(true, 0, "content-length: ", 0, 16)) {
          length = Integer.parseInt(line.substring(16));
        }
      }
      if (in.readNBytes(length).length < length) {
        throw new IOException("the answer is cut off");
      }
      return Integer.parseInt(first.substring(9, 12));
    }

    private String line() throws IOException {
      int length = 0;
      for (int read = in.read(); read != '\n'; read = in.read()) {
        if (read < 0) {
          throw new IOException("the connection has ended");
        }
        if (length == buffer.length) {
          buffer = Arrays.copyOf(buffer, 2 * length);
        }
        buffer[length++] = (byte) read;
      }
      return new String(buffer, 0, length - 1, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
