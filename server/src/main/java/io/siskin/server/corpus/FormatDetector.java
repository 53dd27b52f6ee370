package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Tells formats apart: by the name's ending, and where that says nothing by the first unpacked
 * bytes. The three tests on bytes exclude each other, because the binary ones demand a byte that
 * JSON text cannot hold.
 */
final class FormatDetector {
  private static final int HEAD_BYTES = 1 << 12;
  private static final int CIFF_VERSION_TAG = 0x08;

  private FormatDetector() {}

  /**
   * Returns the format of a file.
   *
   * @throws InvalidInputException when nothing fits, naming what was looked for
   */
  static InputFormat detect(Path file) throws IOException {
    return detect(file, ".jsonl, .ndjson, .json, .csr or .ciff", "; or name the format");
  }

  /**
   * Returns the format of a file.
   *
   * @param file the file
   * @param endings what names end in that say what a file holds, in words for the error
   * @param remedy what else can be done, in words for the error
   * @throws InvalidInputException when nothing fits, naming what was looked for
   */
  static InputFormat detect(Path file, String endings, String remedy) throws IOException {
    byte[] head;
    try (PackedFile packed = PackedFile.open(file)) {
      InputFormat named = byName(file);
      if (named != InputFormat.AUTO) {
        return named;
      }
      head = packed.unpacked().readNBytes(HEAD_BYTES);
    }
    if (looksLikeCsr(head)) {
      return InputFormat.CSR;
    }
    if (looksLikeCiff(head)) {
      return InputFormat.CIFF;
    }
    if (looksLikeJson(head)) {
      return InputFormat.JSONL;
    }
    throw new InvalidInputException(
            "format",
            "not recognised",
            "a name ending in "
                + endings
                + " (and .gz or .zst after it), or"
                + " first bytes, once unpacked, that are '{' of JSON Lines, a .csr header (nrow,"
                + " ncol, nnz, indptr[0] = 0) or a CIFF header of version 1"
                + remedy)
        .at(file.toString());
  }

  /** Returns a name in lower case without the ending of a packing. */
  static String unpackedName(Path file) {
    Path last = file.getFileName();
    String name = last == null ? "" : last.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".gz")) {
      return name.substring(0, name.length() - ".gz".length());
    }
    return name.endsWith(".zst") ? name.substring(0, name.length() - ".zst".length()) : name;
  }

  static InputFormat byName(Path file) {
    String name = unpackedName(file);
    if (name.endsWith(".jsonl") || name.endsWith(".ndjson") || name.endsWith(".json")) {
      return InputFormat.JSONL;
    }
    if (name.endsWith(".csr")) {
      return InputFormat.CSR;
    }
    return name.endsWith(".ciff") ? InputFormat.CIFF : InputFormat.AUTO;
  }

  private static boolean looksLikeCsr(byte[] head) {
    if (head.length < CsrHeader.LENGTH_BYTES + Long.BYTES) {
      return false;
    }
    ByteBuffer numbers = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    try {
      CsrHeader header = new CsrHeader(numbers.getLong(), numbers.getLong(), numbers.getLong());
      return numbers.getLong() == 0 && (header.columnCount() > 0 || header.entryCount() == 0);
    } catch (InvalidInputException e) {
      return false;
    }
  }

  /** A length of one or two varint bytes, then field 1 (version) with the value 1. */
  private static boolean looksLikeCiff(byte[] head) {
    int at = head.length > 0 && head[0] < 0 ? 2 : 1;
    return head.length > at + 1
        && head[at - 1] > 0
        && head[at] == CIFF_VERSION_TAG
        && head[at + 1] == 1;
  }

  private static boolean looksLikeJson(byte[] head) {
    boolean marked =
        head.length >= 3
            && (head[0] & 0xFF) == 0xEF
            && (head[1] & 0xFF) == 0xBB
            && (head[2] & 0xFF) == 0xBF;
    for (int at = marked ? 3 : 0; at < head.length; at++) {
      byte value = head[at];
      if (value != ' ' && value != '\t' && value != '\r' && value != '\n') {
        // An array is no JSON Lines, and is told so when its first line is read.
        return value == '{' || value == '[';
      }
    }
    return false;
  }
}
