package io.siskin.server.ingest;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.corpus.SourceDocument;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The quality below which documents are left out: the quantile of all of them that the share to
 * drop asks for. One number a document is held until it is known.
 *
 * <p>Used by one thread: first every document is given to {@link #add}, then {@link #drops}
 * answers.
 */
final class QualityCut {
  private final String field;
  private final double dropShare;
  private double[] qualities = new double[1024];
  private int count;
  private double least = Double.NEGATIVE_INFINITY;

  QualityCut(String field, double dropShare) {
    this.field = field;
    this.dropShare = dropShare;
  }

  /** Takes a document's quality into account, if it has one that is a number. */
  void add(SourceDocument document) {
    double quality = parse(document.fields().get(field));
    if (Double.isFinite(quality)) {
      if (count == qualities.length) {
        qualities = Arrays.copyOf(qualities, 2 * count);
      }
      qualities[count++] = quality;
    }
  }

  /** Ends the counting: the quality of the first document that stays. */
  void settle() {
    Arrays.sort(qualities, 0, count);
    least = count == 0 ? least : qualities[(int) Math.min(count - 1, dropShare * count)];
    qualities = new double[0];
  }

  /**
   * Returns whether a document is left out.
   *
   * @throws InvalidInputException when the document has the field and it is no finite number
   */
  boolean drops(SourceDocument document) {
    String value = document.fields().get(field);
    if (value == null) {
      return false;
    }
    double quality = parse(value);
    if (!Double.isFinite(quality)) {
      throw new InvalidInputException(field, value, "a finite number, the document's quality")
          .at(document.place());
    }
    return quality < least;
  }

  private static double parse(@Nullable String value) {
    try {
      return value == null ? Double.NaN : Double.parseDouble(value);
    } catch (NumberFormatException _) {
      return Double.NaN;
    }
  }
}
