package io.siskin.server.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.testing.Seeds;
import io.siskin.server.rank.NaiveTree.Scored;
import io.siskin.server.rank.check.TreeCheck;
import io.siskin.server.rank.formula.Formula;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageReport;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.passage.AnswerSearch;
import io.siskin.server.rank.passage.Diversity;
import io.siskin.server.rank.scope.EncodedQueries;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.stage.ContextSentence;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.EarlyStop;
import io.siskin.server.rank.tree.FusionMethod;
import io.siskin.server.rank.tree.GroupScore;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.RankingNode.Frame;
import io.siskin.server.rank.tree.Reach;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.DocumentPositions;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchScope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranking trees against their slow twin, and where they end before the end. */
public final class TreeEvaluatorTest {
  private static final int TREES = 600;
  private static final String TEXT = "what was asked";
  private static final long NOW_MILLIS = 1_790_000_000_123L;
  private static final Random RANDOM = new Random(Seeds.next());

  @TempDir static Path data;
  private static RankedCollection collection;

  @BeforeAll
  static void build() throws IOException {
    collection = new RankedCollection(data, RANDOM);
  }

  @AfterAll
  static void close() {
    collection.close();
  }

  private static EncodedQueries vectors(RankingNode root) {
    return new FakeTexts(RANDOM).encoded(root);
  }

  private static RankingOutcome evaluate(
      RankedScope scope, RankingNode root, EncodedQueries vectors, Cancellation cancellation) {
    return new TreeEvaluator(scope, vectors, NOW_MILLIS, new StageTotals())
        .withText(TEXT)
        .evaluate(root, cancellation);
  }

  private static List<Scored> scored(Ranked list) {
    return IntStream.range(0, list.size())
        .mapToObj(rank -> new Scored(list.position(rank), list.score(rank) + 0.0))
        .toList();
  }

  private static List<Scored> plain(List<Scored> list) {
    // Without negative zeros, which are the same score.
    return list.stream().map(each -> new Scored(each.position(), each.score() + 0.0)).toList();
  }

  private static SearchScope filtered() {
    if (RANDOM.nextBoolean()) {
      return collection.snapshot.scope();
    }
    List<@Nullable DocumentSet> sets = new ArrayList<>();
    for (int segment = 0; segment < collection.snapshot.scope().size(); segment++) {
      int count = collection.snapshot.scope().segment(segment).documentCount();
      DocumentSet.Builder set = DocumentSet.builder(count);
      for (int document = 0; document < count; document++) {
        if (RANDOM.nextInt(3) > 0) {
          set.add(document);
        }
      }
      sets.add(set.build());
    }
    return collection.snapshot.scope().accepting(sets);
  }

  @Test
  void everyStageAgreesWithItsSlowTwinToTheLastDigit() {
    RandomTrees trees = new RandomTrees(RANDOM, 4);
    Set<String> kinds = new HashSet<>();
    long handedOn = 0;
    for (int i = 0; i < TREES; i++) {
      RankingNode root = trees.next();
      TreeCheck.shape(root);
      RankedScope scope = collection.scope(filtered());
      TreeCheck.fit(root, scope);
      FakeTexts texts = new FakeTexts(RANDOM);
      EncodedQueries vectors = texts.encoded(root);
      NaiveTree naive = new NaiveTree(scope, texts, NOW_MILLIS);
      naive.text = TEXT;
      List<Scored> expected = naive.evaluate(root);
      RankingOutcome outcome = evaluate(scope, root, vectors, Cancellation.NEVER);
      assertThat(outcome.lists().keySet())
          .as("%s", root)
          .containsExactlyElementsOf(naive.lists.keySet());
      outcome
          .lists()
          .forEach(
              (name, stage) ->
                  assertThat(scored(stage.list()))
                      .as("stage %s of %s", name, root)
                      .isEqualTo(plain(naive.lists.get(name))));
      checkListings(outcome, naive);
      assertThat(scored(outcome.list())).isEqualTo(plain(expected));
      assertThat(outcome.reports()).allSatisfy(report -> assertThat(report.isComplete()).isTrue());
      addKinds(root, kinds);
      handedOn += expected.size();
    }
    assertThat(kinds)
        .contains(
            "Sparse",
            "Dense",
            "Densified",
            "DensifiedRescore",
            "Fuse",
            "Interpolate",
            "MaxSim",
            "Compute",
            "Trees",
            "CrossEncode",
            "Feedback",
            "Group",
            "Context",
            "Diversify",
            "Cap",
            "DenseFeedback",
            "Answers");
    assertThat(handedOn).isGreaterThan(TREES);
    assertThat(listed).isGreaterThan(TREES);
  }

