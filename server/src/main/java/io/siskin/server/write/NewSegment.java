package io.siskin.server.write;

import io.siskin.index.document.DocumentSet;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens what a build made. */
final class NewSegment {
  private NewSegment() {}

  /**
   * Moves a built segment to its place and opens it. What was deleted since the build began is
   * deleted in it.
   *
   * @param files the collection's files
   * @param build the build, which is done
   * @param before by source: the documents that were live when the build began
   * @param now by source: those that are live now
   * @return null when the build left no document
   */
  static @Nullable SealedPart open(
      CollectionFiles files,
      SegmentBuilds.Build build,
      List<DocumentSet> before,
      List<DocumentSet> now)
      throws IOException {
    SegmentBuilds.Result result = build.done().resultNow();
    if (result.documentCount() == 0) {
      return null;
    }
    DocumentSet.Builder live = DocumentSet.all(result.documentCount()).toBuilder();
    for (int source = 0; source < before.size(); source++) {
      DocumentSet was = before.get(source);
      DocumentSet is = now.get(source);
      for (int number = was.next(0); number >= 0; number = was.next(number + 1)) {
        if (!is.contains(number)) {
          live.remove(result.newNumber(source, number));
        }
      }
    }
    return files.add(
        result.directory(),
        result.id(),
        result.documentCount(),
        result.lengthBytes(),
        live.build(),
        result.calibration());
  }
}
