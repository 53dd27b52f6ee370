package io.siskin.server.corpus;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A stream of documents from one input file, in the file's order.
 *
 * <p>Used by one thread at a time; closing releases the file. After an exception a source can only
 * be closed.
 */
public interface DocumentSource extends AutoCloseable {
  /**
   * Returns the next good document, or null at the end. Bad records go to the {@link
   * BadRecordPolicy} given at opening, which either lets the source go on with the next record or
   * throws.
   *
   * @throws io.siskin.index.error.InvalidInputException when a record is bad and the policy allows
   *     no more
   * @throws IOException when the file cannot be read
   */
  @Nullable SourceDocument next() throws IOException;

  /**
   * Returns how many bytes of the file, as it is on disk, have been consumed: for progress only.
   */
  long consumedBytes();

  /** Returns the length of the file on disk in bytes. */
  long lengthBytes();

  @Override
  void close() throws IOException;
}
