package io.siskin.server.retrieve;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermLookup;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.batch.BatchedModel;
import io.siskin.server.batch.EncodeNanos;
import io.siskin.server.batch.EncodedText;
import io.siskin.server.batch.Priority;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.SelectionStatistics;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.counters.SearchTotals;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.encode.factory.TermStatistics;
import io.siskin.server.filter.Selection;
import io.siskin.server.rank.StageTotals;
import io.siskin.server.rank.TreeEvaluator;
import io.siskin.server.rank.check.TreeCheck;
import io.siskin.server.rank.scope.EncodedQueries;
import io.siskin.server.rank.scope.RankingModels;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.retrieve.RetrievalRequest.Ranking;
import io.siskin.server.retrieve.RetrievalResponse.Hit;
import io.siskin.server.retrieve.RetrievalResponse.StageNanos;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchRoute;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.Searcher;
import io.siskin.server.suggest.Suggester;
import io.siskin.server.suggest.Suggestion;
import io.siskin.server.suggest.SuggestionQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Searches the collections of a catalog: encode, quantise, evaluate, fetch. This class decides
 * which of these steps a search takes.
 *
 * <p>Safe for concurrent use. Each search holds its snapshot until its answer is complete.
 */
public final class RetrievalPipeline implements Retriever {
  // An analysed word is rarely shorter than this with the space after it.
  private static final int CHARACTERS_PER_WORD = 5;

  // Measured beside the postings of a search, which cost about a nanosecond each.
  private static final long POSTINGS_PER_FETCHED_HIT = 2_000;

  // To sort and to look a document up is some tens of nanoseconds in each stage.
  private static final long POSTINGS_PER_CANDIDATE = 100;

  // Features read the terms of a document, and a model of some hundred trees takes as long again.
  private static final long POSTINGS_PER_MODEL_SCORE = 5_000;

  private final OpenCollections open;
  private final Function<String, WriteCounts> writes;
  private final SearchTallies tallies;
  private final RecallSampler sampler;
  private final RankedRetrieval ranked;

  /**
   * Makes a pipeline over collections that nobody here writes.
   *
   * @param catalog the collections; the caller closes it after the last search
   */
  public RetrievalPipeline(CollectionCatalog catalog) {
    this(catalog, _ -> WriteCounts.NONE);
  }

  /**
   * Makes a pipeline over collections that this process writes.
   *
   * @param catalog the collections; the caller closes it after the last search
   * @param writes returns by the name of a collection what was written to it
   */
  public RetrievalPipeline(CollectionCatalog catalog, Function<String, WriteCounts> writes) {
    this(catalog, writes, RecallSampler.OFF);
  }

  /**
   * Makes a pipeline over collections that this process writes.
   *
   * @param catalog the collections; the caller closes it after the last search
   * @param writes returns by the name of a collection what was written to it
   * @param sampler measures the recall of some searches; closed by its owner
   */
  public RetrievalPipeline(
      CollectionCatalog catalog, Function<String, WriteCounts> writes, RecallSampler sampler) {
    this(catalog, writes, sampler, RankingModels.NONE);
  }

  /**
   * Makes a pipeline over collections that this process writes, with ranking models.
   *
   * @param catalog the collections; the caller closes it after the last search
   * @param writes returns by the name of a collection what was written to it
   * @param sampler measures the recall of some searches; closed by its owner
   * @param models the ranking models; the caller closes them after the last search
   */
  public RetrievalPipeline(
      CollectionCatalog catalog,
      Function<String, WriteCounts> writes,
      RecallSampler sampler,
      RankingModels models) {
    this.sampler = sampler;
    this.ranked = new RankedRetrieval(System::currentTimeMillis, models);
    this.open = new OpenCollections(catalog);
    this.writes = writes;
    this.tallies = new SearchTallies(open::names);
  }

