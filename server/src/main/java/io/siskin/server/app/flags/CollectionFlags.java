package io.siskin.server.app.flags;

import io.siskin.client.SearchClient;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of the commands that ask a server about one collection. */
public final class CollectionFlags {
  @Mixin private TargetFlags target = new TargetFlags();

  @Option(
      names = {"-c", "--collection"},
      required = true,
      paramLabel = "NAME",
      description = "The collection, or an alias; 'siskin collections' lists them.")
  private String collection;

  /** Makes a client, which connects with its first call. */
  public SearchClient connect() {
    return target.connect();
  }

  /** Returns the name of the collection. */
  public String name() {
    return collection;
  }

  /** Returns how long an answer may take. */
  public Duration timeout() {
    return target.timeout();
  }

  /**
   * Returns how long the answer of a command may take that has a default of its own.
   *
   * @param otherDefault the time where the user gives none
   */
  public Duration timeoutOr(Duration otherDefault) {
    return target.timeoutOr(otherDefault);
  }
}
