package io.siskin.server.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The gRPC listener. */
public record GrpcConfig(
    @Setting(
            doc = "The address to listen on; 0.0.0.0 for all interfaces.",
            label = "NAME",
            allowed = "a host name or an address",
            defaultValue = "127.0.0.1",
            flags = "--host")
        String host,
    @Setting(
            doc =
                "The TCP port; 0 takes any free one, -1 opens none, for a server with a Unix"
                    + " socket only.",
            min = -1,
            max = 65_535,
            defaultValue = "7700",
            flags = {"-p", "--port"})
        int port,
    @Setting(
            doc =
                "Listens on a Unix domain socket too (Linux), for callers on this machine. It saves"
                    + " a few microseconds a call.",
            label = "PATH",
            allowed = "at most 107 bytes, in a folder that exists",
            flags = "--uds")
        @Nullable Path unixSocket,
    @Setting(
            doc = "The longest request. A longer one is refused with RESOURCE_EXHAUSTED.",
            unit = "bytes",
            min = 1 << 10,
            max = 1 << 30,
            defaultValue = "4194304")
        int requestBytesMax,
    @Setting(
            doc =
                "The longest response. A call with a longer one ends with RESOURCE_EXHAUSTED."
                    + " Clients have a limit of their own, often 4 MiB.",
            unit = "bytes",
            min = 1 << 10,
            max = 1 << 30,
            defaultValue = "67108864")
        int responseBytesMax,
    @Setting(
            doc =
                "How many calls one connection may have open at a time. The client's library holds"
                    + " back further ones. Raising it lets more calls of one client wait at an"
                    + " overloaded server, and makes the refusals come later.",
            min = 1,
            max = 1_000_000,
            defaultText = "twice what the search threads and their queue take, but 128 to 1024")
        @Nullable Integer callsPerConnectionMax,
    @Setting(
            doc =
                "How many requests of one stream may be unanswered before the server stops reading"
                    + " it. Raising it lets one stream take more of the queue.",
            min = 1,
            max = 100_000,
            defaultValue = "64")
        int streamInFlightMax,
    @Setting(
            doc = "How long a client that was refused for overload is told to wait.",
            unit = "ms",
            min = 1,
            max = 60_000,
            defaultValue = "50")
        long retryDelayMillis,
    @Section("How connections are probed and aged.") KeepAliveConfig keepAlive) {
  /** How connections are probed and aged. */
  public record KeepAliveConfig(
      @Setting(
              doc =
                  "How long a connection may be silent before it is probed, so that those of"
                      + " vanished clients are noticed.",
              unit = "ms",
              min = 1_000,
              max = 86_400_000,
              defaultValue = "60000")
          long intervalMillis,
      @Setting(
              doc = "How long a probe may go unanswered before the connection is closed.",
              unit = "ms",
              min = 1_000,
              max = 86_400_000,
              defaultValue = "20000")
          long timeoutMillis,
      @Setting(
              doc = "How often clients may probe. One that probes more often is disconnected.",
              unit = "ms",
              min = 0,
              max = 86_400_000,
              defaultValue = "10000")
          long clientIntervalMillisMin,
      @Setting(
              doc =
                  "After how long clients are asked to connect anew, with 10 % of jitter, so that a"
                      + " balancer can move them to servers that were added later; 0 for never.",
              unit = "ms",
              min = 0,
              max = 86_400_000,
              defaultValue = "0")
          long ageMillisMax,
      @Setting(
              doc = "How long the calls of an aged connection may go on before they are cut.",
              unit = "ms",
              min = 0,
              max = 86_400_000,
              defaultValue = "60000")
          long ageGraceMillis) {}
}
