package io.siskin.server.rank;

import io.siskin.index.column.Column;
import io.siskin.index.document.FieldValue;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.rank.formula.Expression;
import io.siskin.server.rank.formula.Formula;
import io.siskin.server.rank.formula.TermFeature;
import io.siskin.server.rank.passage.AnswerSpan;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.scope.RankingModels;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.FusionMethod;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.Reach;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.rank.tree.Turn;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchableSegment;
import io.siskin.server.search.Searcher;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The slow twin of {@link TreeEvaluator}: it scores every document for itself, with maps, and knows
 * no heap, no early end and no array of candidates.
 */
final class NaiveTree {
  static final Comparator<Scored> BEST_FIRST =
      Comparator.comparingDouble((Scored each) -> 0.0 - each.score)
          .thenComparingInt(Scored::position);

  /** One document of a list. */
  record Scored(int position, double score) {}

  private final RankedScope scope;
  private final FakeTexts texts;
  private final double nowSeconds;

  /** The text of the request. */
  String text = "";

  /** The lists of the stages by name. */
  final Map<String, List<Scored>> lists = new LinkedHashMap<>();

  NaiveTree(RankedScope scope, FakeTexts texts, long nowMillis) {
    this.scope = scope;
    this.texts = texts;
    this.nowSeconds = nowMillis / 1e3;
  }

  List<Scored> evaluate(RankingNode node) {
    List<List<Scored>> inputs = new ArrayList<>();
    for (RankingNode input : node.inputs()) {
      inputs.add(evaluate(input));
    }
    List<Scored> all = new ArrayList<>(all(node, inputs));
    all.sort(BEST_FIRST);
    List<Scored> kept = all.stream().limit(node.frame().limit()).toList();
    lists.put(node.frame().name(), kept);
    return kept;
  }

  private List<Scored> all(RankingNode node, List<List<Scored>> inputs) {
    return switch (node) {
      case RankingNode.Sparse sparse -> sparse(vector(sparse.query()));
      case RankingNode.Dense dense -> dense(dense);
      case RankingNode.Fuse fuse -> fuse(fuse, inputs);
      case RankingNode.Interpolate interpolate ->
          inputs.getFirst().stream()
              .map(
                  each -> {
                    Double dense =
                        denseScore(interpolate.field(), interpolate.target(), each.position);
                    double other = dense == null ? interpolate.missingScore() : dense;
                    double alpha = interpolate.alpha();
                    return new Scored(each.position, alpha * each.score + (1 - alpha) * other);
                  })
              .toList();
      case RankingNode.MaxSim maxSim ->
          inputs.getFirst().stream()
              .map(
                  each ->
                      new Scored(
                          each.position,
                          maxSim.alpha() * each.score
                              + (1 - maxSim.alpha()) * maxSim(maxSim, each.position)))
              .toList();
      case RankingNode.Densified densified ->
          scan(position -> slicedScore(densified.field(), densified.query(), position));
      case RankingNode.DensifiedRescore by ->
          inputs.getFirst().stream()
              .map(
                  each -> {
                    Double own = slicedScore(by.field(), by.query(), each.position);
                    double other = own == null ? by.missingScore() : own;
                    return new Scored(
                        each.position, by.alpha() * each.score + (1 - by.alpha()) * other);
                  })
              .toList();
      case RankingNode.Compute compute -> compute(compute, inputs.getFirst());
      case RankingNode.Trees trees -> trees(trees, inputs.getFirst());
      case RankingNode.CrossEncode cross -> crossEncode(cross, inputs.getFirst());
      case RankingNode.Feedback feedback -> sparse(expanded(feedback, inputs.getFirst()));
      case RankingNode.Group group -> group(group, inputs.getFirst());
      case RankingNode.PassageNode passage -> new NaivePassages(scope, this).all(passage, inputs);
    };
  }

  private Double slicedScore(String field, SparseQuery query, int position) {
    int number = scope.positions().documentNumber(position);
    int segment = scope.positions().segment(number);
    int document = number - scope.positions().base(segment);
    DenseFields.Scorer scorer = scope.dense().find(field).scorer(vector(query));
    return scorer.has(segment, document) ? scorer.score(segment, document) : null;
  }

  /** The dense score of a document is that of its best vector. */
  private double maxSim(RankingNode.MaxSim node, int position) {
    double sum = 0;
    for (DenseVector vector : texts.tokens(node.field(), node.query())) {
      Double score = denseScore(node.field(), new DenseTarget.Vector(vector), position);
      if (score == null) {
        return node.missingScore();
      }
      sum += score;
    }
    return sum;
  }

