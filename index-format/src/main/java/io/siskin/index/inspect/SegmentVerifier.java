package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StatisticsLayout;
import io.siskin.index.segment.BlockMaxIndex;
import io.siskin.index.segment.ClusteredIndex;
import io.siskin.index.segment.DocumentPositions;
import io.siskin.index.segment.DocumentStore;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.ImpactOrderedIndex;
import io.siskin.index.segment.ResidualIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.TermDictionary;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The deep verification of a segment. It reads the whole segment and computes again all facts that
 * are stored more than once or follow from other facts. Checksums find damage that happened after
 * writing. The deep verification finds mistakes of the program that wrote the files.
 *
 * <p>It checks these facts:
 *
 * <ul>
 *   <li>Term and document names lead back to their numbers.
 *   <li>Terms are in the order that the format demands.
 *   <li>Document frequencies and statistics agree with the postings.
 *   <li>Records are well formed, and stored fields can be unpacked.
 *   <li>Block-max lists hold exactly the postings of the forward index, and each maximum is an
 *       upper bound of what it covers.
 *   <li>Clustered lists hold only postings of the forward index, and their summaries agree with
 *       their posting blocks.
 *   <li>Impact-ordered lists hold only postings of the forward index, with the right impacts, order
 *       and counts.
 *   <li>The stored largest error is the largest error of the residuals.
 *   <li>Positions ascend, lengths add up to the total, and frequencies fit the lengths.
 *   <li>The texts of each column ascend, and both ways between documents and texts agree.
 *   <li>Dense vectors hold finite numbers and have the stored largest norm.
 *   <li>Graphs of neighbours are well formed, and their entry rows lead to every row.
 * </ul>
 *
 * <p>The time grows with the number of postings, and the memory with the number of terms.
 */
public final class SegmentVerifier {
  private final Segment segment;
  private final Findings findings = new Findings();

  private SegmentVerifier(Segment segment) {
    this.segment = segment;
  }

  /**
   * The result of a verification.
   *
   * @param findings the first thousand facts that contradict another fact
   * @param findingCount the number of all such facts
   * @param factCount the number of facts that were compared. It is never 0
   */
  public record Report(List<Finding> findings, long findingCount, long factCount) {
    /** Returns whether no fact contradicts another. */
    public boolean isClean() {
      return findingCount == 0;
    }
  }

  /**
   * Verifies a segment.
   *
   * @param segment the segment. The caller must hold a reference to it during the call
   */
  public static Report verify(Segment segment) {
    SegmentVerifier verifier = new SegmentVerifier(segment);
    verifier.terms();
    verifier.documents();
    verifier.forward();
    BlockMaxIndex blockMax = segment.blockMax();
    if (blockMax != null) {
      new BlockMaxVerifier(segment, blockMax, verifier.findings).verify();
    }
    ClusteredIndex clusters = segment.clusters();
    if (clusters != null) {
      new ClusterVerifier(segment, clusters, verifier.findings).verify();
    }
    ImpactOrderedIndex impacts = segment.impacts();
    if (impacts != null) {
      new ImpactVerifier(segment, impacts, verifier.findings).verify();
    }
    ForwardIndex forward = segment.forward();
    ResidualIndex residuals = segment.residuals();
    if (forward != null && residuals != null) {
      new ResidualVerifier(forward, residuals, verifier.findings).verify();
    }
    DocumentPositions positions = segment.positions();
    if (positions != null) {
      new OriginVerifier(segment, positions, verifier.findings).verify();
    }
    ColumnVerifier.verify(segment, verifier.findings);
    DenseVerifier.verify(segment, verifier.findings);
    GraphVerifier.verify(segment, verifier.findings);
    return verifier.findings.report();
  }

  private void terms() {
    TermDictionary terms = segment.terms();
    String last = "";
    for (int number = 0; number < terms.size(); number++) {
      int term = number;
      String name;
      try {
        name = terms.name(number);
      } catch (IndexOutOfBoundsException broken) {
        findings.broken(FileKind.TERMS, "name of term " + number, broken);
        continue;
      }
      findings.expectEqual(
          FileKind.TERMS, () -> "term " + term + ", number by its name", number, find(terms, name));
      int frequency = terms.documentFrequency(number);
      findings.expect(
          frequency >= 1 && frequency <= segment.statistics().documentCount(),
          FileKind.TERMS,
          () -> "term " + term + ", document frequency",
          "1 to the number of documents",
          frequency);
      if (number > 0) {
        int before = terms.documentFrequency(number - 1);
        findings.expect(
            before > frequency || (before == frequency && compare(terms, last, name) < 0),
            FileKind.TERMS,
            () -> "term " + term + ", order",
            "by descending document frequency, then by name",
            before + " " + last + " before " + frequency + " " + name);
      }
      last = name;
    }
  }