  @Override
  public @Nullable CompletableFuture<RetrievalRequest> encodeAhead(
      RetrievalRequest request, Cancellation cancellation) {
    Ranking ranking = request.ranking();
    if (ranking != null) {
      return encodeAhead(request, ranking, cancellation);
    }
    if (!(request.query() instanceof Query.Text(String text))) {
      return null;
    }
    CollectionSnapshot snapshot = open.acquire(request.collection());
    CompletableFuture<EncodedText> encoding = null;
    try {
      new WantedFields(request.fields()).check(snapshot);
      ModelSide by = snapshot.encoders().queryModel();
      if (by == null || !(by.model() instanceof BatchedModel model)) {
        return null;
      }
      long start = System.nanoTime();
      encoding = model.encoder().submit(by.input(text), Priority.INTERACTIVE, cancellation);
      return encoding.thenApply(encoded -> request.withQuery(encoded(text, by, encoded, start)));
    } finally {
      // The model is closed with the snapshot, which is kept for as long as it is used.
      if (encoding == null) {
        snapshot.release();
      } else {
        CompletableFuture<?> _ = encoding.whenComplete((_, _) -> snapshot.release());
      }
    }
  }

  /** Encodes all texts of a ranking tree at once. */
  private @Nullable CompletableFuture<RetrievalRequest> encodeAhead(
      RetrievalRequest request, Ranking ranking, Cancellation cancellation) {
    CollectionSnapshot snapshot = open.acquire(request.collection());
    CompletableFuture<EncodedTexts> encoding = null;
    try {
      new WantedFields(request.fields()).check(snapshot);
      TreeTexts texts = TreeTexts.of(snapshot, ranking.root(), request.query());
      if (texts.isEmpty()) {
        return null;
      }
      // What is wrong with the tree is told before a model is asked for anything.
      ranked.check(snapshot, ranking);
      encoding = texts.submit(cancellation);
      return encoding.thenApply(request::withTexts);
    } finally {
      if (encoding == null) {
        snapshot.release();
      } else {
        CompletableFuture<?> _ = encoding.whenComplete((_, _) -> snapshot.release());
      }
    }
  }

  private static Query.Encoded encoded(
      String text, ModelSide by, EncodedText encoded, long startNanoTime) {
    SparseVector vector = by.vector(text, encoded.encoding());
    EncodeNanos nanos = encoded.nanos();
    // The one who joins a text that is half done has waited for less than the whole.
    long elapsedNanos = System.nanoTime() - startNanoTime;
    long encodeNanos =
        Math.min(
            nanos.tokenizeNanos() + nanos.inferNanos() + nanos.poolNanos(),
            Math.max(elapsedNanos - nanos.queueNanos(), 0));
    return new Query.Encoded(
        text, vector, by, nanos.queueNanos(), encodeNanos, encoded.batchTexts());
  }

  @Override
  public RetrievalResponse retrieve(
      RetrievalRequest request, Cancellation cancellation, long responseBytesMax) {
    long start = System.nanoTime();
    CollectionSnapshot snapshot = open.acquire(request.collection());
    try {
      cancellation.check();
      new WantedFields(request.fields()).check(snapshot);
      Ranking ranking = request.ranking();
      if (ranking != null) {
        ranked.check(snapshot, ranking);
        if (RankedRetrieval.text(request.query()).isEmpty()) {
          TreeCheck.refuseMissingText(ranking.root());
        }
      }
      SelectionStatistics ofTenant = tenantStatistics(snapshot, request, cancellation);
      TermStatistics statistics = ofTenant == null ? snapshot.statistics() : ofTenant;
      if (ranking != null) {
        RetrievalResponse response =
            retrieve(
                snapshot,
                request,
                ranking,
                ofTenant,
                statistics,
                cancellation,
                responseBytesMax,
                start);
        count(snapshot.manifest().name(), response);
        return response;
      }
      SparseVector vector =
          open.encoding(
              snapshot,
              () -> snapshot.encoding(statistics, () -> encode(snapshot, request.query())));
      long encodedNanoTime = System.nanoTime();
      long encodeNanos = encodeNanos(request.query(), encodedNanoTime - start);
      RetrievalResponse response =
          open.reading(
              snapshot,
              () ->
                  search(
                      snapshot,
                      request,
                      vector,
                      ofTenant,
                      cancellation,
                      responseBytesMax,
                      encodeNanos,
                      start));
      // Under its name: an alias may name another collection tomorrow.
      count(snapshot.manifest().name(), response);
      return response;
    } finally {
      snapshot.release();
    }
  }