  private List<Scored> sparse(SparseVector query) {
    Searcher searcher = Searcher.withoutRunningThreshold(scope.scope());
    int all = scope.positions().base(scope.scope().size());
    searcher.search(
        scope.scope(),
        QuantizedQuery.of(query),
        Collections.nCopies(scope.scope().size(), new SearchMode.Exact()),
        all,
        Cancellation.NEVER);
    return IntStream.range(0, searcher.size())
        .mapToObj(
            rank ->
                new Scored(
                    scope.positions().position(searcher.documentNumber(rank)),
                    searcher.score(rank)))
        .toList();
  }

  /** The answers by the name of the stage and the position of the document. */
  final Map<String, Map<Integer, List<AnswerSpan>>> answers = new LinkedHashMap<>();

  List<Scored> dense(RankingNode.Dense node) {
    return scan(position -> denseScore(node.field(), node.target(), position));
  }

  /** Scores every document that may be found and has a score. */
  private List<Scored> scan(IntFunction<Double> scores) {
    List<Scored> found = new ArrayList<>();
    int all = scope.positions().base(scope.scope().size());
    for (int position = 0; position < all; position++) {
      int number = scope.positions().documentNumber(position);
      int segment = scope.positions().segment(number);
      var accepted = scope.scope().accepted(segment);
      Double score = scores.apply(position);
      if (score != null
          && (accepted == null || accepted.contains(number - scope.positions().base(segment)))) {
        found.add(new Scored(position, score));
      }
    }
    return found;
  }

  /** Adds up number by number, over the turns in their order. */
  private TokenVector vector(SparseQuery query) {
    return switch (query) {
      case SparseQuery.OfRequest() -> texts.sparse(FakeTexts.OF_REQUEST);
      case SparseQuery.Text(String text) -> texts.sparse(text);
      case SparseQuery.Vector(SparseVector vector) -> (TokenVector) vector;
      case SparseQuery.Turns(List<Turn> turns) -> {
        Map<String, Double> sums = new TreeMap<>();
        for (Turn turn : turns) {
          TokenVector vector = texts.sparse(turn.text());
          for (int i = 0; i < vector.size(); i++) {
            double before = sums.getOrDefault(vector.token(i), 0.0);
            sums.put(vector.token(i), before + turn.weight() * vector.weight(i));
          }
        }
        sums.values().removeIf(sum -> sum == 0);
        Map<String, Float> mixed = new TreeMap<>();
        sums.forEach((token, sum) -> mixed.put(token, sum.floatValue()));
        yield TokenVector.of(mixed);
      }
    };
  }

  DenseVector vector(String field, DenseTarget target) {
    return switch (target) {
      case DenseTarget.Vector(DenseVector vector) -> vector;
      case DenseTarget.OfRequest() -> new DenseVector(texts.dense(field, FakeTexts.OF_REQUEST));
      case DenseTarget.Text(String text) -> new DenseVector(texts.dense(field, text));
      case DenseTarget.Turns(List<Turn> turns) -> {
        float[] mixed = new float[FakeDenseFields.DIMENSIONS];
        for (int i = 0; i < mixed.length; i++) {
          double sum = 0;
          for (Turn turn : turns) {
            sum += turn.weight() * texts.dense(field, turn.text())[i];
          }
          mixed[i] = (float) sum;
        }
        yield new DenseVector(mixed);
      }
    };
  }

  private Double denseScore(String field, DenseTarget target, int position) {
    DenseVector query = vector(field, target);
    int number = scope.positions().documentNumber(position);
    int segment = scope.positions().segment(number);
    int document = number - scope.positions().base(segment);
    DenseFields.Scorer scorer = scope.dense().find(field).scorer(query);
    return scorer.has(segment, document) ? scorer.score(segment, document) : null;
  }

