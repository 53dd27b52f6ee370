package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StatisticsLayout;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The counts of what a segment holds.
 *
 * @param documentCount the number of documents, including empty ones
 * @param termCount the number of distinct terms
 * @param postingCount the number of (document, term) pairs
 * @param emptyDocumentCount the number of documents without a term. They are stored and counted,
 *     but no search finds them
 * @param totalLength the sum of all given weights. With BM25 this is the number of tokens
 * @param vocabulary how terms are named
 * @param quantization 1 for one scale for all documents, 2 for one scale per document
 */
public record SegmentStatistics(
    int documentCount,
    int termCount,
    long postingCount,
    int emptyDocumentCount,
    double totalLength,
    Vocabulary vocabulary,
    int quantization) {
  /** How users name the terms of a segment. */
  public enum Vocabulary {
    /** The segment has no term. */
    NONE,
    /** Terms are named by token. */
    TOKEN,
    /** Terms are named by an unsigned 32-bit term id. */
    TERM_ID;

    /**
     * Returns how the terms of a document are named that has any.
     *
     * @param byToken whether they are tokens
     */
    public static Vocabulary of(boolean byToken) {
      return byToken ? TOKEN : TERM_ID;
    }

    /**
     * Checks that the terms of a vector are named in this way. A vector that names them otherwise
     * would match nothing.
     *
     * @param byToken whether the terms of the vector are tokens
     * @throws InvalidInputException when they are named otherwise; never for {@link #NONE}
     */
    public void check(boolean byToken) {
      if (this != NONE && this != of(byToken)) {
        throw new InvalidInputException(
            "vector",
            byToken ? "keyed by token" : "keyed by term id",
            byToken ? "term ids, as in the collection" : "tokens, as in the collection");
      }
    }
  }

  private static final ValueLayout.OfDouble F64 =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static SegmentStatistics read(MappedFile meta) throws CorruptSegmentException {
    Section section = meta.section(SectionKind.STATISTICS);
    section.requireEncoding(FormatV1.ENCODING_PLAIN);
    section.requireCount(1);
    section.requireLength(StatisticsLayout.LENGTH);
    long documents = section.bytes().get(FileLayout.U64, StatisticsLayout.DOCUMENT_COUNT_OFFSET);
    long terms = section.bytes().get(FileLayout.U64, StatisticsLayout.TERM_COUNT_OFFSET);
    long empty = section.bytes().get(FileLayout.U64, StatisticsLayout.EMPTY_DOCUMENT_COUNT_OFFSET);
    int vocabulary = section.bytes().get(FileLayout.U32, StatisticsLayout.VOCABULARY_OFFSET);
    section.require(
        documents >= 0 && documents <= FormatV1.DOCUMENT_COUNT_MAX,
        "0 to " + FormatV1.DOCUMENT_COUNT_MAX + " documents",
        documents);
    section.require(
        terms >= 0 && terms <= FormatV1.TERM_COUNT_MAX,
        "0 to " + FormatV1.TERM_COUNT_MAX + " terms",
        terms);
    section.require(
        empty >= 0 && empty <= documents, "0 to " + documents + " empty documents", empty);
    section.require(
        vocabulary >= 0 && vocabulary < Vocabulary.values().length,
        "a vocabulary kind of 0 to 2",
        vocabulary);
    section.require(
        terms == 0 || vocabulary != StatisticsLayout.VOCABULARY_NONE,
        "a vocabulary kind of 1 or 2 for " + terms + " terms",
        vocabulary);
    long postings = section.bytes().get(FileLayout.U64, StatisticsLayout.POSTING_COUNT_OFFSET);
    long least = Math.max(terms, documents - empty);
    section.require(postings >= least, "at least " + least + " postings", postings);
    double length = section.bytes().get(F64, StatisticsLayout.TOTAL_LENGTH_OFFSET);
    section.require(
        length >= 0 && length < Double.POSITIVE_INFINITY, "a finite total length", length);
    int quantization = section.bytes().get(FileLayout.U32, StatisticsLayout.QUANTIZATION_OFFSET);
    for (int at = StatisticsLayout.RESERVED_OFFSET; at < StatisticsLayout.LENGTH; at++) {
      byte reserved = section.bytes().get(FileLayout.U8, at);
      section.require(reserved == 0, "reserved bytes of zero", reserved);
    }
    section.require(
        quantization == StatisticsLayout.QUANTIZATION_GLOBAL
            || quantization == StatisticsLayout.QUANTIZATION_PER_DOCUMENT,
        "a quantisation scheme of 1 or 2",
        quantization);
    return new SegmentStatistics(
        (int) documents,
        (int) terms,
        postings,
        (int) empty,
        length,
        Vocabulary.values()[vocabulary],
        quantization);
  }
}
