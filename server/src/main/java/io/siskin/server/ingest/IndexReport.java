package io.siskin.server.ingest;

import io.siskin.index.build.BuiltSegment;
import java.util.List;

/**
 * What an index job did.
 *
 * @param collection the collection
 * @param generation its generation from now on
 * @param encoder kind of the encoder that was used
 * @param segment the segment that was built
 * @param skippedCount bad records that were reported and left out
 * @param droppedCount good documents that were left out for their quality
 * @param reusedCount documents that an interrupted job had encoded already
 * @param storedCount documents whose encodings the store of encodings had
 * @param denseLosses what the stored forms of dense fields lose; a field that loses nothing is
 *     missing
 * @param graphs how good the graphs of neighbours of dense fields are
 * @param seconds how long it took
 */
public record IndexReport(
    String collection,
    long generation,
    String encoder,
    BuiltSegment segment,
    long skippedCount,
    long droppedCount,
    long reusedCount,
    long storedCount,
    List<DenseLoss> denseLosses,
    List<GraphQuality> graphs,
    double seconds) {
  /** Copies the lists. */
  public IndexReport {
    denseLosses = List.copyOf(denseLosses);
    graphs = List.copyOf(graphs);
  }
}
