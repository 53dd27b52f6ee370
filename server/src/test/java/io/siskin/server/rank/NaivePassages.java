package io.siskin.server.rank;

import io.siskin.index.document.FieldValue;
import io.siskin.server.rank.NaiveTree.Scored;
import io.siskin.server.rank.passage.AnswerSpan;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.FusionMethod;
import io.siskin.server.rank.tree.GroupScore;
import io.siskin.server.rank.tree.RankingNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The slow twin of {@link PassageStages}: maps, no arrays, and everything computed again. */
final class NaivePassages {
  private final RankedScope scope;
  private final NaiveTree tree;
  private final Map<RankingNode.Similarity, Map<List<Integer>, Double>> cosines = new HashMap<>();

  NaivePassages(RankedScope scope, NaiveTree tree) {
    this.scope = scope;
    this.tree = tree;
  }

  List<Scored> all(RankingNode.PassageNode node, List<List<Scored>> inputs) {
    List<Scored> input = inputs.getFirst();
    return switch (node) {
      case RankingNode.Context context -> context(context, inputs);
      case RankingNode.Diversify diversify -> diversify(diversify, input);
      case RankingNode.Cap cap -> cap(cap, input);
      case RankingNode.DenseFeedback feedback -> feedback(feedback, input);
      case RankingNode.Answers answers -> answers(answers, input);
    };
  }

  private static List<Double> normalized(FusionMethod.Normalization how, List<Scored> list) {
    return NaiveTree.normalized(new FusionMethod.Linear(how, 0), list);
  }

  private List<Scored> context(RankingNode.Context node, List<List<Scored>> inputs) {
    List<Scored> passages = inputs.getFirst();
    List<Double> own = normalized(node.normalization(), passages);
    Map<Object, Double> documents = new HashMap<>();
    double missing = Double.NaN;
    switch (node.source()) {
      case RankingNode.ContextSource.OfGroup(GroupScore score) -> {
        List<Scored> groups =
            new ArrayList<>(
                tree.group(
                    new RankingNode.Group(
                        node.frame(), node.input(), node.field(), score, 0, 0, List.of()),
                    passages));
        // By their best documents, which also decide between equal scores.
        groups.replaceAll(group -> new Scored(best(group, node, passages), group.score()));
        groups.sort(NaiveTree.BEST_FIRST);
        List<Double> scores = normalized(node.normalization(), groups);
        for (int i = 0; i < groups.size(); i++) {
          documents.put(name(node.field(), groups.get(i).position()), scores.get(i));
        }
      }
      case RankingNode.ContextSource.OfList list -> {
        List<Double> scores = normalized(node.normalization(), inputs.getLast());
        for (int i = scores.size() - 1; i >= 0; i--) {
          FieldValue value =
              tree.fieldValue(list.documentField(), inputs.getLast().get(i).position());
          if (value != null) {
            documents.put(value, scores.get(i));
          }
        }
        missing = list.missingScore();
      }
    }
    List<Scored> mixed = new ArrayList<>();
    for (int i = 0; i < passages.size(); i++) {
      int position = passages.get(i).position();
      boolean isLeftOut =
          node.source() instanceof RankingNode.ContextSource.OfList
              && tree.fieldValue(node.field(), position) == null;
      if (!isLeftOut) {
        double document = documents.getOrDefault(name(node.field(), position), missing);
        mixed.add(
            new Scored(position, (1 - node.weight()) * own.get(i) + node.weight() * document));
      }
    }
    return mixed;
  }

  private int best(Scored group, RankingNode.Context node, List<Scored> passages) {
    Object name = name(node.field(), group.position());
    return passages.stream()
        .filter(each -> name.equals(name(node.field(), each.position())))
        .findFirst()
        .orElseThrow()
        .position();
  }

  /** Returns the value of a document, or its position if it has none. */
  private Object name(String field, int position) {
    FieldValue value = tree.fieldValue(field, position);
    return value == null ? position : value;
  }

  private List<Scored> diversify(RankingNode.Diversify node, List<Scored> input) {
    List<Double> relevance = normalized(node.normalization(), input);
    Map<Scored, Double> left = new LinkedHashMap<>();
    for (int i = 0; i < input.size(); i++) {
      left.put(input.get(i), relevance.get(i));
    }
    List<Scored> picked = new ArrayList<>();
    while (!left.isEmpty() && picked.size() < node.frame().limit()) {
      Scored best =
          left.entrySet().stream()
              .map(
                  each ->
                      new Scored(
                          each.getKey().position(),
                          node.lambda() * each.getValue()
                              - (1 - node.lambda())
                                  * picked.stream()
                                      .mapToDouble(
                                          other ->
                                              cosine(
                                                  node.similarity(),
                                                  each.getKey().position(),
                                                  other.position()))
                                      .reduce(0, Math::max)))
              .min(NaiveTree.BEST_FIRST)
              .orElseThrow();
      picked.add(best);
      left.keySet().removeIf(each -> each.position() == best.position());
    }
    return picked;
  }

  private double cosine(RankingNode.Similarity similarity, int position, int other) {
    // They are asked for again and again.
    return cosines
        .computeIfAbsent(similarity, _ -> new HashMap<>())
        .computeIfAbsent(List.of(position, other), _ -> newCosine(similarity, position, other));
  }