  private static long listed;

  /** Compares answers and the documents of groups, of each document of each stage. */
  private static void checkListings(RankingOutcome outcome, NaiveTree naive) {
    for (RankingOutcome.Listing listing : outcome.listings()) {
      switch (listing) {
        case RankingOutcome.Answers answers ->
            naive
                .answers
                .get(answers.node().frame().name())
                .forEach(
                    (position, spans) -> {
                      assertThat(answers.of(position)).isEqualTo(spans);
                      listed += spans.size();
                    });
        case RankingOutcome.Groups groups -> {
          List<Scored> input = naive.lists.get(groups.node().input().frame().name());
          for (Scored each : naive.lists.get(groups.node().frame().name())) {
            Object value = naive.fieldValue(groups.node().field(), each.position());
            List<Scored> members =
                input.stream()
                    .filter(
                        other ->
                            value == null
                                ? other.position() == each.position()
                                : value.equals(
                                    naive.fieldValue(groups.node().field(), other.position())))
                    .limit(groups.node().innerHits())
                    .toList();
            assertThat(scored(groups.of(each.position()))).isEqualTo(plain(members));
            listed += members.size();
          }
        }
      }
    }
  }

  private static void addKinds(RankingNode node, Set<String> kinds) {
    kinds.add(node.getClass().getSimpleName());
    node.inputs().forEach(input -> addKinds(input, kinds));
  }

  @Test
  void positionsAndNumbersAreEachOthersInverse() {
    DocumentPositions positions = collection.snapshot.scope().positions();
    int moved = 0;
    for (int position = 0; position < collection.snapshot.documentCount(); position++) {
      int number = positions.documentNumber(position);
      assertThat(positions.position(number)).isEqualTo(position);
      moved += number == position ? 0 : 1;
    }
    assertThat(moved).as("the second segment is reordered").isPositive();
  }

  private static RankingNode.Sparse sparse(String path, int limit) {
    return new RankingNode.Sparse(
        new Frame(path, path, limit, 0), new SparseQuery.OfRequest(), Evaluation.BY_DEFAULT);
  }

  private static RankingNode.Interpolate interpolate(EarlyStop stop, double alpha, long budget) {
    return new RankingNode.Interpolate(
        new Frame("node", "root", 5, budget),
        sparse("node.rescore.input", 400),
        "first",
        new DenseTarget.Vector(new DenseVector(FakeDenseFields.draw(RANDOM))),
        alpha,
        -1,
        stop);
  }

