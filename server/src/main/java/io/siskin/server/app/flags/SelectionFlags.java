package io.siskin.server.app.flags;

import io.siskin.client.Selection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which documents of a collection are meant. */
public final class SelectionFlags {
  @Option(
      names = "--filter",
      paramLabel = "FILTER",
      description =
          "Only documents that this filter admits, for example 'year >= 2020 and lang in"
              + " (\"en\", \"fr\")'. See docs/filters.md. Default: all documents.")
  private @Nullable String filter;

  @Mixin private TenantFlags tenant = new TenantFlags();

  /** Returns which documents are meant: all without a filter. */
  public Selection selection() {
    return filter == null ? Selection.all() : Selection.where(filter);
  }

  /** Returns whether a filter was given. */
  public boolean hasFilter() {
    return filter != null;
  }

  /** Returns whose documents are meant; empty for none. */
  public String tenant() {
    return tenant.tenant();
  }
}