  /** Searches with a ranking tree. */
  private RetrievalResponse retrieve(
      CollectionSnapshot snapshot,
      RetrievalRequest request,
      Ranking ranking,
      @Nullable SelectionStatistics ofTenant,
      TermStatistics statistics,
      Cancellation cancellation,
      long responseBytesMax,
      long start) {
    EncodedQueries vectors =
        open.encoding(
            snapshot,
            () ->
                snapshot.encoding(
                    statistics,
                    () -> RankedRetrieval.encode(snapshot, request, ranking, cancellation)));
    EncodedTexts.Facts ahead = request.encodedAhead();
    long encodingNanos = System.nanoTime() - start + (ahead == null ? 0 : ahead.encodeNanos());
    return open.reading(
        snapshot,
        () ->
            ranked.search(
                snapshot,
                scope(snapshot, request, ofTenant, cancellation),
                request,
                ranking,
                vectors,
                cancellation,
                responseBytesMax,
                encodingNanos,
                start));
  }

  @Override
  public void checkRanking(String collection, RankingNode root) {
    CollectionSnapshot snapshot = open.acquire(collection);
    try {
      ranked.check(snapshot, root);
    } finally {
      snapshot.release();
    }
  }

  @Override
  public SortedMap<String, String> pipelines(String collection) {
    return open.pipelines(collection);
  }

  @Override
  public List<Suggestion> suggest(String collection, SuggestionQuery query) {
    CollectionSnapshot snapshot = open.acquire(collection);
    try {
      refuseTenants(snapshot);
      boolean hasTerms = query.withTerms() && snapshot.vocabulary() == Vocabulary.TOKEN;
      return Suggester.suggest(
          query, open.queryLog(collection), hasTerms ? snapshot.scope().segments() : List.of());
    } finally {
      snapshot.release();
    }
  }

  @Override
  public void checkSuggestions(String collection) {
    CollectionSnapshot snapshot = open.acquire(collection);
    try {
      refuseTenants(snapshot);
    } finally {
      snapshot.release();
    }
  }

  private static void refuseTenants(CollectionSnapshot snapshot) {
    if (snapshot.manifest().settings().schema().tenantField() != null) {
      throw new InvalidInputException(
          "collection",
          "one with tenants",
          "a collection without tenants, since suggestions would tell one what others ask");
    }
  }

  /** Returns what counts the stages of ranking trees. */
  public StageTotals stageTotals() {
    return ranked.totals();
  }

  /**
   * Returns the statistics of the tenant of a request; null where they are not used. Those of a
   * vector are not, which has its weights.
   */
  private @Nullable SelectionStatistics tenantStatistics(
      CollectionSnapshot snapshot, RetrievalRequest request, Cancellation cancellation) {
    return snapshot.hasTenantStatistics() && hasText(request)
        ? open.reading(
            snapshot,
            () ->
                snapshot.statistics(
                    new Selector.All()
                        .resolve(snapshot.manifest().settings().schema(), request.tenant()),
                    open.filters(),
                    cancellation::check))
        : null;
  }

  private static boolean hasText(RetrievalRequest request) {
    return switch (request.query()) {
      case Query.Text _, Query.Encoded _ -> true;
      case Query.Vector _, Query.None _ ->
          request.ranking() != null
              && TreeEvaluator.queries(request.ranking().root()).keySet().stream()
                  .anyMatch(
                      query ->
                          query instanceof SparseQuery.Text || query instanceof SparseQuery.Turns);
    };
  }

