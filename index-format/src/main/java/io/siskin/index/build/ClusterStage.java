package io.siskin.index.build;

import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;

/** Placeholder: replaced by the slice that brings the structure. */
final class ClusterStage {
  private ClusterStage() {}

  static SegmentFileWriter run(BuildContext context, ClusterOptions options) throws IOException {
    if (context.parallel().threads() < 0) {
      return context.files().begin(io.siskin.index.format.FileKind.CLUSTERS);
    }
    throw new IOException("not here yet: " + options);
  }
}
