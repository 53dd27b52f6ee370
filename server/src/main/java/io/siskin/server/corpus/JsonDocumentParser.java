package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Turns one line of JSON Lines into a document.
 *
 * <p>A pure function of the line and the {@link TermKeys}, and safe to call from any number of
 * threads: what a call needs to work with is borrowed from a pool. What is accepted is stated case
 * by case in {@code docs/input-formats.md}.
 */
public final class JsonDocumentParser {
  private final TermKeys termKeys;
  private final ConcurrentLinkedDeque<JsonRecordReader> idle = new ConcurrentLinkedDeque<>();

  /**
   * Creates a parser.
   *
   * @param termKeys how vector keys are understood; with {@link TermKeys#AUTO} each line is judged
   *     by itself, and the one who reads a file makes one choice out of that
   */
  public JsonDocumentParser(TermKeys termKeys) {
    this.termKeys = termKeys;
  }

  /**
   * Parses a line.
   *
   * @param bytes holds the line, which must be well-formed UTF-8; not kept
   * @param start where the line starts
   * @param end where it ends, exclusive, without its line end
   * @param place the line's {@code file:line}, for the document and for errors
   * @throws InvalidInputException when the line is not a document, with the place, the field and
   *     the reason
   */
  public SourceDocument parse(byte[] bytes, int start, int end, String place) {
    JsonRecordReader reader = idle.pollFirst();
    if (reader == null) {
      reader = new JsonRecordReader(termKeys);
    }
    try {
      return reader.read(bytes, start, end, place);
    } catch (InvalidInputException e) {
      throw e.at(place);
    } finally {
      idle.addFirst(reader);
    }
  }
}
