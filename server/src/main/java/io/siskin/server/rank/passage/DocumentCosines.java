package io.siskin.server.rank.passage;

import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.server.rank.list.Places;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.search.DocumentPositions;
import io.siskin.server.search.SearchableSegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/**
 * The cosines between the documents of one list. Their vectors are read once. Used by one thread.
 *
 * <p>Sums of sparse vectors are added in the order of the names of terms, which depends on no
 * segment.
 */
sealed interface DocumentCosines {
  /**
   * Raises the largest similarity of each document that is left to its cosine with one that was
   * picked, where that is larger.
   *
   * @param picked the rank of the document that was picked
   * @param isPicked which ranks were picked; these are left as they are
   * @param largest the largest similarities, by rank
   */
  void raise(int picked, boolean[] isPicked, double[] largest);

  /**
   * Reads the vectors of a list.
   *
   * @param similarity which vectors
   * @param list the list
   * @param scope has the vectors
   */
  static DocumentCosines of(RankingNode.Similarity similarity, Ranked list, RankedScope scope) {
    return switch (similarity) {
      case RankingNode.Similarity.OfDense(String field) ->
          new Dense(Objects.requireNonNull(scope.dense().find(field)), list, scope.positions());
      case RankingNode.Similarity.OfSparse() -> new Sparse(list, scope);
    };
  }

  private static double cosine(double product, double length, double otherLength) {
    // A vector of zeros has no direction.
    return product > 0 ? product / (length * otherLength) : 0;
  }

  /** Cosines of dense vectors; of a document with several, their sum counts. */
  final class Dense implements DocumentCosines {
    private static final int LANES = 4;

    private final double[][] vectors;
    private final double[] lengths;

    Dense(DenseFields.Field field, Ranked list, DocumentPositions positions) {
      this.vectors = new double[list.size()][];
      this.lengths = new double[list.size()];
      Places places = Places.of(list, positions);
      for (int rank = 0; rank < vectors.length; rank++) {
        vectors[rank] = sum(field.vectors(places.segments()[rank], places.documents()[rank]));
        lengths[rank] = Math.sqrt(product(vectors[rank], vectors[rank]));
      }
    }

