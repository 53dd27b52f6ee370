package io.siskin.server.app.flags;

import io.siskin.client.ClientOptions;
import io.siskin.client.SearchClient;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.server.app.process.Logging;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of the commands that ask a server. */
public final class TargetFlags {
  private static final long TIMEOUT_MILLIS_MAX = 3_600_000;
  private static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(10);

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
      description =
          "How long the answer may take, connecting included, 1 to 3600000 ms. Default: 10000, and"
              + " an hour for what rewrites or verifies a collection.")
  private @Nullable Long timeoutMillis;

  @Mixin private CallerFlags caller = new CallerFlags();

  /** Returns how long an answer may take. */
  public Duration timeout() {
    return timeoutOr(TIMEOUT_DEFAULT);
  }

  /**
   * Returns how long the answer of a command may take that has a default of its own.
   *
   * @param otherDefault the time where the user gives none
   */
  public Duration timeoutOr(Duration otherDefault) {
    return timeoutMillis == null ? otherDefault : Duration.ofMillis(timeoutMillis);
  }

  /** Makes a client, which connects with its first call. */
  public SearchClient connect() {
    if (timeoutMillis != null) {
      Ranges.check("--timeout-millis", timeoutMillis, 1, TIMEOUT_MILLIS_MAX);
    }
    Logging.quietLibraries();
    ClientOptions options = caller.secured(ClientOptions.of(target).withDeadline(timeout()));
    try {
      return SearchClient.connect(options);
    } catch (IllegalArgumentException malformed) {
      if (options.tls() != null && malformed.getCause() != null) {
        throw new InvalidInputException(
            "--tls-ca or --tls-client-certificate",
            String.valueOf(malformed.getMessage()),
            "files in PEM");
      }
      throw new InvalidInputException(
          "--target", target, "HOST, HOST:PORT, unix:///PATH or dns:///HOST:PORT");
    }
  }
}
