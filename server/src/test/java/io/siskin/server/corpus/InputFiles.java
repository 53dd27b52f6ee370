package io.siskin.server.corpus;

import com.github.luben.zstd.Zstd;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.corpus.ciff.CiffHeader;
import io.siskin.server.corpus.ciff.CiffWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.zip.GZIPOutputStream;

/** Makes input files and reads them whole; shared by the tests of this package. */
final class InputFiles {
  /**
   * What became of a file: its documents, its bad records, and what ended the read, if anything.
   */
  record Outcome(
      List<SourceDocument> documents, List<InvalidInputException> bad, InvalidInputException end) {
    SourceDocument onlyDocument() {
      if (end != null) {
        throw end;
      }
      if (documents.size() != 1 || !bad.isEmpty()) {
        throw new AssertionError("not one good document: " + this);
      }
      return documents.getFirst();
    }

    String onlyBad() {
      if (end != null) {
        throw end;
      }
      if (bad.size() != 1) {
        throw new AssertionError("not one bad record: " + this);
      }
      return bad.getFirst().getMessage();
    }

    String endMessage() {
      if (end == null) {
        throw new AssertionError("the read did not end: " + this);
      }
      return end.getMessage();
    }
  }

  private InputFiles() {}

  static Outcome read(Path file) throws IOException {
    return read(file, InputFormat.AUTO, InputOptions.DEFAULT);
  }

  static Outcome read(Path file, InputFormat format, InputOptions options) throws IOException {
    List<InvalidInputException> bad = new ArrayList<>();
    List<SourceDocument> documents = new ArrayList<>();
    SkippingPolicy policy = new SkippingPolicy(Long.MAX_VALUE, bad::add);
    try (DocumentSource source = DocumentSources.open(file, format, policy, options)) {
      drain(source, documents);
    } catch (InvalidInputException e) {
      return new Outcome(documents, bad, e);
    }
    return new Outcome(documents, bad, null);
  }

  static void drain(DocumentSource source, List<SourceDocument> documents) throws IOException {
    long before = 0;
    for (SourceDocument next = source.next(); next != null; next = source.next()) {
      documents.add(next);
      long consumed = source.consumedBytes();
      if (consumed < before || consumed > source.lengthBytes()) {
        throw new AssertionError(
            "progress " + before + " -> " + consumed + " of " + source.lengthBytes());
      }
      before = consumed;
    }
    if (source.consumedBytes() < source.lengthBytes() * 99 / 100) {
      throw new AssertionError(
          "progress ended at " + source.consumedBytes() + " of " + source.lengthBytes());
    }
  }

  static Path write(Path file, byte[] bytes) throws IOException {
    return Files.write(file, bytes);
  }

  static Path write(Path file, String text) throws IOException {
    return Files.writeString(file, text, StandardCharsets.UTF_8);
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  static byte[] zstd(byte[] bytes) {
    return Zstd.compress(bytes);
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** A {@code .csr} file as its parts are given, right or wrong. */
  static byte[] csr(
      long rows, long columns, long entries, long[] offsets, int[] indices, float[] weights) {
    ByteBuffer out =
        ByteBuffer.allocate(24 + 8 * offsets.length + 4 * indices.length + 4 * weights.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(rows).putLong(columns).putLong(entries);
    for (long offset : offsets) {
      out.putLong(offset);
    }
    for (int index : indices) {
      out.putInt(index);
    }
    for (float weight : weights) {
      out.putFloat(weight);
    }
    return out.array();
  }

  /** A whole CIFF file: the weight of each docid by term, and one external id a docid. */
  static byte[] ciff(SortedMap<String, SortedMap<Integer, Integer>> postings, List<String> ids)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int[] lengths = new int[ids.size()];
    try (CiffWriter out =
        new CiffWriter(bytes, CiffHeader.whole(postings.size(), ids.size(), 0, "test"))) {
      for (Map.Entry<String, SortedMap<Integer, Integer>> list : postings.entrySet()) {
        int[] docids = list.getValue().keySet().stream().mapToInt(Integer::intValue).toArray();
        int[] tfs = list.getValue().values().stream().mapToInt(Integer::intValue).toArray();
        for (int i = 0; i < docids.length; i++) {
          lengths[docids[i]] += tfs[i];
        }
        out.writePostings(list.getKey(), docids, tfs, docids.length);
      }
      for (int docid = 0; docid < ids.size(); docid++) {
        out.writeDocument(docid, ids.get(docid), lengths[docid]);
      }
      out.finish();
    }
    return bytes.toByteArray();
  }
}