  private double newCosine(RankingNode.Similarity similarity, int position, int other) {
    SortedMap<String, Double> left = vector(similarity, position);
    SortedMap<String, Double> right = vector(similarity, other);
    double product = product(left, right);
    return product <= 0
        ? 0
        : product / (Math.sqrt(product(left, left)) * Math.sqrt(product(right, right)));
  }

  private static double product(SortedMap<String, Double> left, SortedMap<String, Double> right) {
    double sum = 0;
    for (Map.Entry<String, Double> each : left.entrySet()) {
      if (right.containsKey(each.getKey())) {
        sum += each.getValue() * right.get(each.getKey());
      }
    }
    return sum;
  }

  private SortedMap<String, Double> vector(RankingNode.Similarity similarity, int position) {
    int number = scope.positions().documentNumber(position);
    int segment = scope.positions().segment(number);
    int document = number - scope.positions().base(segment);
    return switch (similarity) {
      case RankingNode.Similarity.OfSparse() ->
          new TreeMap<>(NaiveTree.stored(scope.scope().segment(segment), document));
      case RankingNode.Similarity.OfDense(String field) -> {
        TreeMap<String, Double> sum = new TreeMap<>();
        for (float[] vector : scope.dense().find(field).vectors(segment, document)) {
          for (int i = 0; i < vector.length; i++) {
            sum.merge("d" + i, (double) vector[i], Double::sum);
          }
        }
        yield sum;
      }
    };
  }

  private List<Scored> cap(RankingNode.Cap node, List<Scored> input) {
    Map<Object, Integer> seen = new HashMap<>();
    return input.stream()
        .filter(
            each ->
                seen.merge(name(node.field(), each.position()), 1, Integer::sum) <= node.count())
        .toList();
  }

  private List<Scored> feedback(RankingNode.DenseFeedback node, List<Scored> input) {
    DenseVector own = tree.vector(node.field(), node.target());
    List<float[]> nearest = new ArrayList<>();
    for (Scored each : input.stream().limit(node.documents()).toList()) {
      List<float[]> vectors = vectors(node.field(), each.position());
      vectors.stream()
          .max(Comparator.comparingDouble(vector -> product(own, vector)))
          .map(
              best ->
                  vectors.stream()
                      .filter(vector -> product(own, vector) == product(own, best))
                      .findFirst()
                      .orElseThrow())
          .ifPresent(nearest::add);
    }
    float[] query = own.toArray();
    boolean hasDirection = false;
    for (int i = 0; i < query.length; i++) {
      double sum = 0;
      for (float[] vector : nearest) {
        sum += vector[i];
      }
      double added = nearest.isEmpty() ? 0 : node.documentWeight() * sum / nearest.size();
      query[i] = (float) (node.queryWeight() * query[i] + added);
      hasDirection |= query[i] != 0;
    }
    return hasDirection
        ? tree.dense(
            new RankingNode.Dense(
                node.frame(), node.field(), new DenseTarget.Vector(new DenseVector(query))))
        : List.of();
  }

  private List<float[]> vectors(String field, int position) {
    int number = scope.positions().documentNumber(position);
    int segment = scope.positions().segment(number);
    return scope.dense().find(field).vectors(segment, number - scope.positions().base(segment));
  }

  private static double product(DenseVector query, float[] vector) {
    double sum = 0;
    for (int i = 0; i < vector.length; i++) {
      sum += (double) query.value(i) * vector[i];
    }
    return sum;
  }

  private List<Scored> answers(RankingNode.Answers node, List<Scored> input) {
    Map<Integer, List<AnswerSpan>> found = new LinkedHashMap<>();
    List<Scored> scored = new ArrayList<>();
    for (Scored each : input) {
      List<float[]> starts = vectors(node.startField(), each.position());
      List<float[]> ends = vectors(node.endField(), each.position());
      List<AnswerSpan> spans = new ArrayList<>();
      for (int start = 0; start < starts.size() && starts.size() == ends.size(); start++) {
        for (int end = start; end < ends.size(); end++) {
          if (end - start + 1 <= node.tokensMax()) {
            spans.add(
                new AnswerSpan(
                    start,
                    end,
                    starts.size(),
                    product(node.startVector(), starts.get(start))
                        + product(node.endVector(), ends.get(end)),
                    node.scoreWeight() * each.score()));
          }
        }
      }
      spans.sort(
          Comparator.comparingDouble((AnswerSpan span) -> -span.denseScore())
              .thenComparingInt(AnswerSpan::startToken)
              .thenComparingInt(AnswerSpan::endToken));
      List<AnswerSpan> apart = new ArrayList<>();
      Set<Integer> taken = new HashSet<>();
      for (AnswerSpan span : spans) {
        Set<Integer> tokens = new HashSet<>();
        for (int token = span.startToken(); token <= span.endToken(); token++) {
          tokens.add(token);
        }
        if (apart.size() < node.count() && tokens.stream().noneMatch(taken::contains)) {
          apart.add(span);
          taken.addAll(tokens);
        }
      }
      if (!apart.isEmpty()) {
        scored.add(new Scored(each.position(), apart.getFirst().score()));
        found.put(each.position(), apart);
      }
    }
    Set<Integer> kept = new HashSet<>();
    scored.stream()
        .sorted(NaiveTree.BEST_FIRST)
        .limit(node.frame().limit())
        .forEach(each -> kept.add(each.position()));
    found.keySet().retainAll(kept);
    tree.answers.put(node.frame().name(), found);
    return scored;
  }
}