  private static int find(TermDictionary terms, String name) {
    return terms.hasTokens()
        ? terms.numberOfToken(name)
        : terms.numberOfTermId(Integer.parseUnsignedInt(name));
  }

  private static int compare(TermDictionary terms, String left, String right) {
    return terms.hasTokens()
        ? Arrays.compareUnsigned(
            left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8))
        : Long.compare(Long.parseLong(left), Long.parseLong(right));
  }

  private void documents() {
    DocumentStore documents = segment.documents();
    findings.expectEqual(
        FileKind.DOCUMENTS,
        () -> "documents",
        segment.statistics().documentCount(),
        documents.documentCount());
    try (DocumentStore.FieldReader fields = documents.openFields()) {
      for (int number = 0; number < documents.documentCount(); number++) {
        int document = number;
        try {
          String id = documents.externalId(number);
          findings.expectEqual(
              FileKind.DOCUMENTS,
              () -> "document " + document + ", number by its id",
              number,
              documents.documentNumber(id));
          int length = id.getBytes(StandardCharsets.UTF_8).length;
          findings.expect(
              length >= 1 && length <= FormatV1.EXTERNAL_ID_LENGTH_MAX,
              FileKind.DOCUMENTS,
              () -> "document " + document + ", length of its id",
              "1 to " + FormatV1.EXTERNAL_ID_LENGTH_MAX,
              length);
          fields.fields(number, name -> true);
        } catch (UncheckedIOException | IndexOutOfBoundsException broken) {
          findings.broken(FileKind.DOCUMENTS, "document " + number, broken);
        }
      }
    }
  }

  private void forward() {
    ForwardIndex forward = segment.forward();
    if (forward == null) {
      return;
    }
    int termCount = segment.statistics().termCount();
    int[] frequencies = new int[termCount];
    long postings = 0;
    int empty = 0;
    float globalScale = 0;
    ForwardIndex.Cursor cursor = forward.cursor();
    for (int number = 0; number < forward.documentCount(); number++) {
      int document = number;
      try {
        postings += checkRecord(cursor, document, frequencies);
      } catch (IndexOutOfBoundsException broken) {
        findings.broken(FileKind.FORWARD, "document " + document, broken);
        continue;
      }
      if (cursor.size() == 0) {
        empty++;
        findings.expect(
            cursor.scale() == 1 || isGlobal(),
            FileKind.FORWARD,
            () -> "document " + document + ", scale of an empty document",
            1,
            cursor.scale());
      }
      if (isGlobal() && number == 0) {
        globalScale = cursor.scale();
      }
      findings.expect(
          !isGlobal() || cursor.scale() == globalScale,
          FileKind.FORWARD,
          () -> "document " + document + ", scale",
          "one scale for all documents: " + globalScale,
          cursor.scale());
    }
    findings.expectEqual(
        FileKind.META, () -> "postings", postings, segment.statistics().postingCount());
    findings.expectEqual(
        FileKind.META, () -> "empty documents", empty, segment.statistics().emptyDocumentCount());
    for (int number = 0; number < termCount; number++) {
      int term = number;
      findings.expectEqual(
          FileKind.TERMS,
          () -> "term " + term + ", document frequency",
          frequencies[number],
          segment.terms().documentFrequency(number));
    }
  }

  private boolean isGlobal() {
    return segment.statistics().quantization() == StatisticsLayout.QUANTIZATION_GLOBAL;
  }

  /** Returns the number of the document's postings. */
  private int checkRecord(ForwardIndex.Cursor cursor, int document, int[] frequencies) {
    cursor.moveTo(document);
    findings.expect(
        cursor.size() <= FormatV1.DOCUMENT_TERM_COUNT_MAX,
        FileKind.FORWARD,
        () -> "document " + document + ", postings",
        "at most " + FormatV1.DOCUMENT_TERM_COUNT_MAX,
        cursor.size());
    int last = -1;
    while (cursor.next()) {
      int term = cursor.termNumber();
      int before = last;
      findings.expect(
          term > last && term < frequencies.length,
          FileKind.FORWARD,
          () -> "document " + document + ", term numbers",
          "ascending from " + (before + 1) + " to " + (frequencies.length - 1),
          term);
      findings.expect(
          cursor.impact() >= 1,
          FileKind.FORWARD,
          () -> "document " + document + ", impact of term " + term,
          "1 to " + FormatV1.IMPACT_MAX,
          cursor.impact());
      if (term >= 0 && term < frequencies.length) {
        frequencies[term]++;
      }
      last = term;
    }
    return cursor.size();
  }
}
