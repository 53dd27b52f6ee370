package io.siskin.server.app.command;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.segment.DocumentStore;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.server.app.flags.ModeFlags;
import io.siskin.server.app.flags.PipelineFlags;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.corpus.TermKeys;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.ingest.CollectionQueries;
import io.siskin.server.ingest.EncodingFailures;
import io.siskin.server.measure.TrecRun;
import io.siskin.server.rank.model.Rankers;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.retrieve.RecallSampler;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Searches a collection of a data directory in this process. */
final class LocalEvalEngine implements EvalEngine {
  private final String collection;
  private final Evaluation evaluation;
  private final CollectionCatalog catalog;
  private final RetrievalPipeline pipeline;
  private final Rankers rankers;
  private final @Nullable RankingNode root;

  private LocalEvalEngine(
      String collection,
      Evaluation evaluation,
      CollectionCatalog catalog,
      PipelineFlags ranked,
      SortedMap<String, String> pipelines,
      Rankers rankers) {
    this.rankers = rankers;
    this.collection = collection;
    this.evaluation = evaluation;
    this.catalog = catalog;
    this.pipeline =
        new RetrievalPipeline(catalog, _ -> WriteCounts.NONE, RecallSampler.OFF, rankers);
    this.root = ranked.tree(pipelines, () -> pipeline.collection(collection).defaultMode());
  }

  /**
   * Opens a collection.
   *
   * @param data the data directory
   * @param collection the collection's name
   * @param mode how queries are evaluated
   * @param ranked by which stages documents are ranked
   * @param models opens the models of its encoder
   * @param rankers the ranking models, which the engine closes
   * @throws InvalidInputException when there is no such collection, or the options of the mode
   *     contradict each other
   */
  static LocalEvalEngine open(
      Path data,
      String collection,
      ModeFlags mode,
      PipelineFlags ranked,
      TextModels models,
      Rankers rankers)
      throws IOException {
    Evaluation evaluation = mode.evaluation();
    DataDirectory directory = new DataDirectory(data);
    directory.existing(collection);
    CollectionCatalog catalog =
        new CollectionCatalog(directory, Verification.FULL, snapshot -> {}, models);
    boolean opened = false;
    try {
      catalog.open(collection);
      LocalEvalEngine engine =
          new LocalEvalEngine(
              collection,
              evaluation,
              catalog,
              ranked,
              catalog.pipelines(collection).trees(),
              rankers);
      opened = true;
      return engine;
    } finally {
      if (!opened) {
        rankers.close();
        catalog.close();
      }
    }
  }

  @Override
  public TermKeys termKeys() {
    return ofSnapshot(CollectionQueries::termKeys);
  }

  @Override
  public boolean mayHaveAny(Set<String> documentIds) {
    return ofSnapshot(snapshot -> hasAny(snapshot, documentIds));
  }

  private static boolean hasAny(CollectionSnapshot snapshot, Set<String> documentIds) {
    for (Segment segment : snapshot.segments()) {
      for (String id : documentIds) {
        if (segment.documents().documentNumber(id) != DocumentStore.ABSENT) {
          return true;
        }
      }
    }
    return false;
  }

  private <T> T ofSnapshot(Function<CollectionSnapshot, T> property) {
    CollectionSnapshot snapshot = catalog.acquire(collection);
    if (snapshot == null) {
      throw new CollectionNotFoundException(collection, catalog.names());
    }
    try {
      return property.apply(snapshot);
    } finally {
      snapshot.release();
    }
  }

  @Override
  public Answer answer(AskedQuery query, int k) {
    RetrievalRequest request =
        new RetrievalRequest(
            collection,
            RankingLab.wanted(query.source()),
            k,
            evaluation,
            List.of(),
            false,
            new Selector.All(),
            "",
            root == null ? null : RetrievalRequest.Ranking.of(root, query.vectors(), false, 0));
    RetrievalResponse response = pipeline.retrieve(request, Cancellation.NEVER);
    List<TrecRun.Hit> hits =
        response.hits().stream().map(hit -> new TrecRun.Hit(hit.id(), hit.score())).toList();
    return new Answer(hits, name(response.mode()), response.unknownTerms(), response.stages());
  }

  @Override
  public boolean isOfQuery(RuntimeException failure) {
    return EncodingFailures.isOfText(failure);
  }

  @Override
  public void close() {
    rankers.close();
    catalog.close();
  }

  private static String name(SearchMode mode) {
    return switch (mode) {
      case SearchMode.Exact _ -> "exact";
      case SearchMode.Clustered _ -> "clustered";
      case SearchMode.ScoreAtATime _ -> "score-at-a-time";
    };
  }
}
