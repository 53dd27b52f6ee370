package io.siskin.server.ingest;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Dense vectors in a journal: their number, then of each its length and its values. */
final class DenseBodies implements JournalBodies<List<float[]>> {
  @Override
  public byte[] write(List<float[]> vectors) {
    int length = Integer.BYTES;
    for (float[] vector : vectors) {
      length += Integer.BYTES + Float.BYTES * vector.length;
    }
    ByteBuffer body = ByteBuffer.allocate(length).putInt(vectors.size());
    for (float[] vector : vectors) {
      body.putInt(vector.length);
      for (float value : vector) {
        body.putFloat(value);
      }
    }
    return body.array();
  }

  @Override
  public List<float[]> read(byte[] body) {
    ByteBuffer in = ByteBuffer.wrap(body);
    List<float[]> vectors = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      float[] vector = new float[in.getInt()];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = in.getFloat();
      }
      vectors.add(vector);
    }
    return vectors;
  }
}
