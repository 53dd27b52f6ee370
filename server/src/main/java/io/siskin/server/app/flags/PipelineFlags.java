package io.siskin.server.app.flags;

import io.siskin.client.Ranking;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import io.siskin.server.collection.Pipelines;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rpc.gateway.RankingJson;
import io.siskin.server.search.SearchMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says by which stages documents are ranked. */
public final class PipelineFlags {
  private static final int LENGTH_BYTES_MAX = Pipelines.LENGTH_MAX;

  @Option(
      names = "--pipeline",
      paramLabel = "FILE|NAME",
      description =
          "Ranks documents by a tree of stages: a file of JSON that ends in .json, or the name of a"
              + " pipeline that is stored with the collection. See docs/ranking.md. Not with a mode"
              + " and its parameters. Default: none.")
  private @Nullable String pipeline;

  /** Returns whether the option was given. */
  public boolean isGiven() {
    return pipeline != null;
  }

  /** Returns what was given; empty for nothing. */
  public String label() {
    return pipeline == null ? "" : pipeline;
  }

  /**
   * Refuses the option beside one that says how a query without a tree is evaluated.
   *
   * @param mode these options
   * @throws InvalidInputException when both are given
   */
  public void checkBeside(ModeFlags mode) {
    if (pipeline != null && !mode.isEmpty()) {
      throw new InvalidInputException(
          "--pipeline", pipeline + " beside " + mode.label(), "modes and budgets in its nodes");
    }
  }

  /**
   * Returns what a server is asked for; null for nothing.
   *
   * @throws InvalidInputException when the file cannot be read or has no tree
   */
  public @Nullable Ranking ranking() {
    String given = pipeline;
    if (given == null) {
      return null;
    }
    return isFile(given)
        ? new Ranking.Encoded(RankingJson.toMessage(content(given)))
        : Ranking.stored(given);
  }

  /**
   * Returns the tree for a search in this process; null for none.
   *
   * @param stored the trees that are stored with the collection, by name
   * @param defaultMode the default mode of the collection
   * @throws InvalidInputException when there is no such pipeline, or no right tree in the file
   */
  public @Nullable RankingNode tree(
      SortedMap<String, String> stored, Supplier<SearchMode> defaultMode) {
    String given = pipeline;
    if (given == null) {
      return null;
    }
    return isFile(given)
        ? RankingJson.toTree(content(given), defaultMode)
        : RankingJson.ofStored(given, stored, defaultMode);
  }

  /** A name may have the same end, but then it can be put into a file. */
  private static boolean isFile(String given) {
    return given.endsWith(".json");
  }

  private static byte[] content(String given) {
    Path file = Path.of(given);
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new InvalidInputException("--pipeline", given, "a file that exists and can be read");
    }
    try {
      return BoundedFile.readStored(file, LENGTH_BYTES_MAX);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
