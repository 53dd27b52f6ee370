package io.siskin.server.rank;

import io.siskin.index.vector.TokenVector;
import io.siskin.server.rank.formula.Formula;
import io.siskin.server.rank.formula.TermFeature;
import io.siskin.server.rank.tree.DenseEffort;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.EarlyStop;
import io.siskin.server.rank.tree.FusionMethod;
import io.siskin.server.rank.tree.GroupScore;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.RankingNode.Frame;
import io.siskin.server.rank.tree.RankingNode.Weighted;
import io.siskin.server.rank.tree.Reach;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.rank.tree.TokenQuery;
import io.siskin.server.rank.tree.Turn;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/** Draws right ranking trees with nodes of all kinds. */
public final class RandomTrees {
  private static final List<String> FORMULAS =
      List.of(
          "score()",
          "-score() * 2 + field(\"year\", 2003) / 4",
          "exp_decay(now() - field('published', 0), days(300)) + ln(1 + abs(score()))",
          "matches(\"host\", \"h3\") + matches('tags', 't1') * 0.5 + field(\"good\", 0)",
          "ln(field(\"price\", -1))",
          "saturation(max(score(), 0), 2) - min(field('price', 1), 1e-1)",
          "gauss_decay(field('year', 1990) - 2003, 2) * pow(2, -score() / 8)",
          "linear_decay(field('year', 2010) - 2002, 2) / (field('price', 0) - 1)",
          "sqrt(exp(0)) + hours(score()) / 3600");

  private final Random random;
  private final int depthMax;
  private int names;

  /** Draws trees of at most so many levels. */
  public RandomTrees(Random random, int depthMax) {
    this.random = random;
    this.depthMax = depthMax;
  }

  /** Draws a tree. */
  public RankingNode next() {
    names = 0;
    return node("node", 1);
  }

  private RankingNode node(String path, int depth) {
    boolean isLeaf = depth == depthMax || random.nextInt(6) == 0;
    Frame frame =
        new Frame(
            path,
            random.nextBoolean() ? path : "stage " + names++,
            1 + random.nextInt(random.nextBoolean() ? 12 : 400),
            0);
    if (isLeaf) {
      return switch (random.nextInt(6)) {
        case 0, 1 -> new RankingNode.Dense(frame, field(), target(), effort());
        case 2 -> new RankingNode.Densified(frame, FakeDenseFields.SLICES, query());
        default -> new RankingNode.Sparse(frame, query(), evaluation());
      };
    }
    return switch (random.nextInt(14)) {
      case 13 ->
          new RankingNode.DensifiedRescore(
              frame,
              node(path + ".rescore.input", depth + 1),
              FakeDenseFields.SLICES,
              query(),
              random.nextInt(5) / 4.0,
              random.nextInt(5) - 2.0);
      case 0 -> fuse(frame, depth);
      case 11 -> crossEncode(frame, depth);
      case 4 -> trees(frame, depth);
      case 10 ->
          new RankingNode.MaxSim(
              frame,
              node(path + ".rescore.input", depth + 1),
              field(),
              tokens(),
              random.nextInt(5) / 4.0,
              random.nextInt(5) - 2.0);
      case 1 ->
          new RankingNode.Interpolate(
              frame,
              node(path + ".rescore.input", depth + 1),
              field(),
              target(),
              random.nextInt(5) / 4.0,
              random.nextInt(5) - 2.0,
              pick(EarlyStop.NONE, EarlyStop.PROVEN));
      case 2 -> compute(frame, depth);
      case 3 ->
          new RankingNode.Feedback(
              frame,
              node(path + ".feedback.input", depth + 1),
              query(),
              evaluation(),
              1 + random.nextInt(12),
              random.nextInt(12),
              random.nextInt(3) / 2.0,
              random.nextInt(3) / 2.0);
      case 9 -> group(frame, depth);
      case 5 -> context(frame, depth);
      case 6 ->
          new RankingNode.Diversify(
              frame,
              node(path + ".diversify.input", depth + 1),
              random.nextBoolean()
                  ? new RankingNode.Similarity.OfSparse()
                  : new RankingNode.Similarity.OfDense(field()),
              random.nextInt(5) / 4.0,
              pick(FusionMethod.Normalization.values()));
      case 7 ->
          new RankingNode.Cap(
              frame, node(path + ".cap.input", depth + 1), valueField(), 1 + random.nextInt(4));
      case 8 ->
          new RankingNode.DenseFeedback(
              frame,
              node(path + ".feedback.input", depth + 1),
              field(),
              target(),
              effort(),
              1 + random.nextInt(12),
              random.nextInt(3) / 2.0,
              random.nextInt(3) / 2.0);
      default ->
          new RankingNode.Answers(
              frame,
              node(path + ".answers.input", depth + 1),
              field(),
              field(),
              vector(),
              vector(),
              random.nextInt(5) / 4.0,
              1 + random.nextInt(3),
              1 + random.nextInt(3),
              "text",
              random.nextBoolean() ? "" : "offsets");
    };
  }