    private static double[] sum(List<float[]> vectors) {
      if (vectors.isEmpty()) {
        return new double[0];
      }
      double[] sum = new double[vectors.getFirst().length];
      for (float[] vector : vectors) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += vector[i];
        }
      }
      return sum;
    }

    /** Adds in four sums at once, so that no addition waits for the one before it. */
    private static double product(double[] left, double[] right) {
      int length = Math.min(left.length, right.length);
      double first = 0;
      double second = 0;
      double third = 0;
      double fourth = 0;
      int i = 0;
      for (; i <= length - LANES; i += LANES) {
        first += left[i] * right[i];
        second += left[i + 1] * right[i + 1];
        third += left[i + 2] * right[i + 2];
        fourth += left[i + 3] * right[i + 3];
      }
      for (; i < length; i++) {
        first += left[i] * right[i];
      }
      return (first + second) + (third + fourth);
    }

    @Override
    public void raise(int picked, boolean[] isPicked, double[] largest) {
      for (int rank = 0; rank < largest.length; rank++) {
        if (!isPicked[rank]) {
          double product = product(vectors[picked], vectors[rank]);
          largest[rank] = Math.max(largest[rank], cosine(product, lengths[picked], lengths[rank]));
        }
      }
    }
  }

  /** Cosines of stored sparse vectors. */
  final class Sparse implements DocumentCosines {
    /** By document: the numbers of its terms, ascending. They count the names of all terms. */
    private final int[][] terms;

    private final double[][] weights;
    private final double[] lengths;

    /** By term: its weight in the document that was picked; 0 between two picks. */
    private final double[] ofPicked;

    Sparse(Ranked list, RankedScope scope) {
      this.terms = new int[list.size()][];
      this.weights = new double[list.size()][];
      this.lengths = new double[list.size()];
      Places places = Places.of(list, scope.positions());
      int[] segments = places.segments();
      for (int rank = 0; rank < segments.length; rank++) {
        read(scope.scope().segment(segments[rank]), places.documents()[rank], rank);
      }
      ofPicked = new double[renumber(segments, scope)];
      for (int rank = 0; rank < segments.length; rank++) {
        double squares = 0;
        for (double weight : weights[rank]) {
          squares += weight * weight;
        }
        lengths[rank] = Math.sqrt(squares);
      }
    }

    private void read(SearchableSegment segment, int document, int rank) {
      SearchableSegment.RecordReader records = Objects.requireNonNull(segment.records());
      int[] numbers = new int[64];
      double[] values = new double[64];
      int count = 0;
      records.moveTo(document);
      while (records.next()) {
        if (count == numbers.length) {
          numbers = Arrays.copyOf(numbers, 2 * count);
          values = Arrays.copyOf(values, 2 * count);
        }
        numbers[count] = records.termNumber();
        values[count++] = (double) records.scale() * records.fineImpact() / ResidualLayout.STEPS;
      }
      terms[rank] = Arrays.copyOf(numbers, count);
      weights[rank] = Arrays.copyOf(values, count);
    }

    /**
     * Replaces the numbers of segments by numbers that are the same in all segments.
     *
     * @return how many different terms there are
     */
    private int renumber(int[] segments, RankedScope scope) {
      int[][] used = new int[scope.scope().size()][];
      String[][] names = new String[used.length][];
      TreeSet<String> all = new TreeSet<>();
      for (int segment = 0; segment < used.length; segment++) {
        used[segment] = usedTerms(segments, segment);
        names[segment] = new String[used[segment].length];
        for (int i = 0; i < used[segment].length; i++) {
          names[segment][i] = scope.scope().segment(segment).termName(used[segment][i]);
          all.add(names[segment][i]);
        }
      }
      String[] ordered = all.toArray(String[]::new);
      int[][] numbers = new int[used.length][];
      for (int segment = 0; segment < used.length; segment++) {
        numbers[segment] = new int[names[segment].length];
        for (int i = 0; i < names[segment].length; i++) {
          numbers[segment][i] = Arrays.binarySearch(ordered, names[segment][i]);
        }
      }
      for (int rank = 0; rank < terms.length; rank++) {
        int segment = segments[rank];
        long[] order = new long[terms[rank].length];
        for (int i = 0; i < order.length; i++) {
          int number = numbers[segment][Arrays.binarySearch(used[segment], terms[rank][i])];
          order[i] = (long) number << Integer.SIZE | i;
        }
        Arrays.sort(order);
        double[] values = weights[rank].clone();
        for (int i = 0; i < order.length; i++) {
          terms[rank][i] = (int) (order[i] >>> Integer.SIZE);
          weights[rank][i] = values[(int) order[i]];
        }
      }
      return ordered.length;
    }

    private int[] usedTerms(int[] segments, int segment) {
      int count = 0;
      for (int rank = 0; rank < segments.length; rank++) {
        count += segments[rank] == segment ? terms[rank].length : 0;
      }
      int[] used = new int[count];
      int at = 0;
      for (int rank = 0; rank < segments.length; rank++) {
        if (segments[rank] == segment) {
          System.arraycopy(terms[rank], 0, used, at, terms[rank].length);
          at += terms[rank].length;
        }
      }
      return Arrays.stream(used).sorted().distinct().toArray();
    }

    /**
     * Adds up over the terms of a document. A term that the picked one lacks adds 0, which changes
     * no sum of weights that are not negative. So there is no branch that depends on the terms.
     */
    private double productWithPicked(int rank) {
      int[] own = terms[rank];
      double[] values = weights[rank];
      double sum = 0;
      for (int i = 0; i < own.length; i++) {
        sum += ofPicked[own[i]] * values[i];
      }
      return sum;
    }

    @Override
    public void raise(int picked, boolean[] isPicked, double[] largest) {
      for (int i = 0; i < terms[picked].length; i++) {
        ofPicked[terms[picked][i]] = weights[picked][i];
      }
      for (int rank = 0; rank < largest.length; rank++) {
        if (!isPicked[rank]) {
          double cosine = cosine(productWithPicked(rank), lengths[picked], lengths[rank]);
          largest[rank] = Math.max(largest[rank], cosine);
        }
      }
      for (int term : terms[picked]) {
        ofPicked[term] = 0;
      }
    }
  }
}
