package io.siskin.server.app.flags;

import picocli.CommandLine.Option;

/** The option that says whose documents are meant. */
public final class TenantFlags {
  @Option(
      names = "--tenant",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "Whose documents are meant. Required where the collection has a tenant field, and not"
              + " allowed elsewhere. Default: none.")
  private String tenant = "";

  /** Returns whose documents are meant; empty for none. */
  public String tenant() {
    return tenant;
  }
}
