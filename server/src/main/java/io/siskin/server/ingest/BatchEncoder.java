package io.siskin.server.ingest;

import io.siskin.index.vector.SparseVector;
import java.util.List;
import java.util.concurrent.Future;

/** Encodes batches of documents beside its caller. Used by one thread. */
interface BatchEncoder extends AutoCloseable {
  /**
   * Starts to encode.
   *
   * @param texts one or more
   * @return one vector a text, in the order of the texts, to come
   * @throws io.siskin.server.batch.EncoderOverloadedException when earlier batches must end first
   */
  Future<List<SparseVector>> encode(List<String> texts);

  /** Ends what is under way, whatever comes of it. */
  @Override
  void close();
}