  /** Evaluates and fetches: all that reads the files of the snapshot. */
  private RetrievalResponse search(
      CollectionSnapshot snapshot,
      RetrievalRequest request,
      SparseVector vector,
      @Nullable SelectionStatistics ofTenant,
      Cancellation cancellation,
      long responseBytesMax,
      long encodeNanos,
      long startNanoTime) {
    long begin = System.nanoTime();
    SearchScope scope = scope(snapshot, request, ofTenant, cancellation);
    List<SearchRoute> routes =
        snapshot
            .planner()
            .plan(scope, request.evaluation(), snapshot.defaultRecallTarget(), request.k());
    QuantizedQuery query = QuantizedQuery.of(vector);
    Searcher searcher = snapshot.searchers().take();
    // Not given back when the search fails: its scratch memory may be half used then.
    searcher.search(scope, query, routes, request.k(), cancellation);
    long searched = System.nanoTime();
    try {
      sampler.offer(snapshot, request, scope, query, routes, searcher);
      List<Hit> hits = fetch(snapshot, searcher, query, request, cancellation, responseBytesMax);
      return response(
          searcher,
          hits,
          snapshot.planner().representative(routes),
          encodeNanos,
          searched - begin,
          searched,
          startNanoTime,
          scope.size());
    } finally {
      snapshot.searchers().giveBack(searcher);
    }
  }

  /**
   * Returns the documents of a snapshot that a request may find.
   *
   * @param ofTenant what was found of the request's tenant already; null for nothing
   */
  private SearchScope scope(
      CollectionSnapshot snapshot,
      RetrievalRequest request,
      @Nullable SelectionStatistics ofTenant,
      Cancellation cancellation) {
    Selection selection =
        request.selector().resolve(snapshot.manifest().settings().schema(), request.tenant());
    if (selection.isEverything()) {
      return snapshot.scope();
    }
    if (ofTenant != null && selection.equals(ofTenant.selection())) {
      return snapshot.scope().accepting(ofTenant.admitted());
    }
    List<@Nullable DocumentSet> admitted = new ArrayList<>(snapshot.parts().size());
    for (SnapshotPart part : snapshot.parts()) {
      admitted.add(part.admitted(open.filters(), selection, cancellation::check));
    }
    return snapshot.scope().accepting(admitted);
  }

  private void count(String collection, RetrievalResponse response) {
    StageNanos timings = response.timings();
    tallies
        .of(collection)
        .add(
            response.mode(),
            response.stats(),
            timings.encodeNanos(),
            timings.searchNanos(),
            timings.fetchNanos(),
            timings.totalNanos());
  }

  /** Returns what was searched so far, by collection; one that is gone takes its counts along. */
  public SortedMap<String, SearchTotals.Counts> counts() {
    return tallies.counts();
  }

  @Override
  public long estimatedPostings(RetrievalRequest request) {
    CollectionSnapshot snapshot = open.acquire(request.collection());
    try {
      Ranking ranking = request.ranking();
      long postings = 0;
      if (ranking == null) {
        postings = estimatedPostings(snapshot, request.query());
      } else {
        for (SparseQuery query : TreeEvaluator.queries(ranking.root()).keySet()) {
          for (Query part : RankedRetrieval.parts(query, request.query())) {
            postings += estimatedPostings(snapshot, part);
          }
        }
        postings += RankedRetrieval.handedOn(ranking.root()) * POSTINGS_PER_CANDIDATE;
        postings += RankedRetrieval.scoredByModels(ranking.root()) * POSTINGS_PER_MODEL_SCORE;
      }
      boolean fetches = request.explain() || !request.fields().isEmpty();
      return fetches
          ? postings + Math.min(request.k(), postings) * POSTINGS_PER_FETCHED_HIT
          : postings;
    } finally {
      snapshot.release();
    }
  }

  private long estimatedPostings(CollectionSnapshot snapshot, Query query) {
    long estimate =
        switch (query) {
          case Query.Vector(SparseVector vector) ->
              open.reading(snapshot, () -> postings(snapshot, vector));
          case Query.Encoded encoded ->
              open.reading(snapshot, () -> postings(snapshot, encoded.vector()));
          case Query.Text(String text) ->
              (text.length() / CHARACTERS_PER_WORD + 1L) * snapshot.longestListLength();
          case Query.None() -> 0;
        };
    return Math.min(estimate, snapshot.postingCount());
  }

