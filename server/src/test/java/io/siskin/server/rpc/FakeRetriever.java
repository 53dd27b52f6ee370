package io.siskin.server.rpc;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.collection.WriteOptions;
import io.siskin.server.plan.Planner;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.retrieve.CollectionDescription;
import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.retrieve.Retriever;
import io.siskin.server.rpc.mapping.RankingMapper;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import io.siskin.server.suggest.Suggestion;
import io.siskin.server.suggest.SuggestionQuery;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

/** A retriever whose answers, estimates and collections a test decides. */
public final class FakeRetriever implements Retriever {
  /** An estimate that always runs on the calling thread. */
  static final long SMALL = 0;

  /** An estimate that always goes to the search threads. */
  public static final long LARGE = Long.MAX_VALUE;

  /** How long anything here waits before it gives up and fails the test. */
  public static final long WAIT_SECONDS = 20;

  /** What a search does. */
  interface Behaviour {
    RetrievalResponse search(RetrievalRequest request, Cancellation cancellation);
  }

  final AtomicInteger estimateCount = new AtomicInteger();
  final AtomicInteger searchCount = new AtomicInteger();

  /** The trees that were to be checked against a collection. */
  final List<RankingNode> checked = new CopyOnWriteArrayList<>();

  /** The trees that every collection has. */
  volatile SortedMap<String, String> pipelines =
      new TreeMap<>(
          Map.of(
              "other",
              RankingMapper.toStored(
                  new RankingNode.Sparse(
                      new RankingNode.Frame("node", "node", 20, 0),
                      new SparseQuery.OfRequest(),
                      Evaluation.BY_DEFAULT))));

  volatile Behaviour behaviour = (request, cancellation) -> answer(request.collection());
  volatile long estimate = SMALL;
  volatile List<CollectionDescription> collections = List.of(describe("books"));

  /** What text is encoded to ahead of a search; null for no such thing. */
  volatile BiFunction<RetrievalRequest, Cancellation, CompletableFuture<RetrievalRequest>> ahead =
      (request, cancellation) -> null;

  /** Lets every search fail. */
  public void failWith(RuntimeException failure) {
    behaviour =
        (_, _) -> {
          throw failure;
        };
  }

  /** Lets every search take a time. */
  public void waitBeforeAnswers(java.time.Duration time) {
    behaviour =
        (request, _) -> {
          java.util.concurrent.locks.LockSupport.parkNanos(time.toNanos());
          long until = System.nanoTime() + time.toNanos();
          while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
          }
          return answer(request.collection());
        };
  }

  @Override
  public CompletableFuture<RetrievalRequest> encodeAhead(
      RetrievalRequest request, Cancellation cancellation) {
    return ahead.apply(request, cancellation);
  }

  @Override
  public RetrievalResponse retrieve(
      RetrievalRequest request, Cancellation cancellation, long responseBytesMax) {
    searchCount.incrementAndGet();
    return behaviour.search(request, cancellation);
  }

  @Override
  public long estimatedPostings(RetrievalRequest request) {
    estimateCount.incrementAndGet();
    return estimate;
  }

  @Override
  public void checkRanking(String collection, RankingNode root) {
    checked.add(root);
  }

  @Override
  public SortedMap<String, String> pipelines(String collection) {
    return pipelines;
  }

  @Override
  public List<Suggestion> suggest(String collection, SuggestionQuery query) {
    return List.of(new Suggestion(query.prefix() + "x", Suggestion.Source.LOG, 0.5, 3, 1, 0));
  }

  @Override
  public void checkSuggestions(String collection) {
    // All may have them.
  }

  @Override
  public List<CollectionDescription> collections() {
    return collections;
  }

  @Override
  public CollectionDescription collection(String name) {
    return collections.stream()
        .filter(collection -> collection.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CollectionNotFoundException(
                    name, collections.stream().map(CollectionDescription::name).toList()));
  }

  /** An answer with one hit of the given id. */
  public static RetrievalResponse answer(String id) {
    return new RetrievalResponse(
        List.of(
            new RetrievalResponse.Hit(
                id,
                2.5f,
                Map.of("title", "On insects"),
                List.of(new RetrievalResponse.Contribution("insect", 1.25f, 2f, 2.5f)))),
        new SearchMode.Clustered(7, 0.75f, false),
        new RetrievalResponse.StageNanos(11, 22, 33, 66),
        new SearchStats(1, 2, 3, 4, 5, 6, 7),
        9,
        4);
  }

  /** A collection with everything that a description can have. */
  public static CollectionDescription describe(String name) {
    return new CollectionDescription(
        name,
        10,
        20,
        30,
        40,
        "bm25",
        "plain",
        "{\"k1\":0.9}",
        Vocabulary.TOKEN,
        List.of("title", "text"),
        new SearchMode.Clustered(12, 0.5f, true),
        0.98f,
        List.of(
            new Planner.Expectation(
                10, 0.95f, new SearchMode.ScoreAtATime(0.25f, 0.75f, 0, 0), 0.96875, 61.5, 62.5)),
        List.of(
            new CollectionDescription.SegmentDescription(
                "00112233445566778899aabbccddeeff",
                1,
                10,
                30,
                List.of(
                    new CollectionDescription.StructureDescription("forward", 64),
                    new CollectionDescription.StructureDescription("blockmax", 8)))),
        false,
        storage());
  }

  /** How collections of tests are kept, with everything set to something of its own. */
  public static CollectionDescription.StorageDescription storage() {
    return new CollectionDescription.StorageDescription(
        new CollectionSettings(
            new Schema(
                List.of(
                    new Schema.Field("owner", FieldType.STRING),
                    new Schema.Field("year", FieldType.INT64)),
                "owner"),
            StorageOptions.DEFAULTS,
            new WriteOptions(new WriteOptions.Sync.Interval(1_500), 250),
            0.98f,
            StatisticsScope.TENANT),
        77,
        3,
        new CollectionDescription.MemoryDescription(1, 2, 3, 4, 5),
        List.of("a", "b"),
        new CollectionDescription.LengthDescription(40.5, 41.25));
  }

  /** Waits, but not for ever. */
  public static void await(CountDownLatch latch) {
    try {
      if (!latch.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("waited " + WAIT_SECONDS + " s in vain");
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** Evaluates until it is interrupted, as a long search does, but not for ever. */
  static RetrievalResponse searchUntilInterrupted(Cancellation cancellation) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(WAIT_SECONDS)) {
      cancellation.check();
      Thread.onSpinWait();
    }
    throw new AssertionError("not interrupted within " + WAIT_SECONDS + " s");
  }
}
