package io.siskin.index.build;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldValue;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.segment.DocumentPositions;
import io.siskin.index.segment.DocumentStore;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.FrequencyIndex;
import io.siskin.index.segment.IndexingOrder;
import io.siskin.index.segment.ResidualIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.TermDictionary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes one segment of the documents of several ones that are alive.
 *
 * <p>The documents keep their order of indexing. Their scales, impacts, residuals, frequencies,
 * lengths, positions, fields and dense vectors are taken over as they are, so every search gives
 * the scores that it gave before. Only numbers of documents and terms change. Posting lists are
 * built anew.
 *
 * <p>The merged segment is the one that a build from the same documents would have made, as far as
 * the documents were quantised by a rule that looks at one document at a time.
 */
public final class SegmentMerger {
  /** The new number of a document that was not taken over. */
  public static final int DROPPED = -1;

  private final SegmentBuilder builder;
  private final NumberedVector vector = new NumberedVector();

  private SegmentMerger(SegmentBuilder builder) {
    this.builder = builder;
  }

  /**
   * A segment to merge.
   *
   * @param segment the segment, with a forward index. The caller holds a reference to it during the
   *     merge
   * @param live the documents to take over; null for all
   */
  public record Input(Segment segment, @Nullable DocumentSet live) {
    /** Checks that the parts fit together. */
    public Input {
      if (segment.forward() == null) {
        throw new InvalidInputException(
            "segment " + segment.id(), "without a forward index", "a segment that has one");
      }
      int documents = segment.statistics().documentCount();
      if (live != null && live.documentCount() != documents) {
        throw new InvalidInputException(
            "live documents of segment " + segment.id(),
            "of " + live.documentCount() + " documents",
            "a set of " + documents + " documents");
      }
    }

    private boolean isLive(int document) {
      return live == null || live.contains(document);
    }
  }

  /**
   * What came of a merge.
   *
   * @param segment the new segment
   * @param newNumbers for each input, the new number of each of its documents, or {@link #DROPPED}.
   *     Deletes that came during the merge are carried over with it
   */
  public record Merged(BuiltSegment segment, List<int[]> newNumbers) {}

  /**
   * Merges segments.
   *
   * @param inputs the segments in the order of indexing. No two live documents have the same id
   * @param directory an existing, empty directory. It becomes the directory of the new segment
   * @param options which files are built, and by which rules the inputs were quantised. Frequencies
   *     and residuals that an input lacks are taken as 1 and 0
   * @param progress receives a call for each stage
   * @throws InvalidInputException if documents do not fit together: an id that two of them have,
   *     positions that do not ascend, tokens beside term ids, or declared or dense fields of
   *     different types
   */
  public static Merged merge(
      List<Input> inputs, Path directory, BuildOptions options, BuildProgress progress)
      throws IOException {
    try (SegmentBuilder builder = new SegmentBuilder(directory, options, progress)) {
      SegmentMerger merger = new SegmentMerger(builder);
      List<int[]> order = new ArrayList<>();
      for (Input input : inputs) {
        order.add(merger.add(input));
      }
      BuiltSegment built = builder.finish();
      int[] numbers = builder.documentNumbers();
      for (int[] newNumbers : order) {
        for (int document = 0; document < newNumbers.length; document++) {
          if (newNumbers[document] != DROPPED) {
            newNumbers[document] = numbers[newNumbers[document]];
          }
        }
      }
      return new Merged(built, order);
    }
  }

  /** Adds the live documents of a segment; returns by document as how many-th it was added. */
  private int[] add(Input input) throws IOException {
    Segment segment = input.segment();
    IndexingOrder order = segment.documents().indexingOrder();
    int[] added = new int[segment.statistics().documentCount()];
    Arrays.fill(added, DROPPED);
    try (DocumentStore.FieldReader fields = segment.documents().openFields()) {
      VectorReader vectors = new VectorReader(segment);
      for (int ordinal = 0; ordinal < added.length; ordinal++) {
        int document = order == null ? ordinal : order.documentNumber(ordinal);
        if (input.isLive(document)) {
          vectors.read(document);
          added[document] = builder.documentCount();
          Map<String, FieldValue> declared = segment.columns().values(document);
          builder.add(
              segment.documents().externalId(document),
              vector,
              fields.fields(document, name -> true),
              declared,
              position(segment.positions(), ordinal),
              segment.dense().values(document));
        }
      }
    }
    return added;
  }

  private long position(@Nullable DocumentPositions positions, int ordinal) {
    // Segments of version 1 have no positions. Their documents were written before all others.
    return positions == null ? Math.max(1, builder.nextPosition()) : positions.ofOrdinal(ordinal);
  }

  /** Reads the vectors of a segment and renumbers their terms. */
  private final class VectorReader {
    private static final int UNSEEN = -1;

    private final TermDictionary terms;
    private final ForwardIndex.Cursor cursor;
    private final @Nullable ResidualIndex residuals;
    private final @Nullable FrequencyIndex frequencies;
    private final @Nullable DocumentPositions lengths;
    private final int[] numbers;

    VectorReader(Segment segment) {
      ForwardIndex forward = segment.forward();
      if (forward == null) {
        throw new AssertionError("the input was checked");
      }
      this.cursor = forward.cursor();
      this.terms = segment.terms();
      this.residuals = segment.residuals();
      this.frequencies = segment.frequencies();
      this.lengths = segment.positions();
      this.numbers = new int[terms.size()];
      Arrays.fill(numbers, UNSEEN);
    }

    void read(int document) {
      cursor.moveTo(document);
      vector.reset(cursor.scale(), lengths == null ? effectiveLength() : lengths.length(document));
      cursor.moveTo(document);
      for (int posting = 0; cursor.next(); posting++) {
        vector.add(
            number(cursor.termNumber()),
            cursor.impact(),
            residuals == null ? 0 : residuals.residual(document, posting),
            frequencies == null ? 1 : frequencies.frequency(document, posting));
      }
    }

    /** Returns the sum of the stored weights: in version 1, nothing else is known. */
    private float effectiveLength() {
      long sum = 0;
      while (cursor.next()) {
        sum += cursor.impact();
      }
      return sum * cursor.scale();
    }

    private int number(int term) {
      int known = numbers[term];
      if (known != UNSEEN) {
        return known;
      }
      int number =
          terms.hasTokens()
              ? builder.termNumber(terms.name(term))
              : builder.termNumber(Integer.parseUnsignedInt(terms.name(term)));
      numbers[term] = number;
      return number;
    }
  }
}
