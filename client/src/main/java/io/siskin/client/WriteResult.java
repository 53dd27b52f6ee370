package io.siskin.client;

import org.jspecify.annotations.Nullable;

/**
 * What became of one document of a write.
 *
 * @param outcome what was done
 * @param position the position of the write; 0 when nothing was written
 * @param error why the document was refused; null when it was not
 */
public record WriteResult(Outcome outcome, long position, @Nullable SearchException error) {
  /** What was done with one document. */
  public enum Outcome {
    /** There was none of its id. */
    CREATED,
    /** The one of its id was replaced. */
    REPLACED,
    /** Fields of it were set or removed. */
    UPDATED,
    /** There is none of this id, so nothing was done. */
    NOT_FOUND,
    /** It is not valid, see the error; nothing was done. */
    REFUSED,
    /** Something that this client is too old to know. */
    UNKNOWN
  }
}
