package io.siskin.server.batch.persistent;

import io.siskin.index.format.Sha256;
import io.siskin.server.batch.EncodingStore;
import java.nio.ByteBuffer;
import java.util.Random;

/** Values that follow from their keys, so that a wrong one is known as such. */
final class StoreValues {
  /** What the stores of these tests are written by. */
  static final String VERSION = "1.2.3";

  private StoreValues() {}

  static byte[] key(int number) {
    return Sha256.newDigest().digest(ByteBuffer.allocate(4).putInt(0, number).array());
  }

  /** Some hundred bytes to a few thousand, as encodings have. */
  static byte[] value(byte[] key) {
    Random random = new Random(ByteBuffer.wrap(key).getLong());
    byte[] value = new byte[200 + random.nextInt(2_000)];
    random.nextBytes(value);
    return value;
  }

  static byte[] largest() {
    byte[] value = new byte[EncodingStore.VALUE_LENGTH_BYTES_MAX];
    new Random(1).nextBytes(value);
    return value;
  }
}