  private String valueField() {
    return List.of("host", "year", "good", "price", "published").get(random.nextInt(5));
  }

  private RankingNode group(Frame frame, int depth) {
    GroupScore score = pick(GroupScore.values());
    boolean isOfSeveral = score == GroupScore.SUM || score == GroupScore.MEAN;
    return new RankingNode.Group(
        frame,
        node(frame.path() + ".group.input", depth + 1),
        valueField(),
        score,
        random.nextInt(4),
        isOfSeveral ? random.nextInt(4) : 0,
        random.nextBoolean() ? List.of() : List.of("host", "*"));
  }

  private RankingNode context(Frame frame, int depth) {
    String field = valueField();
    RankingNode input = node(frame.path() + ".rescore.input", depth + 1);
    return new RankingNode.Context(
        frame,
        input,
        field,
        random.nextInt(5) / 4.0,
        pick(FusionMethod.Normalization.values()),
        random.nextBoolean()
            ? new RankingNode.ContextSource.OfGroup(pick(GroupScore.values()))
            : new RankingNode.ContextSource.OfList(
                node(frame.path() + ".rescore.context.list.node", depth + 1),
                field,
                random.nextInt(3) - 1.0));
  }

  /** Segments in memory have no graphs, so that every effort is exact. */
  private DenseEffort effort() {
    return pick(
        new DenseEffort.OfLimit(),
        new DenseEffort.Candidates(1 + random.nextInt(20)),
        new DenseEffort.Exact());
  }

