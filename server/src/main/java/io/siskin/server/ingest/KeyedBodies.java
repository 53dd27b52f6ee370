package io.siskin.server.ingest;

import io.siskin.index.dense.KeyedVector;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Vectors with keys in a journal: their number, then of each its key, its length and its values.
 */
final class KeyedBodies implements JournalBodies<List<KeyedVector>> {
  @Override
  public byte[] write(List<KeyedVector> vectors) {
    int length = Integer.BYTES;
    for (KeyedVector vector : vectors) {
      length += 2 * Integer.BYTES + Float.BYTES * vector.values().length;
    }
    ByteBuffer body = ByteBuffer.allocate(length).putInt(vectors.size());
    for (KeyedVector vector : vectors) {
      body.putInt(vector.key()).putInt(vector.values().length);
      for (float value : vector.values()) {
        body.putFloat(value);
      }
    }
    return body.array();
  }

  @Override
  public List<KeyedVector> read(byte[] body) {
    ByteBuffer in = ByteBuffer.wrap(body);
    List<KeyedVector> vectors = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      int key = in.getInt();
      float[] values = new float[in.getInt()];
      for (int i = 0; i < values.length; i++) {
        values[i] = in.getFloat();
      }
      vectors.add(new KeyedVector(key, values));
    }
    return vectors;
  }
}
