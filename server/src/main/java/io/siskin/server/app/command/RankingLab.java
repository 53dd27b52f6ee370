package io.siskin.server.app.command;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.store.Verification;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.app.flags.InferenceFlags;
import io.siskin.server.app.flags.PipelineFlags;
import io.siskin.server.app.flags.RankerFlags;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.corpus.InputOptions;
import io.siskin.server.corpus.Qrels;
import io.siskin.server.corpus.SourceQueries;
import io.siskin.server.corpus.SourceQuery;
import io.siskin.server.corpus.TermKeys;
import io.siskin.server.ingest.CollectionQueries;
import io.siskin.server.rank.model.Rankers;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.retrieve.RankingTrials;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What commands share that try ranking trees on judged queries: their options, opened. */
@SuppressWarnings("NullAway.Init") // picocli sets the options.
final class RankingLab {
  @Option(
      names = {"-d", "--data"},
      required = true,
      paramLabel = "DIR",
      description = "Data directory.")
  private Path data;

  @Option(
      names = {"-c", "--collection"},
      required = true,
      paramLabel = "NAME",
      description = "Collection.")
  private String collection;

  @Option(
      names = {"-q", "--queries"},
      required = true,
      paramLabel = "FILE",
      description = "Queries: JSON Lines, TSV or .csr; gzip and zstd are unpacked.")
  private Path queries;

  @Option(
      names = "--qrels",
      required = true,
      paramLabel = "FILE",
      description = "Judgments: BEIR's TSV with a header, or TREC's four columns.")
  private Path qrels;

  @Mixin private PipelineFlags pipeline = new PipelineFlags();

  @Mixin private DenseQueryFlags dense = new DenseQueryFlags();

  @Mixin private RankerFlags models = new RankerFlags();

  @Mixin private InferenceFlags inference = new InferenceFlags();

  /**
   * What a command works with.
   *
   * @param catalog has the collection
   * @param rankers the ranking models
   * @param trials evaluates trees
   * @param root the root of the tree of {@code --pipeline}
   * @param queries the queries that have a judgment, in the order of their file
   * @param judgments the judgments
   */
  record Open(
      CollectionCatalog catalog,
      Rankers rankers,
      RankingTrials trials,
      RankingNode root,
      List<AskedQuery> queries,
      Qrels judgments)
      implements AutoCloseable {
    /** Copies the list. */
    Open {
      queries = List.copyOf(queries);
    }

    @Override
    public void close() {
      trials.close();
      rankers.close();
      catalog.close();
    }
  }

  /** Returns the collection's name. */
  String collection() {
    return collection;
  }

  /**
   * Opens all.
   *
   * @return what the caller closes
   * @throws InvalidInputException when an option is wrong
   */
  Open open() throws IOException {
    if (!pipeline.isGiven()) {
      throw new InvalidInputException("--pipeline", "missing", "a tree of stages");
    }
    requireFile("--queries", queries);
    requireFile("--qrels", qrels);
    Qrels judgments = Qrels.read(qrels);
    DataDirectory directory = new DataDirectory(data);
    directory.existing(collection);
    CollectionCatalog catalog =
        new CollectionCatalog(directory, Verification.FULL, _ -> {}, inference.forQueries());
    Rankers rankers = null;
    RankingTrials trials = null;
    boolean opened = false;
    try {
      catalog.open(collection);
      rankers = models.open(inference);
      trials = new RankingTrials(catalog, collection, rankers, System.currentTimeMillis());
      RetrievalPipeline searches = new RetrievalPipeline(catalog);
      RankingNode root =
          Objects.requireNonNull(
              pipeline.tree(
                  catalog.pipelines(collection).trees(),
                  () -> searches.collection(collection).defaultMode()));
      Open open = new Open(catalog, rankers, trials, root, judged(catalog, judgments), judgments);
      opened = true;
      return open;
    } finally {
      if (!opened) {
        close(catalog, rankers, trials);
      }
    }
  }

  private static void close(
      CollectionCatalog catalog, @Nullable Rankers rankers, @Nullable RankingTrials trials) {
    if (trials != null) {
      trials.close();
    }
    if (rankers != null) {
      rankers.close();
    }
    catalog.close();
  }

  private List<AskedQuery> judged(CollectionCatalog catalog, Qrels judgments) throws IOException {
    CollectionSnapshot snapshot = Objects.requireNonNull(catalog.acquire(collection));
    List<AskedQuery> asked;
    try {
      TermKeys keys = CollectionQueries.termKeys(snapshot);
      List<SourceQuery> read = SourceQueries.read(queries, InputOptions.DEFAULT.withTermKeys(keys));
      asked = dense.with(read, keys, true);
    } finally {
      snapshot.release();
    }
    List<AskedQuery> judged =
        asked.stream().filter(query -> !judgments.grades(query.id()).isEmpty()).toList();
    if (judged.isEmpty()) {
      throw new InvalidInputException(
          "--qrels", qrels + ", which judges no query of " + queries, "judgments of these queries");
    }
    return judged;
  }

  private static void requireFile(String option, Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new InvalidInputException(option, file, "a file that exists and can be read");
    }
  }

  /**
   * Returns a query in the form of a request.
   *
   * @param query the query
   */
  static Query wanted(SourceQuery query) {
    @Nullable SparseVector vector = query.vector();
    return vector == null
        ? new Query.Text(query.text() == null ? "" : query.text())
        : new Query.Vector(vector);
  }
}