  private RankingNode fuse(Frame frame, int depth) {
    List<Weighted> inputs = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      String path = frame.path() + ".fuse.inputs[" + i + "].node";
      inputs.add(new Weighted(node(path, depth + 1), random.nextInt(5) / 2.0));
    }
    FusionMethod method =
        random.nextBoolean()
            ? new FusionMethod.ReciprocalRank(random.nextInt(80))
            : new FusionMethod.Linear(
                pick(FusionMethod.Normalization.values()), random.nextInt(3) - 1.0);
    return new RankingNode.Fuse(frame, inputs, method);
  }

  private RankingNode compute(Frame frame, int depth) {
    RankingNode input = node(frame.path() + ".rescore.input", depth + 1);
    String text = FORMULAS.get(random.nextInt(FORMULAS.size()));
    List<String> below = new ArrayList<>();
    names(input, below);
    if (random.nextBoolean()) {
      text += " + score('" + below.get(random.nextInt(below.size())) + "', -0.5)";
    }
    if (random.nextBoolean()) {
      text += " + " + ofBelow(input, below);
    }
    return new RankingNode.Compute(
        frame, input, Formula.parse(text), random.nextBoolean() ? -3.25 : null);
  }

  /** Draws a look-up that the stages below allow. */
  private String ofBelow(RankingNode input, List<String> below) {
    List<String> allowed = new ArrayList<>(List.of("rank() / 8"));
    allowed.add("rank('" + below.get(random.nextInt(below.size())) + "', -0.5)");
    for (String field : List.of("first", "second")) {
      if (NaiveTree.firstTarget(input, field) != null) {
        allowed.add("dense('" + field + "', -2)");
      }
    }
    if (NaiveTree.firstQuery(input) != null) {
      for (TermFeature feature : TermFeature.values()) {
        allowed.add(feature.name().toLowerCase(Locale.ROOT) + "()");
      }
    }
    return allowed.get(random.nextInt(allowed.size()));
  }

  private RankingNode trees(Frame frame, int depth) {
    RankingNode input = node(frame.path() + ".rescore.input", depth + 1);
    List<String> below = new ArrayList<>();
    names(input, below);
    List<Formula> features =
        random.nextBoolean()
            ? List.of()
            : List.of(
                Formula.parse(ofBelow(input, below)),
                Formula.parse("score()"),
                Formula.parse(ofBelow(input, below)));
    Reach reach =
        new Reach(
            random.nextBoolean() ? RankingNode.LIMIT_MAX : 1 + random.nextInt(30),
            random.nextBoolean() ? Double.POSITIVE_INFINITY : random.nextInt(9) / 2.0);
    return new RankingNode.Trees(frame, input, FakeTrees.NAME, features, reach);
  }

  private RankingNode crossEncode(Frame frame, int depth) {
    return new RankingNode.CrossEncode(
        frame,
        node(frame.path() + ".rescore.input", depth + 1),
        FakePairs.NAME,
        pick(List.of("year"), List.of("host", "year"), List.of("host")),
        pick("", "own", "query"),
        new Reach(1 + random.nextInt(60), random.nextBoolean() ? Double.POSITIVE_INFINITY : 1),
        pick(null, 0.0, 0.5, 1.0));
  }

  private static void names(RankingNode node, List<String> names) {
    names.add(node.frame().name());
    node.inputs().forEach(input -> names(input, names));
  }

  private SparseQuery query() {
    return switch (random.nextInt(5)) {
      case 0 -> new SparseQuery.OfRequest();
      case 1 -> new SparseQuery.Text(text());
      case 2 -> new SparseQuery.Turns(turns());
      default -> new SparseQuery.Vector((TokenVector) RankedCollection.query(random));
    };
  }

  private TokenQuery tokens() {
    return switch (random.nextInt(4)) {
      case 0 -> new TokenQuery.OfRequest();
      case 1 -> new TokenQuery.Text(text());
      default ->
          new TokenQuery.Values(
              Stream.generate(this::vector).limit(1 + random.nextInt(4)).toList());
    };
  }

  private DenseTarget target() {
    return switch (random.nextInt(5)) {
      case 0 -> new DenseTarget.OfRequest();
      case 1 -> new DenseTarget.Text(text());
      case 2 -> new DenseTarget.Turns(turns());
      default -> new DenseTarget.Vector(vector());
    };
  }

  private String text() {
    return random.nextInt(4) == 0 ? "" : "text " + random.nextInt(6);
  }

  private List<Turn> turns() {
    List<Turn> turns = new ArrayList<>(List.of(new Turn(text(), 1)));
    for (int i = random.nextInt(4); i > 0; i--) {
      turns.add(new Turn(text(), random.nextInt(5) / 2.0));
    }
    return turns;
  }

  private Evaluation evaluation() {
    return random.nextBoolean()
        ? new Evaluation.InMode(new SearchMode.Exact())
        : Evaluation.BY_DEFAULT;
  }

  private String field() {
    return random.nextBoolean() ? "first" : "second";
  }

  @SafeVarargs
  private <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private DenseVector vector() {
    return new DenseVector(FakeDenseFields.draw(random));
  }
}
