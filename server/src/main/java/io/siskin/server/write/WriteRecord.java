package io.siskin.server.write;

import io.siskin.index.document.QuantizedDocument;
import java.util.List;

/**
 * What one frame of the log says: the writes of one request, resolved so that they can be replayed.
 */
sealed interface WriteRecord {
  /**
   * Documents were created or replaced.
   *
   * @param documents the documents, with ascending positions
   */
  record Upserts(List<QuantizedDocument> documents) implements WriteRecord {}

  /**
   * Documents were deleted.
   *
   * @param position the position of the deletion
   * @param ids the ids of the documents
   */
  record Deletes(long position, List<String> ids) implements WriteRecord {}
}