  private List<Scored> fuse(RankingNode.Fuse node, List<List<Scored>> inputs) {
    Set<Integer> positions = new HashSet<>();
    inputs.forEach(list -> list.forEach(each -> positions.add(each.position)));
    List<Map<Integer, Double>> parts = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      double weight = node.weighted().get(i).weight();
      Map<Integer, Double> part = new HashMap<>();
      List<Double> normalized = normalized(node.method(), inputs.get(i));
      for (int rank = 1; rank <= inputs.get(i).size(); rank++) {
        double score =
            switch (node.method()) {
              case FusionMethod.ReciprocalRank(int constant) -> weight / (double) (constant + rank);
              case FusionMethod.Linear _ -> weight * normalized.get(rank - 1);
            };
        part.put(inputs.get(i).get(rank - 1).position, score);
      }
      if (node.method() instanceof FusionMethod.Linear(_, double missing)) {
        positions.forEach(position -> part.putIfAbsent(position, weight * missing));
      }
      parts.add(part);
    }
    return positions.stream()
        .map(
            position -> {
              double sum = 0;
              for (Map<Integer, Double> part : parts) {
                sum += part.getOrDefault(position, 0.0);
              }
              return new Scored(position, sum);
            })
        .toList();
  }

  static List<Double> normalized(FusionMethod method, List<Scored> list) {
    List<Double> scores = list.stream().map(Scored::score).toList();
    if (!(method instanceof FusionMethod.Linear(FusionMethod.Normalization how, _))
        || scores.isEmpty()) {
      return scores;
    }
    double sum = 0;
    for (double score : scores) {
      sum += score;
    }
    double mean = sum / scores.size();
    double squares = 0;
    for (double score : scores) {
      squares += (score - mean) * (score - mean);
    }
    double deviation = Math.sqrt(squares / scores.size());
    double largest = scores.getFirst();
    double least = scores.getLast();
    boolean equal = largest == least;
    return scores.stream()
        .map(
            score ->
                switch (how) {
                  case NONE -> score;
                  case MIN_MAX -> equal ? 1 : (score - least) / (largest - least);
                  case Z_SCORE -> equal ? 0 : (score - mean) / deviation;
                  case DISTRIBUTION ->
                      equal ? 0.5 : (score - (mean - 3 * deviation)) / (6 * deviation);
                })
        .toList();
  }

  private List<Scored> compute(RankingNode.Compute node, List<Scored> input) {
    List<Scored> found = new ArrayList<>();
    for (Scored each : input) {
      double score = value(node.formula().root(), each, input, node.input());
      if (Math.abs(score) <= 1e30) {
        found.add(new Scored(each.position, score));
      } else if (node.undefinedScore() != null) {
        found.add(new Scored(each.position, node.undefinedScore()));
      }
    }
    return found;
  }

  private List<Scored> trees(RankingNode.Trees node, List<Scored> input) {
    FakeTrees model = (FakeTrees) scope.models().find(node.model());
    List<Formula> formulas =
        node.features().isEmpty()
            ? model.features().stream().map(RankingModels.Feature::formula).toList()
            : node.features();
    return byModel(
        node,
        node.reach(),
        input,
        each -> {
          float[] row = new float[formulas.size()];
          for (int i = 0; i < row.length; i++) {
            double value = value(formulas.get(i).root(), each, input, node.input());
            Double instead =
                node.features().isEmpty() ? model.features().get(i).undefined() : Double.valueOf(0);
            row[i] = (float) (Double.isFinite(value) ? value : instead);
          }
          return FakeTrees.score(row);
        });
  }

  private List<Scored> crossEncode(RankingNode.CrossEncode node, List<Scored> input) {
    String query = node.text().isEmpty() ? text : node.text();
    return byModel(
        node,
        node.reach(),
        input,
        each -> {
          String document = "";
          for (String field : node.fields()) {
            FieldValue value = fieldValue(field, each.position);
            if (value != null) {
              document += (document.isEmpty() ? "" : " ") + value.toText();
            }
          }
          return FakePairs.score(query, document);
        });
  }

  /** Scores each document by itself, and lets the others fall below the least. */
  private static List<Scored> byModel(
      RankingNode node, Reach reach, List<Scored> input, ToDoubleFunction<Scored> score) {
    int limit = node.frame().limit();
    List<Scored> scored = new ArrayList<>();
    List<Scored> others = new ArrayList<>();
    for (Scored each : input) {
      boolean isNear =
          input.size() <= limit || !(each.score < input.get(limit - 1).score - reach.margin());
      if (isNear && scored.size() < reach.ranks()) {
        scored.add(new Scored(each.position, score.applyAsDouble(each) + 0.0));
      } else {
        others.add(each);
      }
    }
    if (scored.isEmpty()) {
      return input;
    }
    double least = scored.stream().mapToDouble(Scored::score).min().getAsDouble();
    double last = least;
    Scored before = null;
    for (Scored each : others) {
      double fallen = least - 1 - (others.getFirst().score - each.score);
      // Rounding may neither make two scores equal nor reverse them.
      boolean equalsBefore = before != null && before.score == each.score;
      last = equalsBefore ? last : Math.min(fallen, Math.nextDown(last));
      before = each;
      scored.add(new Scored(each.position, last));
    }
    return scored;
  }

  private double terms(TermFeature feature, Scored each, RankingNode below) {
    TokenVector query = vector(firstQuery(below));
    int number = scope.positions().documentNumber(each.position);
    int segment = scope.positions().segment(number);
    Map<String, Double> vector =
        stored(scope.scope().segment(segment), number - scope.positions().base(segment));
    Map<String, Double> contributions = new LinkedHashMap<>();
    vector.forEach(
        (term, weight) -> {
          for (int i = 0; i < query.size(); i++) {
            if (query.token(i).equals(term)) {
              contributions.put(term, query.weight(i) * weight);
            }
          }
        });
    double sum = 0;
    for (double contribution : contributions.values()) {
      sum += contribution;
    }
    double weights = 0;
    for (double weight : vector.values()) {
      weights += weight;
    }
    return switch (feature) {
      case QUERY_TERMS -> query.size();
      case MATCHED_TERMS -> contributions.size();
      case MATCHED_SHARE -> query.size() == 0 ? 0 : contributions.size() / (double) query.size();
      case DOCUMENT_TERMS -> vector.size();
      case DOCUMENT_WEIGHT -> weights;
      case CONTRIBUTION_MAX -> contributions.values().stream().mapToDouble(x -> x).max().orElse(0);
      case CONTRIBUTION_SUM -> sum;
      case CONTRIBUTION_MEAN -> contributions.isEmpty() ? 0 : sum / contributions.size();
    };
  }

  static SparseQuery firstQuery(RankingNode node) {
    for (RankingNode input : node.inputs()) {
      SparseQuery found = firstQuery(input);
      if (found != null) {
        return found;
      }
    }
    return node instanceof RankingNode.Sparse sparse
        ? sparse.query()
        : node instanceof RankingNode.Feedback feedback ? feedback.query() : null;
  }

  static DenseTarget firstTarget(RankingNode node, String field) {
    for (RankingNode input : node.inputs()) {
      DenseTarget found = firstTarget(input, field);
      if (found != null) {
        return found;
      }
    }
    if (node instanceof RankingNode.Dense dense && dense.field().equals(field)) {
      return dense.target();
    }
    if (node instanceof RankingNode.DenseFeedback feedback && feedback.field().equals(field)) {
      return feedback.target();
    }
    return node instanceof RankingNode.Interpolate other && other.field().equals(field)
        ? other.target()
        : null;
  }

  private static double rank(List<Scored> list, Scored each, double missing) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i).position == each.position) {
        return i + 1;
      }
    }
    return missing;
  }

  private double value(Expression expression, Scored each, List<Scored> input, RankingNode below) {
    return switch (expression) {
      case Expression.Constant(double value) -> value;
      case Expression.Now() -> nowSeconds;
      case Expression.InputScore() -> each.score;
      case Expression.InputRank() -> rank(input, each, 0);
      case Expression.StageRank(String stage, double missing) ->
          rank(lists.get(stage), each, missing);
      case Expression.DenseScore(String field, double missing) -> {
        Double score = denseScore(field, firstTarget(below, field), each.position);
        yield score == null ? missing : score;
      }
      case Expression.OfTerms(TermFeature feature) -> terms(feature, each, below);
      case Expression.StageScore(String stage, double missing) ->
          lists.get(stage).stream()
              .filter(other -> other.position == each.position)
              .mapToDouble(Scored::score)
              .findFirst()
              .orElse(missing);
      case Expression.FieldNumber(String field, double missing) ->
          switch (fieldValue(field, each.position)) {
            case null -> missing;
            case FieldValue.Whole(long value) -> value;
            case FieldValue.Real(double value) -> value;
            case FieldValue.Flag(boolean value) -> value ? 1 : 0;
            case FieldValue.Moment(long micros) -> micros / 1e6;
            default -> throw new AssertionError(field);
          };
      case Expression.Matches(String field, String text) ->
          switch (fieldValue(field, each.position)) {
            case FieldValue.Text(String value) when value.equals(text) -> 1;
            case FieldValue.TextList(List<String> values) when values.contains(text) -> 1;
            case null, default -> 0;
          };
      case Expression.OfOne(Expression.Unary function, Expression part) -> {
        double x = value(part, each, input, below);
        yield switch (function) {
          case NEGATE -> -x;
          case ABS -> x < 0 ? -x : x;
          case LN -> Math.log(x);
          case EXP -> Math.exp(x);
          case SQRT -> Math.sqrt(x);
          case HOURS -> 3600 * x;
          case DAYS -> 24 * 3600 * x;
        };
      }
      case Expression.OfTwo(Expression.Binary function, Expression left, Expression right) -> {
        double x = value(left, each, input, below);
        double y = value(right, each, input, below);
        yield switch (function) {
          case ADD -> x + y;
          case SUBTRACT -> x - y;
          case MULTIPLY -> x * y;
          case DIVIDE -> x / y;
          case POW -> Math.pow(x, y);
          case MIN -> Math.min(x, y);
          case MAX -> Math.max(x, y);
          case SATURATION -> x < 0 || y <= 0 ? Double.NaN : x / (x + y);
          case EXP_DECAY -> Math.pow(0.5, Math.abs(x) / y);
          case GAUSS_DECAY -> Math.pow(0.5, (Math.abs(x) / y) * (Math.abs(x) / y));
          case LINEAR_DECAY -> Math.max(0, 1 - Math.abs(x) / y / 2);
        };
      }
    };
  }

  FieldValue fieldValue(String field, int position) {
    int number = scope.positions().documentNumber(position);
    int segment = scope.positions().segment(number);
    Column column = scope.columns().get(segment).find(field);
    int document = number - scope.positions().base(segment);
    return column == null ? null : column.fieldValue(document);
  }

  List<Scored> group(RankingNode.Group node, List<Scored> input) {
    Map<Object, List<Scored>> groups = new LinkedHashMap<>();
    for (Scored each : input) {
      FieldValue value = fieldValue(node.field(), each.position);
      groups.computeIfAbsent(value == null ? each : value, _ -> new ArrayList<>()).add(each);
    }
    return groups.values().stream()
        .map(
            members -> {
              Scored first = members.stream().min(Comparator.comparingInt(Scored::position)).get();
              List<Scored> counted =
                  members.stream()
                      .limit(node.bestCount() == 0 ? members.size() : node.bestCount())
                      .toList();
              double sum = 0;
              for (Scored member : counted) {
                sum += member.score;
              }
              return switch (node.score()) {
                case MAX -> members.getFirst();
                case FIRST -> first;
                case SUM -> new Scored(members.getFirst().position, sum);
                case MEAN -> new Scored(members.getFirst().position, sum / counted.size());
              };
            })
        .toList();
  }

  /** Adds up in the order that the fast one promises: by segment, and then by rank. */
  private TokenVector expanded(RankingNode.Feedback node, List<Scored> input) {
    TokenVector query = vector(node.query());
    List<Scored> best = input.stream().limit(node.documents()).toList();
    Map<String, Double> centroid = new TreeMap<>();
    for (int segment = 0; segment < scope.scope().size(); segment++) {
      Map<String, Double> ofSegment = new TreeMap<>();
      for (Scored each : best) {
        int number = scope.positions().documentNumber(each.position);
        if (scope.positions().segment(number) == segment) {
          Map<String, Double> vector =
              stored(scope.scope().segment(segment), number - scope.positions().base(segment));
          double squares = 0;
          for (double weight : vector.values()) {
            squares += weight * weight;
          }
          double length = Math.sqrt(squares);
          vector.forEach((term, weight) -> ofSegment.merge(term, weight / length, Double::sum));
        }
      }
      ofSegment.forEach((term, weight) -> centroid.merge(term, weight, Double::sum));
    }
    double squares = 0;
    for (int i = 0; i < query.size(); i++) {
      squares += (double) query.weight(i) * query.weight(i);
    }
    double length = Math.sqrt(squares);
    Map<String, Float> expanded = new TreeMap<>();
    for (int i = 0; i < query.size(); i++) {
      Double sum = centroid.remove(query.token(i));
      double added = sum == null ? 0 : node.documentWeight() * length * sum / best.size();
      expanded.put(query.token(i), (float) (node.queryWeight() * query.weight(i) + added));
    }
    centroid.entrySet().stream()
        .sorted(
            Map.Entry.<String, Double>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(node.terms())
        .forEach(
            term ->
                expanded.put(
                    term.getKey(),
                    (float) (node.documentWeight() * length * term.getValue() / best.size())));
    return TokenVector.of(expanded);
  }

  static Map<String, Double> stored(SearchableSegment segment, int document) {
    SearchableSegment.RecordReader records = segment.records();
    // In the order of term numbers, in which the length is added up.
    Map<String, Double> vector = new LinkedHashMap<>();
    records.moveTo(document);
    while (records.next()) {
      vector.put(
          segment.termName(records.termNumber()),
          (double) records.scale() * records.fineImpact() / ResidualLayout.STEPS);
    }
    return vector;
  }
}