  @Override
  public List<CollectionDescription> collections() {
    List<CollectionDescription> all = new ArrayList<>();
    for (String name : open.names()) {
      CollectionDescription description = describe(name);
      if (description != null) {
        all.add(description);
      }
    }
    return all;
  }

  @Override
  public CollectionDescription collection(String name) {
    CollectionDescription description = describe(name);
    if (description == null) {
      throw new CollectionNotFoundException(name, open.names());
    }
    return description;
  }

  private @Nullable CollectionDescription describe(String name) {
    CollectionSnapshot snapshot = open.acquireAny(name);
    if (snapshot == null) {
      return null;
    }
    try {
      String collection = snapshot.manifest().name();
      List<String> aliases = open.aliasesOf(collection);
      WriteCounts.State written = writes.apply(collection).state();
      return snapshot.damage() == null
          ? open.reading(snapshot, () -> Descriptions.of(snapshot, aliases, written))
          : Descriptions.of(snapshot, aliases, written);
    } finally {
      snapshot.release();
    }
  }

  /**
   * Encodes a query by the encoder of a collection.
   *
   * @param snapshot the collection
   * @param query the query, not {@link Query.None}
   */
  static SparseVector encode(CollectionSnapshot snapshot, Query query) {
    return switch (query) {
      case Query.Text(String text) ->
          snapshot.encoders().queries().encode(List.of(text)).getFirst();
      // The collection may have been replaced meanwhile, and its encoder with it.
      case Query.Encoded encoded ->
          encoded.by().givesSameAs(snapshot.encoders().queryModel())
              ? encoded.vector()
              : encode(snapshot, new Query.Text(encoded.text()));
      case Query.Vector(SparseVector vector) -> {
        checkVocabulary(snapshot, vector);
        yield vector;
      }
      case Query.None() -> throw new IllegalArgumentException("there is no query to encode");
    };
  }

  /**
   * A vector keyed the other way would match nothing, and silently: that is an error of the
   * request.
   */
  static void checkVocabulary(CollectionSnapshot snapshot, SparseVector vector) {
    if (vector.size() > 0) {
      for (SnapshotPart part : snapshot.parts()) {
        part.documents().vocabulary().check(vector instanceof TokenVector);
      }
    }
  }

  private static long postings(CollectionSnapshot snapshot, SparseVector vector) {
    long postings = 0;
    for (SnapshotPart part : snapshot.parts()) {
      TermLookup terms = part.searchable().terms();
      for (int i = 0; i < vector.size(); i++) {
        int term = terms.number(vector, i);
        postings += term == TermLookup.ABSENT ? 0 : terms.documentFrequency(term);
      }
    }
    return postings;
  }

  private static long encodeNanos(Query query, long nanosHere) {
    return switch (query) {
      case Query.Text _ -> nanosHere;
      case Query.Vector _, Query.None _ -> 0;
      case Query.Encoded encoded -> encoded.encodeNanos();
    };
  }

  private static List<Hit> fetch(
      CollectionSnapshot snapshot,
      Searcher searcher,
      QuantizedQuery query,
      RetrievalRequest request,
      Cancellation cancellation,
      long responseBytesMax) {
    try (HitFetcher fetcher =
        new HitFetcher(snapshot.parts(), query, request, cancellation, responseBytesMax)) {
      return fetcher.fetch(searcher);
    }
  }

  private static RetrievalResponse response(
      Searcher searcher,
      List<Hit> hits,
      SearchMode mode,
      long encodeNanos,
      long searchNanos,
      long searchedNanoTime,
      long startNanoTime,
      int segmentCount) {
    long end = System.nanoTime();
    StageNanos timings =
        new StageNanos(encodeNanos, searchNanos, end - searchedNanoTime, end - startNanoTime);
    return new RetrievalResponse(
        hits, mode, timings, searcher.stats(), searcher.unknownTermCount(), segmentCount);
  }
}
