package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StatisticsLayout;
import io.siskin.index.segment.BlockMaxIndex;
import io.siskin.index.segment.ClusteredIndex;
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
 * The deep verification: reads a whole segment and derives anew whatever is stored more than once,
 * or could be computed. Checksums find damage that came after writing; this finds a writer's
 * mistakes.
 *
 * <p>It checks that term and document names lead back to their numbers; that terms stand in the
 * order of the format; that document frequencies and statistics are those of the postings; that
 * records are well formed; that stored fields unpack; that posting lists hold exactly the postings
 * of the forward index, and that each maximum is an upper bound of what it covers; that clustered
 * lists hold no other postings, and that their summaries are those of their posting blocks; that
 * impact-ordered lists hold no other postings, each with its impact and in its order, and that
 * their counts are right; that the largest error is the one that the residuals make. Time grows
 * with postings, memory with terms.
 */
public final class SegmentVerifier {
  private final Segment segment;
  private final Findings findings = new Findings();

  private SegmentVerifier(Segment segment) {
    this.segment = segment;
  }

  /**
   * What a verification found.
   *
   * @param findings the first thousand facts that do not agree
   * @param findingCount all of them
   * @param factCount how many facts were compared: never 0
   */
  public record Report(List<Finding> findings, long findingCount, long factCount) {
    /** Returns whether everything agrees. */
    public boolean isClean() {
      return findingCount == 0;
    }
  }

  /**
   * Verifies a segment.
   *
   * @param segment the caller holds a reference to it meanwhile
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