  /** The proven stop gives the whole list with fewer look-ups; the other one fewer still. */
  @Test
  void anEarlyStopSavesLookUps() {
    Map<EarlyStop, Long> looked = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      RankingNode.Interpolate all = interpolate(EarlyStop.NONE, 0.8, 0);
      EncodedQueries vectors = vectors(all);
      Map<EarlyStop, RankingOutcome> outcomes = new HashMap<>();
      for (EarlyStop stop : EnumSet.allOf(EarlyStop.class)) {
        RankingNode node =
            new RankingNode.Interpolate(
                all.frame(),
                all.input(),
                all.field(),
                all.target(),
                all.alpha(),
                all.missingScore(),
                stop);
        RankingOutcome outcome = evaluate(collection.scope(), node, vectors, Cancellation.NEVER);
        outcomes.put(stop, outcome);
        looked.merge(stop, outcome.reports().getLast().documentsScored(), Long::sum);
      }
      assertThat(scored(outcomes.get(EarlyStop.PROVEN).list()))
          .isEqualTo(scored(outcomes.get(EarlyStop.NONE).list()));
      Ranked heuristic = outcomes.get(EarlyStop.HEURISTIC).list();
      assertThat(heuristic.size()).isEqualTo(outcomes.get(EarlyStop.NONE).list().size());
    }
    System.out.println("vectors looked up: " + looked);
    assertThat(looked.get(EarlyStop.PROVEN)).isLessThan(looked.get(EarlyStop.NONE));
    assertThat(looked.get(EarlyStop.HEURISTIC)).isLessThanOrEqualTo(looked.get(EarlyStop.PROVEN));
  }

  /** A clock that is later by a step each time that it is asked. */
  private static Cancellation ticking(AtomicLong clock, long stepNanos, long deadlineNanos) {
    return Cancellation.at(deadlineNanos, () -> false, () -> clock.addAndGet(stepNanos));
  }

  @Test
  void aSpentBudgetGivesTheBestSoFarWithTrueScores() {
    int incomplete = 0;
    int empty = 0;
    List<Evaluation> evaluations =
        List.of(
            new Evaluation.InMode(new SearchMode.Exact()),
            new Evaluation.InMode(SearchMode.ScoreAtATime.DEFAULTS),
            Evaluation.BY_DEFAULT);
    for (int step = 1; step <= 200; step++) {
      Evaluation evaluation = evaluations.get(step % evaluations.size());
      RankingNode root =
          new RankingNode.Sparse(
              new Frame("node", "root", 50, 100), new SparseQuery.OfRequest(), evaluation);
      EncodedQueries vectors = vectors(root);
      RankingOutcome whole = evaluate(collection.scope(), unbounded(), vectors, Cancellation.NEVER);
      RankingOutcome cut =
          evaluate(
              collection.scope(),
              root,
              vectors,
              ticking(new AtomicLong(), step * 250L, Long.MAX_VALUE / 2));
      assertThat(scored(whole.list())).containsAll(scored(cut.list()));
      if (!cut.reports().getFirst().isComplete()) {
        incomplete++;
        empty += cut.list().size() == 0 ? 1 : 0;
      } else if (evaluation.equals(evaluations.getFirst())) {
        assertThat(scored(cut.list())).isEqualTo(scored(whole.list()).stream().limit(50).toList());
      }
    }
    assertThat(incomplete).isBetween(1, 199);
    assertThat(empty).isLessThan(incomplete);
  }

  private static RankingNode unbounded() {
    return new RankingNode.Sparse(
        new Frame("node", "root", 10_000, 0),
        new SparseQuery.OfRequest(),
        new Evaluation.InMode(new SearchMode.Exact()));
  }

  @Test
  void aBudgetReachesEveryStageAndIsToldUpwards() {
    RankingNode root = interpolate(EarlyStop.NONE, 0.5, 10);
    RankingOutcome outcome =
        evaluate(
            collection.scope(),
            root,
            vectors(root),
            ticking(new AtomicLong(), 20_000, Long.MAX_VALUE / 2));
    assertThat(outcome.reports()).extracting(StageReport::isComplete).containsExactly(false, false);
    assertThat(outcome.list().size()).isZero();
    RankingNode dense =
        new RankingNode.Dense(
            new Frame("node", "root", 5, 10),
            "first",
            new DenseTarget.Vector(new DenseVector(FakeDenseFields.draw(RANDOM))));
    RankingOutcome scanned =
        evaluate(
            collection.scope(),
            dense,
            EncodedQueries.ofSparse(Map.of()),
            ticking(new AtomicLong(), 1_450, Long.MAX_VALUE / 2));
    assertThat(scanned.reports().getFirst().isComplete()).isFalse();
    assertThat(scanned.reports().getFirst().documentsScored())
        .isBetween(1L, collection.snapshot.documentCount() - 1);
  }

  @Test
  void aDeadlineEndsEveryStageWithAnError() {
    RandomTrees trees = new RandomTrees(RANDOM, 3);
    for (int i = 0; i < 50; i++) {
      RankingNode root = trees.next();
      AtomicLong clock = new AtomicLong();
      assertThatThrownBy(
              () -> evaluate(collection.scope(), root, vectors(root), ticking(clock, 1_000, 1)))
          .as("%s", root)
          .isInstanceOf(QueryCancelledException.class);
    }
  }

  /** The documents of a group are listed though a stage stands above it. */
  @Test
  void eachGroupListsItsBest() {
    RankingNode group =
        new RankingNode.Group(
            new Frame("node.rescore.input", "group", 4, 0),
            sparse("node.rescore.input.group.input", 300),
            "host",
            GroupScore.SUM,
            2,
            0,
            List.of());
    RankingNode root =
        new RankingNode.Compute(
            new Frame("node", "root", 4, 0), group, Formula.parse("-score()"), null);
    RankingOutcome outcome = evaluate(collection.scope(), root, vectors(root), Cancellation.NEVER);
    List<Scored> input = scored(outcome.lists().get("node.rescore.input.group.input").list());
    RankingOutcome.Groups groups = (RankingOutcome.Groups) outcome.listings().getFirst();
    assertThat(outcome.list().size()).isPositive();
    for (int rank = 0; rank < outcome.list().size(); rank++) {
      int position = outcome.list().position(rank);
      List<Scored> inner = scored(groups.of(position));
      assertThat(inner).hasSizeBetween(1, 2);
      assertThat(inner.getFirst().position()).isEqualTo(position);
      assertThat(input).containsAll(inner);
    }
    int other =
        input.stream()
            .mapToInt(Scored::position)
            .filter(p -> !has(outcome, p))
            .findFirst()
            .orElseThrow();
    assertThat(groups.of(other).size()).isZero();
  }

  private static boolean has(RankingOutcome outcome, int position) {
    return scored(outcome.list()).stream().anyMatch(each -> each.position() == position);
  }

  /** What a spent budget leaves is the beginning of what there would have been. */
  @Test
  void aSpentBudgetEndsDiversityAndAnswers() {
    RankingNode diversify =
        new RankingNode.Diversify(
            new Frame("node", "root", 50, 10),
            sparse("node.diversify.input", 200),
            new RankingNode.Similarity.OfSparse(),
            0.5,
            FusionMethod.Normalization.MIN_MAX);
    EncodedQueries vectors = vectors(diversify);
    RankedScope scope = collection.scope();
    Ranked input =
        evaluate(scope, diversify.inputs().getFirst(), vectors, Cancellation.NEVER).list();
    StageBudget none = StageBudget.of(Cancellation.NEVER);
    Ranked all = Diversity.pick((RankingNode.Diversify) diversify, input, scope, none).list();
    StageWork cut =
        Diversity.pick((RankingNode.Diversify) diversify, input, scope, ticking(all.size() / 2));
    assertThat(cut.isComplete()).isFalse();
    assertThat(cut.list().size()).isBetween(1, all.size() - 1);
    assertThat(scored(cut.list()))
        .isEqualTo(scored(all).stream().limit(cut.list().size()).toList());
    RankingNode.Answers answers =
        new RankingNode.Answers(
            new Frame("node", "root", 50, 10),
            sparse("node.answers.input", 200),
            "first",
            "first",
            new DenseVector(FakeDenseFields.draw(RANDOM)),
            new DenseVector(FakeDenseFields.draw(RANDOM)),
            1,
            2,
            1,
            "text",
            "");
    AnswerSearch.Found some = AnswerSearch.search(answers, input, scope, ticking(3));
    assertThat(some.work().isComplete()).isFalse();
    assertThat(some.work().documentsScored()).isBetween(1L, input.size() - 1L);
  }

  /** Returns a budget that has passed when it was asked so many times. */
  private static StageBudget ticking(int asks) {
    AtomicLong clock = new AtomicLong();
    Cancellation stage =
        Cancellation.at(10L * Math.max(1, asks), () -> false, () -> clock.addAndGet(10));
    return new StageBudget(Cancellation.NEVER, stage, true);
  }

  private static RankingNode.CrossEncode crossEncode(int limit, long budget, Double threshold) {
    return new RankingNode.CrossEncode(
        new Frame("node", "root", limit, budget),
        sparse("node.rescore.input", 100),
        FakePairs.NAME,
        List.of("host"),
        "",
        new Reach(70, Double.POSITIVE_INFINITY),
        threshold);
  }

  /** Draws queries until the input of a stage has so many documents. */
  private static EncodedQueries vectorsThatFind(RankingNode.CrossEncode root, int count) {
    while (true) {
      EncodedQueries vectors = vectors(root);
      RankingOutcome found =
          evaluate(collection.scope(), root.input(), vectors, Cancellation.NEVER);
      if (found.list().size() >= count) {
        return vectors;
      }
    }
  }

  /** What the model did not reach in time stands below in its former order. */
  @Test
  void aSpentBudgetLeavesOutTheEndOfWhatACrossEncoderReads() {
    for (int reached : new int[] {0, 1, 20, 40}) {
      RankingNode.CrossEncode root = crossEncode(100, 100_000, null);
      EncodedQueries vectors = vectorsThatFind(root, 46);
      FakePairs pairs = collection.models.pairs;
      pairs.patience = reached;
      pairs.givenUp = 0;
      pairs.begun = 0;
      RankingOutcome outcome;
      try {
        outcome =
            evaluate(
                collection.scope(),
                root,
                vectors,
                ticking(new AtomicLong(), 100_000, Long.MAX_VALUE / 2));
      } finally {
        pairs.patience = Integer.MAX_VALUE;
      }
      List<Scored> input = scored(outcome.lists().get("node.rescore.input").list());
      List<Scored> list = scored(outcome.list());
      assertThat(input).hasSizeGreaterThan(45);
      assertThat(outcome.reports().getLast().documentsScored()).isEqualTo(reached);
      assertThat(outcome.reports().getLast().isComplete()).isFalse();
      assertThat(pairs.givenUp).isEqualTo(pairs.begun - reached);
      assertThat(list.subList(reached, list.size()))
          .extracting(Scored::position)
          .isEqualTo(input.subList(reached, input.size()).stream().map(Scored::position).toList());
      assertThat(list.subList(0, reached))
          .extracting(Scored::position)
          .containsExactlyInAnyOrderElementsOf(
              input.subList(0, reached).stream().map(Scored::position).toList());
      if (reached == 0) {
        assertThat(list).isEqualTo(input);
      }
    }
  }

  /** A model that never answers does not keep a search beyond its deadline. */
  @Test
  void aDeadlineEndsTheWaitForACrossEncoder() {
    RankingNode.CrossEncode root = crossEncode(10, 0, null);
    FakePairs pairs = collection.models.pairs;
    pairs.patience = 3;
    try {
      assertThatThrownBy(
              () ->
                  evaluate(
                      collection.scope(),
                      root,
                      vectors(root),
                      ticking(new AtomicLong(), 1_000, 10_000_000)))
          .isInstanceOf(QueryCancelledException.class);
    } finally {
      pairs.patience = Integer.MAX_VALUE;
    }
  }

  @Test
  void theContextOfADocumentIsThatOfWhatWasScored() {
    RankingNode.CrossEncode root = crossEncode(10, 0, 0.5);
    RankingOutcome outcome = evaluate(collection.scope(), root, vectors(root), Cancellation.NEVER);
    int sentences = 0;
    for (int rank = 0; rank < outcome.list().size(); rank++) {
      for (ContextSentence sentence : outcome.context(outcome.list().position(rank))) {
        sentences++;
        assertThat(sentence.field()).isEqualTo("host");
        assertThat(sentence.text()).startsWith("h").hasSize(sentence.end());
        assertThat(sentence.score()).isEqualTo(0.75);
      }
    }
    assertThat(sentences).isPositive();
    RankingNode.CrossEncode strict = crossEncode(10, 0, 0.75);
    RankingOutcome none = evaluate(collection.scope(), strict, vectors(strict), Cancellation.NEVER);
    assertThat(none.context(none.list().position(0))).isEmpty();
  }
}
