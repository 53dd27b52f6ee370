package io.siskin.server.batch;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.TextEncoding;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an encoding in an {@link EncodingStore}. Of a sparse one:
 *
 * <pre>
 * version (1 byte)
 * number of terms, then a term: token, weight (4 bytes, big-endian)
 * number of original terms, then an original term: 1 + its place among the terms,
 *     or 0 and a token where it is none of them
 * a token: its length in UTF-8, then its bytes; numbers are in 7 bits a byte, lowest first
 * </pre>
 *
 * Of a dense one:
 *
 * <pre>
 * 2 (1 byte)
 * number of vectors, number of their dimensions, then their values (4 bytes each, big-endian)
 * </pre>
 *
 * <p>Vectors of tokens have no packed form, since they are longer than a store takes.
 */
final class PackedEncoding {
  /** Changes with the layout. It is a part of every key, so that an older layout is never read. */
  static final byte VERSION = 1;

  /** The first byte of dense vectors; that of a sparse vector is {@link #VERSION}. */
  private static final byte DENSE = 2;

  private static final int NUMBER_LENGTH_BITS_MAX = 28;

  // A kind and two numbers.
  private static final int HEAD_BYTES_MAX = 16;

  private PackedEncoding() {}

  /**
   * Packs an encoding.
   *
   * @param encoding what a model gave
   * @return null when it is of tokens, or keyed otherwise than by token, or longer than a store
   *     takes
   */
  static byte @Nullable [] pack(TextEncoding encoding) {
    if (encoding instanceof TextEncoding.Dense(List<float[]> vectors)) {
      return pack(vectors);
    }
    if (!(encoding instanceof TextEncoding.Sparse sparse)
        || !(sparse.vector() instanceof TokenVector vector)) {
      return null;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(16 + 12 * vector.size());
    out.write(VERSION);
    writeNumber(out, vector.size());
    Map<String, Integer> places = HashMap.newHashMap(vector.size());
    for (int i = 0; i < vector.size(); i++) {
      places.put(vector.token(i), i);
      writeToken(out, vector.token(i));
      int bits = Float.floatToRawIntBits(vector.weight(i));
      for (int shift = 24; shift >= 0; shift -= 8) {
        out.write(bits >>> shift);
      }
      if (out.size() > EncodingStore.VALUE_LENGTH_BYTES_MAX) {
        return null;
      }
    }
    writeNumber(out, sparse.originalTerms().size());
    for (String term : sparse.originalTerms()) {
      Integer place = places.get(term);
      writeNumber(out, place == null ? 0 : 1 + place);
      if (place == null) {
        writeToken(out, term);
      }
    }
    return out.size() > EncodingStore.VALUE_LENGTH_BYTES_MAX ? null : out.toByteArray();
  }

  /** Packs dense vectors: their number, their dimensions, and their values. */
  private static byte @Nullable [] pack(List<float[]> vectors) {
    int dimensions = vectors.isEmpty() ? 0 : vectors.getFirst().length;
    long valueBytes = (long) Float.BYTES * dimensions * vectors.size();
    if (valueBytes > EncodingStore.VALUE_LENGTH_BYTES_MAX - HEAD_BYTES_MAX) {
      return null;
    }
    ByteArrayOutputStream head = new ByteArrayOutputStream(HEAD_BYTES_MAX);
    head.write(DENSE);
    writeNumber(head, vectors.size());
    writeNumber(head, dimensions);
    ByteBuffer packed = ByteBuffer.allocate(head.size() + (int) valueBytes).put(head.toByteArray());
    for (float[] vector : vectors) {
      for (float value : vector) {
        packed.putFloat(value);
      }
    }
    return packed.array();
  }

  private static TextEncoding.Dense unpackDense(ByteBuffer in) {
    int count = readNumber(in);
    int dimensions = readNumber(in);
    if ((long) Float.BYTES * dimensions * count != in.remaining()
        || (dimensions == 0 && count > 0)) {
      throw damaged(in, null);
    }
    List<float[]> vectors = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      float[] vector = new float[dimensions];
      for (int j = 0; j < dimensions; j++) {
        vector[j] = in.getFloat();
      }
      vectors.add(vector);
    }
    return new TextEncoding.Dense(vectors);
  }

  /**
   * Reads what {@link #pack} wrote.
   *
   * @param packed all of its bytes
   * @throws IllegalStateException when they are not such bytes
   */
  static TextEncoding unpack(byte[] packed) {
    ByteBuffer in = ByteBuffer.wrap(packed);
    try {
      byte kind = in.get();
      if (kind == DENSE) {
        return unpackDense(in);
      }
      if (kind != VERSION) {
        throw damaged(in, null);
      }
      int size = readNumber(in);
      if (size > in.remaining()) {
        throw damaged(in, null);
      }
      String[] tokens = new String[size];
      float[] weights = new float[size];
      for (int i = 0; i < size; i++) {
        tokens[i] = readToken(in);
        weights[i] = in.getFloat();
      }
      int originalCount = readNumber(in);
      List<String> originalTerms = new ArrayList<>(Math.min(originalCount, in.remaining()));
      for (int i = 0; i < originalCount; i++) {
        int place = readNumber(in);
        originalTerms.add(place == 0 ? readToken(in) : tokens[place - 1]);
      }
      if (in.hasRemaining()) {
        throw damaged(in, null);
      }
      return new TextEncoding.Sparse(TokenVector.of(tokens, weights), originalTerms);
    } catch (BufferUnderflowException | IndexOutOfBoundsException | InvalidInputException wrong) {
      throw damaged(in, wrong);
    }
  }

  private static IllegalStateException damaged(ByteBuffer in, @Nullable Exception cause) {
    return new IllegalStateException(
        "a stored encoding of " + in.limit() + " bytes is damaged before byte " + in.position(),
        cause);
  }

  private static void writeToken(ByteArrayOutputStream out, String token) {
    byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
    writeNumber(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static String readToken(ByteBuffer in) {
    int length = readNumber(in);
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void writeNumber(ByteArrayOutputStream out, int value) {
    int left = value;
    while (left >= 1 << 7) {
      out.write((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.write(left);
  }

  private static int readNumber(ByteBuffer in) {
    int value = 0;
    for (int shift = 0; shift < NUMBER_LENGTH_BITS_MAX; shift += 7) {
      byte read = in.get();
      value |= (read & 0x7f) << shift;
      if (read >= 0) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException("a number of more than 4 bytes");
  }
}
