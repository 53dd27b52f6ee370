package io.siskin.server.ingest;

import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sparse vectors in a journal, each token once.
 *
 * <pre>
 * body    number of terms, then a term: number of the token, the token itself where the number is
 *         new (length in UTF-8, bytes), weight (4); numbers are in 7 bits a byte, lowest first
 * </pre>
 */
final class TokenBodies implements JournalBodies<SparseVector> {
  private final List<String> tokens = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  @Override
  public byte @Nullable [] write(SparseVector value) throws IOException {
    return value instanceof TokenVector vector ? encode(vector) : null;
  }

  @Override
  public SparseVector read(byte[] body) throws IOException {
    return decode(body);
  }

  private byte[] encode(TokenVector vector) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    writeNumber(out, vector.size());
    for (int i = 0; i < vector.size(); i++) {
      String token = vector.token(i);
      int number = numbers.getOrDefault(token, tokens.size());
      writeNumber(out, number);
      if (number == tokens.size()) {
        byte[] name = token.getBytes(StandardCharsets.UTF_8);
        writeNumber(out, name.length);
        out.write(name);
        learn(token);
      }
      out.writeFloat(vector.weight(i));
    }
    return bytes.toByteArray();
  }

  private TokenVector decode(byte[] body) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(body));
    int size = readNumber(in);
    String[] names = new String[size];
    float[] weights = new float[size];
    for (int i = 0; i < size; i++) {
      int number = readNumber(in);
      if (number == tokens.size()) {
        learn(new String(in.readNBytes(readNumber(in)), StandardCharsets.UTF_8));
      }
      names[i] = tokens.get(number);
      weights[i] = in.readFloat();
    }
    return TokenVector.of(names, weights);
  }

  private void learn(String token) {
    numbers.put(token, tokens.size());
    tokens.add(token);
  }

  private static void writeNumber(DataOutputStream out, int value) throws IOException {
    int left = value;
    while (left >= 1 << 7) {
      out.writeByte((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.writeByte(left);
  }

  private static int readNumber(DataInputStream in) throws IOException {
    int value = 0;
    int shift = 0;
    int read = in.readUnsignedByte();
    for (; read >= 1 << 7; read = in.readUnsignedByte()) {
      value |= (read & 0x7f) << shift;
      shift += 7;
    }
    return value | read << shift;
  }
}
