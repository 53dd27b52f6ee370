package io.siskin.server.measure;

import io.siskin.index.file.AtomicFile;
import io.siskin.index.file.BoundedFile;
import io.siskin.index.format.Sha256;
import io.siskin.index.vector.TermIdVector;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ground truth in a file beside its base: {@code base.csr.truth.k10.<fingerprint>}.
 *
 * <p>The fingerprint is a SHA-256 over k, every query and every byte of the base, so a file that
 * was changed without changing its length or time does not pass for the old one; it costs about as
 * much as reading the base. The file repeats the fingerprint in full and ends with a checksum:
 * whatever does not match is computed anew.
 */
final class TruthCache {
  private static final Logger LOG = LoggerFactory.getLogger(TruthCache.class);
  private static final long MAGIC = 0x5349534b_54525531L; // "SISKTRU1"
  private static final int FINGERPRINT_LENGTH = 32;
  private static final int HEADER_LENGTH = Long.BYTES + FINGERPRINT_LENGTH + Integer.BYTES;
  private static final int CHECKSUM_LENGTH = Long.BYTES;
  private static final int NAME_DIGITS = 16;
  private static final int READ_LENGTH = 1 << 18;

  private final Path file;
  private final byte[] fingerprint;
  private final int k;

  private TruthCache(Path file, byte[] fingerprint, int k) {
    this.file = file;
    this.fingerprint = fingerprint;
    this.k = k;
  }

  /** Names the cache of these answers; reads the base. */
  static TruthCache of(Path base, List<TermIdVector> queries, int k) throws IOException {
    byte[] fingerprint = fingerprint(base, queries, k);
    String digits = HexFormat.of().formatHex(fingerprint).substring(0, NAME_DIGITS);
    return new TruthCache(
        base.resolveSibling(base.getFileName() + ".truth.k" + k + "." + digits), fingerprint, k);
  }

  /** Returns the cached answers, or null when there are none that can be read and trusted. */
  @Nullable GroundTruth read() {
    byte[] content;
    try {
      content = BoundedFile.readStored(file, Integer.MAX_VALUE - Long.BYTES);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      LOG.warn("the cached exact answers cannot be read; computing them anew: {}", e.toString());
      return null;
    }
    int end = content.length - CHECKSUM_LENGTH;
    if (end < HEADER_LENGTH || ByteBuffer.wrap(content).getLong(end) != checksum(content, end)) {
      LOG.warn("{} is damaged; computing it anew", file);
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(content);
    byte[] pinned = new byte[FINGERPRINT_LENGTH];
    long magic = in.getLong();
    in.get(pinned);
    if (magic != MAGIC || !Arrays.equals(fingerprint, pinned)) {
      LOG.warn("{} is of other files; computing it anew", file);
      return null;
    }
    int[][] rows = new int[in.getInt()][];
    double[][] scores = new double[rows.length][];
    for (int query = 0; query < rows.length; query++) {
      rows[query] = new int[in.getInt()];
      scores[query] = new double[rows[query].length];
      for (int rank = 0; rank < rows[query].length; rank++) {
        rows[query][rank] = in.getInt();
        scores[query][rank] = in.getDouble();
      }
    }
    return GroundTruth.of(k, rows, scores);
  }

  /**
   * Stores answers, all or nothing; when that fails, says so and goes on: the answers are there.
   */
  void write(GroundTruth truth) {
    ByteBuffer out = ByteBuffer.allocate(length(truth));
    out.putLong(MAGIC).put(fingerprint).putInt(truth.queryCount());
    for (int query = 0; query < truth.queryCount(); query++) {
      out.putInt(truth.size(query));
      for (int rank = 0; rank < truth.size(query); rank++) {
        out.putInt(truth.row(query, rank)).putDouble(truth.score(query, rank));
      }
    }
    out.putLong(checksum(out.array(), out.position()));
    try {
      AtomicFile.write(file, out.array());
    } catch (IOException e) {
      LOG.warn("the exact answers are not cached: {}", e.toString());
    }
  }

  private static int length(GroundTruth truth) {
    long length = HEADER_LENGTH + CHECKSUM_LENGTH;
    for (int query = 0; query < truth.queryCount(); query++) {
      length += Integer.BYTES + (long) truth.size(query) * (Integer.BYTES + Double.BYTES);
    }
    return Math.toIntExact(length);
  }

  private static long checksum(byte[] content, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(content, 0, length);
    return checksum.getValue();
  }

  private static byte[] fingerprint(Path base, List<TermIdVector> queries, int k)
      throws IOException {
    MessageDigest digest = Sha256.newDigest();
    digest.update(ByteBuffer.allocate(2 * Integer.BYTES).putInt(k).putInt(queries.size()).flip());
    for (TermIdVector query : queries) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Integer.BYTES + query.size() * (Integer.BYTES + Float.BYTES));
      bytes.putInt(query.size());
      for (int i = 0; i < query.size(); i++) {
        bytes.putInt(query.termId(i)).putFloat(query.weight(i));
      }
      digest.update(bytes.flip());
    }
    byte[] buffer = new byte[READ_LENGTH];
    try (InputStream in = Files.newInputStream(base)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return digest.digest();
  }
}
