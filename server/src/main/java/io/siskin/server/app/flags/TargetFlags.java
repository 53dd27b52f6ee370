package io.siskin.server.app.flags;

import io.siskin.client.ClientOptions;
import io.siskin.client.SearchClient;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.server.app.process.Logging;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of the commands that ask a server. */
public final class TargetFlags {
  private static final long TIMEOUT_MILLIS_MAX = 3_600_000;

  @Option(
      names = {"-t", "--target"},
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1:7700",
      description =
          "The server: HOST, HOST:PORT, unix:///PATH or dns:///HOST:PORT; without PORT it is 7700."
              + " Default: ${DEFAULT-VALUE}.")
  private String target;

  @Option(
      names = "--timeout-millis",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "How long the answer may take, connecting included, 1 to 3600000 ms. Default:"
              + " ${DEFAULT-VALUE}.")
  private long timeoutMillis;

  /** Returns how long an answer may take. */
  public Duration timeout() {
    return Duration.ofMillis(timeoutMillis);
  }

  /** Makes a client, which connects with its first call. */
  public SearchClient connect() {
    Ranges.check("--timeout-millis", timeoutMillis, 1, TIMEOUT_MILLIS_MAX);
    Logging.quietLibraries();
    ClientOptions options = ClientOptions.of(target).withDeadline(Duration.ofMillis(timeoutMillis));
    try {
      return SearchClient.connect(options);
    } catch (IllegalArgumentException malformed) {
      throw new InvalidInputException(
          "--target", target, "HOST, HOST:PORT, unix:///PATH or dns:///HOST:PORT");
    }
  }
}
