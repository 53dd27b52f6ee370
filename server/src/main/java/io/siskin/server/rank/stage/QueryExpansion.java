package io.siskin.server.rank.stage;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.rank.list.Places;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageReport;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.search.SearchableSegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Expands a query with terms of documents (Rocchio, "Relevance Feedback in Information Retrieval",
 * 1971). The documents are taken to be relevant; there is no part for others.
 *
 * <p>The new query is {@code |q| × (queryWeight × q / |q| + documentWeight × mean of d / |d|)},
 * with the terms of the query and the heaviest others of the documents. Each document has its
 * stored weights, and its length is that of its whole vector. Pure functions.
 */
public final class QueryExpansion {
  private static final Comparator<Map.Entry<String, double[]>> HEAVIEST_FIRST =
      Comparator.comparingDouble((Map.Entry<String, double[]> each) -> -each.getValue()[0])
          .thenComparing(Map.Entry::getKey);

  private QueryExpansion() {}

  /**
   * An expanded query.
   *
   * @param vector the query
   * @param terms its terms, heaviest first
   */
  public record Expanded(SparseVector vector, List<StageReport.Term> terms) {}

  /**
   * Expands a query.
   *
   * @param node the weights, and how many documents and terms count
   * @param query the query
   * @param best the list whose best documents count
   * @param scope has the documents
   * @throws InvalidInputException when a segment keeps no weights of documents
   */
  public static Expanded expand(
      RankingNode.Feedback node, SparseVector query, Ranked best, RankedScope scope) {
    int count = Math.min(node.documents(), best.size());
    Map<String, double[]> centroid = centroid(best, count, scope);
    boolean hasTokens = query instanceof TokenVector;
    double length = length(query);
    Map<String, float[]> weights = new HashMap<>();
    for (int i = 0; i < query.size(); i++) {
      String name = name(query, i);
      double[] sum = centroid.remove(name);
      double own = node.queryWeight() * query.weight(i);
      double added = sum == null ? 0 : node.documentWeight() * length * sum[0] / count;
      weights.put(name, new float[] {(float) (own + added), (float) added});
    }
    int room = Math.min(node.terms(), QuantizedQuery.TERM_COUNT_MAX - query.size());
    centroid.entrySet().stream()
        .sorted(HEAVIEST_FIRST)
        .limit(Math.max(0, room))
        .forEach(
            each -> {
              float added = (float) (node.documentWeight() * length * each.getValue()[0] / count);
              weights.put(each.getKey(), new float[] {added, added});
            });
    return expanded(weights, hasTokens);
  }

  private static Expanded expanded(Map<String, float[]> weights, boolean hasTokens) {
    List<StageReport.Term> terms = new ArrayList<>(weights.size());
    weights.forEach(
        (name, weight) -> {
          if (weight[0] > 0) {
            terms.add(new StageReport.Term(name, weight[0], weight[1]));
          }
        });
    terms.sort(
        Comparator.comparingDouble((StageReport.Term term) -> -term.weight())
            .thenComparing(StageReport.Term::name));
    float[] values = new float[terms.size()];
    String[] names = new String[values.length];
    for (int i = 0; i < values.length; i++) {
      names[i] = terms.get(i).name();
      values[i] = Math.min(terms.get(i).weight(), SparseVector.WEIGHT_MAX);
    }
    SparseVector vector =
        hasTokens
            ? TokenVector.of(names, values)
            : TermIdVector.of(
                Arrays.stream(names).mapToInt(Integer::parseUnsignedInt).toArray(), values);
    return new Expanded(vector, terms);
  }

  /** Adds the documents up, each divided by its length. The value is an array of one sum. */
  private static Map<String, double[]> centroid(Ranked best, int count, RankedScope scope) {
    Map<String, double[]> sums = new HashMap<>();
    Places places = Places.ofBest(best, count, scope.positions());
    for (int segment = 0; segment < scope.scope().size(); segment++) {
      TermSums ofSegment = new TermSums();
      for (int rank = 0; rank < count; rank++) {
        if (places.segments()[rank] == segment) {
          ofSegment.add(scope.scope().segment(segment), places.documents()[rank]);
        }
      }
      ofSegment.drainTo(scope.scope().segment(segment), sums);
    }
    return sums;
  }

  private static String name(SparseVector vector, int index) {
    return switch (vector) {
      case TokenVector tokens -> tokens.token(index);
      case TermIdVector ids -> Integer.toUnsignedString(ids.termId(index));
    };
  }

  private static double length(SparseVector vector) {
    double squares = 0;
    for (int i = 0; i < vector.size(); i++) {
      squares += (double) vector.weight(i) * vector.weight(i);
    }
    return Math.sqrt(squares);
  }

  /** The weights of some documents of one segment, by the number of the term. */
  private static final class TermSums {
    private int[] terms = new int[256];
    private double[] weights = new double[256];
    private int count;

    void add(SearchableSegment segment, int document) {
      SearchableSegment.RecordReader records = segment.records();
      if (records == null) {
        throw new InvalidInputException(
            "feedback", "set", "none, since the collection was built without a forward index");
      }
      records.moveTo(document);
      int from = count;
      double squares = 0;
      while (records.next()) {
        if (count == terms.length) {
          terms = Arrays.copyOf(terms, 2 * count);
          weights = Arrays.copyOf(weights, 2 * count);
        }
        double weight = (double) records.scale() * records.fineImpact() / ResidualLayout.STEPS;
        terms[count] = records.termNumber();
        weights[count++] = weight;
        squares += weight * weight;
      }
      double length = Math.sqrt(squares);
      for (int i = from; i < count; i++) {
        weights[i] /= length;
      }
    }

    /** Adds the weights of each term in the order of the documents, and then to what is there. */
    void drainTo(SearchableSegment segment, Map<String, double[]> sums) {
      long[] order = new long[count];
      for (int i = 0; i < count; i++) {
        order[i] = (long) terms[i] << Integer.SIZE | i;
      }
      Arrays.sort(order);
      for (int i = 0; i < count; ) {
        int term = (int) (order[i] >>> Integer.SIZE);
        double sum = 0;
        for (; i < count && (int) (order[i] >>> Integer.SIZE) == term; i++) {
          sum += weights[(int) order[i]];
        }
        sums.computeIfAbsent(segment.termName(term), _ -> new double[1])[0] += sum;
      }
    }
  }
}
