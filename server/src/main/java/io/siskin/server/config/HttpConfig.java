package io.siskin.server.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The HTTP listener. */
public record HttpConfig(
    @Setting(
            doc =
                "Serves REST, the console and health checks over HTTP on this TCP port; 0 takes any"
                    + " free one, -1 opens none. docs/http.md describes it.",
            min = -1,
            max = 65_535,
            defaultText =
                "the one after grpc.port, which is 7701; any free one where that is 0, and none"
                    + " where that is -1")
        @Nullable Integer port,
    @Setting(
            doc = "The address to listen on; 0.0.0.0 for all interfaces.",
            label = "NAME",
            allowed = "a host name or an address",
            defaultValue = "127.0.0.1")
        String host,
    @Setting(
            doc =
                "Network threads, which also read and write JSON and run small searches. Raising it"
                    + " lets more connections work at a time and makes them share cores.",
            min = 1,
            max = 1_024,
            defaultText = "one per core")
        @Nullable Integer threads,
    @Setting(
            doc = "Serves the console, which runs in a browser, at /console/.",
            defaultValue = "true")
        boolean console,
    @Setting(
            doc =
                "Shows metrics at /metrics of this port too. They show the names of collections and"
                    + " models. Where callers need a key, a scrape needs one too.",
            defaultText = "true where host is of the loopback interface, else false")
        @Nullable Boolean metrics,
    @Setting(
            doc =
                "Pages of other servers that may call from a browser; * stands for all pages. May"
                    + " be repeated.",
            label = "URL",
            allowed = "https://example.org, with a port where it is not the usual one; *",
            defaultText = "none")
        List<String> origins,
    @Setting(
            doc =
                "Names under which the server may be called, without a port; * stands for any name."
                    + " Addresses and localhost are always right. A request for another name is"
                    + " refused, because a page in a browser could let a name of its own point"
                    + " here. May be repeated.",
            label = "NAME",
            allowed = "a host name; *",
            defaultText = "none where host is of the loopback interface, else any")
        List<String> hosts,
    @Section("How much is taken of clients, of one and of all together.") HttpLimitsConfig limits) {
  /** How much is taken of clients, and how long they are waited for. */
  public record HttpLimitsConfig(
      @Setting(
              doc = "Connections that may be open. Further ones are closed at once.",
              min = 1,
              max = 1_000_000,
              defaultValue = "1024")
          int connectionsMax,
      @Setting(
              doc =
                  "Connections of one address that may be open. Behind a proxy, all clients have"
                      + " the proxy's address.",
              min = 1,
              max = 1_000_000,
              defaultValue = "256")
          int connectionsPerAddressMax,
      @Setting(
              doc = "The longest head of a request, which is its path and its headers.",
              unit = "bytes",
              min = 1 << 10,
              max = 1 << 20,
              defaultValue = "16384")
          int headBytesMax,
      @Setting(doc = "The most headers of a request.", min = 8, max = 10_000, defaultValue = "100")
          int headerCountMax,
      @Setting(
              doc =
                  "The longest body of a request, unpacked. JSON is several times as long as the"
                      + " same message of gRPC, whose limit holds too.",
              unit = "bytes",
              min = 1 << 10,
              max = 1 << 30,
              defaultValue = "16777216")
          int bodyBytesMax,
      @Setting(
              doc =
                  "How much of bodies and of long answers of all connections may be in memory at a"
                      + " time. A request beyond it is answered with 503. At least the longest"
                      + " body.",
              unit = "MiB",
              min = 1,
              max = 1 << 20,
              defaultValue = "256")
          int heldMibMax,
      @Setting(
              doc =
                  "How many further requests of a connection are read before the first is"
                      + " answered.",
              min = 1,
              max = 1_000,
              defaultValue = "16")
          int pipelinedMax,
      @Setting(
              doc = "How long an open connection may be without a request.",
              unit = "ms",
              min = 1_000,
              max = 3_600_000,
              defaultValue = "60000")
          long idleMillis,
      @Setting(
              doc =
                  "How long a request may take from its first byte to its last. Long bodies get"
                      + " more time, by bytes_per_second_min.",
              unit = "ms",
              min = 1_000,
              max = 3_600_000,
              defaultValue = "30000")
          long requestMillis,
      @Setting(
              doc =
                  "How long a client may take to receive an answer. Long answers get more time, by"
                      + " bytes_per_second_min.",
              unit = "ms",
              min = 1_000,
              max = 3_600_000,
              defaultValue = "30000")
          long answerMillis,
      @Setting(
              doc = "The rate that clients have to reach with long requests and answers.",
              unit = "bytes/s",
              min = 1 << 10,
              max = 1 << 30,
              defaultValue = "65536")
          int bytesPerSecondMin) {}
}
