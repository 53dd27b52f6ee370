package io.siskin.index.build;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDictTrainer;
import com.github.luben.zstd.ZstdException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StoredLayout;
import io.siskin.index.format.v1.StringListLayout;
import io.siskin.index.parallel.OrderedExecutor;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes external ids, stored fields and the order of indexing to {@code documents.dat}.
 *
 * <p>The fields of each document are compressed separately, because a search reads a few documents
 * from all over the collection. Short records compress badly on their own, so a zstd dictionary is
 * trained on a sample of the collection.
 */
final class DocumentsStage {
  private static final Logger LOG = LoggerFactory.getLogger(DocumentsStage.class);
  // This is small enough that a piece with the longest records fits an array.
  private static final int DOCUMENTS_PER_PIECE = 64;
  private static final int COMPRESSION_LEVEL = 3;
  private static final int DICTIONARY_LENGTH = 64 << 10;
  private static final int SAMPLE_LENGTH_MAX = 4 << 20;
  private static final int SAMPLE_DOCUMENTS_MIN = 500;
  private static final int SAMPLE_DOCUMENT_LENGTH_MAX = 16 << 10;

  private final SegmentFiles files;
  private final Path directory;
  private final DocumentSpool spool;
  private final int[] documentOrder;

  /**
   * @param files the segment's files
   * @param directory the directory for the scratch files of hash tables
   * @param documentOrder the number of each document in the spool, indexed by final document number
   */
  DocumentsStage(SegmentFiles files, Path directory, DocumentSpool spool, int[] documentOrder) {
    this.files = files;
    this.directory = directory;
    this.spool = spool;
    this.documentOrder = documentOrder;
  }

  private record Piece(byte[] bytes, int[] lengths) {}

  /** Writes the file. */
  void run(OrderedExecutor parallel, BuildProgress progress) throws IOException {
    int documents = documentOrder.length;
    SegmentFileWriter file = files.begin(FileKind.DOCUMENTS);
    MemorySegment stored = spool.mapStored();
    StringListWriter.write(
        file,
        SectionKind.EXTERNAL_ID_OFFSETS,
        SectionKind.EXTERNAL_ID_BYTES,
        new StringListWriter.SlotTarget(SectionKind.EXTERNAL_ID_SLOTS, directory),
        documents,
        stored.byteSize(),
        number -> DocumentSpool.StoredRecord.id(stored, spool.storedOffset(documentOrder[number])));
    if (!spool.fieldNames().names().isEmpty()) {
      writeFields(file, stored, parallel, progress);
    }
    writeOrder(file);
    file.join();
  }

  /**
   * Writes the position of each document in the input, unless the document numbers already are
   * these positions.
   */
  private void writeOrder(SegmentFileWriter file) throws IOException {
    int documents = documentOrder.length;
    if (Arrays.equals(documentOrder, DocumentOrder.identity(documents))) {
      return;
    }
    // Both are written, because a segment with only one of them is corrupt.
    SectionWriter ordinals = file.section(SectionKind.ORDINALS, FormatV1.ENCODING_PLAIN);
    SectionWriter inverse = file.section(SectionKind.ORDINAL_DOCUMENTS, FormatV1.ENCODING_PLAIN);
    int[] documentOfOrdinal = new int[documents];
    for (int document = 0; document < documents; document++) {
      ordinals.putU32(documentOrder[document]);
      documentOfOrdinal[documentOrder[document]] = document;
    }
    for (int document : documentOfOrdinal) {
      inverse.putU32(document);
    }
    ordinals.setCount(documents);
    inverse.setCount(documents);
  }

  private void writeFields(
      SegmentFileWriter file,
      MemorySegment stored,
      OrderedExecutor parallel,
      BuildProgress progress)
      throws IOException {
    int documents = documentOrder.length;
    // The estimate includes the bytes that zstd adds to data that it cannot compress.
    boolean wide = stored.byteSize() + (stored.byteSize() >>> 8) + 64L * documents > 0xFFFF_FFFFL;
    byte[] dictionary = trainDictionary(stored);
    SectionWriter offsets =
        file.section(
            SectionKind.STORED_OFFSETS,
            wide ? StringListLayout.ENCODING_U64 : StringListLayout.ENCODING_U32);
    SectionWriter bytes = file.section(SectionKind.STORED_BYTES, StoredLayout.ENCODING_ZSTD);
    SectionWriter dictionarySection =
        file.section(SectionKind.STORED_DICTIONARY, FormatV1.ENCODING_PLAIN);
    dictionarySection.putBytes(dictionary, 0, dictionary.length);
    dictionarySection.setCount(dictionary.length);
    offsets.setCount(documents);
    bytes.setCount(documents);
    int pieces = (documents + DOCUMENTS_PER_PIECE - 1) / DOCUMENTS_PER_PIECE;
    progress.begin("stored fields", documents);
    parallel.run(
        pieces,
        piece -> pack(stored, dictionary, piece * DOCUMENTS_PER_PIECE),
        (piece, result) -> {
          long position = bytes.position();
          for (int length : result.lengths) {
            putOffset(offsets, wide, position);
            position += length;
          }
          bytes.putBytes(result.bytes, 0, result.bytes.length);
          progress.advance((long) piece * DOCUMENTS_PER_PIECE + result.lengths.length);
        });
    putOffset(offsets, wide, bytes.position());
    progress.end();
  }

  private Piece pack(MemorySegment stored, byte[] dictionary, int from) {
    int to = Math.min(documentOrder.length, from + DOCUMENTS_PER_PIECE);
    int[] lengths = new int[to - from];
    ByteBuffer out = ByteBuffer.allocate(1 << 18).order(ByteOrder.LITTLE_ENDIAN);
    try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
      zstd.setLevel(COMPRESSION_LEVEL).setContentSize(false).setDictID(false);
      if (dictionary.length > 0) {
        zstd.loadDict(dictionary);
      }
      for (int document = from; document < to; document++) {
        byte[] fields =
            DocumentSpool.StoredRecord.fields(stored, spool.storedOffset(documentOrder[document]));
        int room = StoredLayout.PACKED_OFFSET + (int) Zstd.compressBound(fields.length);
        if (out.remaining() < room) {
          int capacity = Math.max(2 * out.capacity(), out.position() + room);
          out = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(out.flip());
        }
        out.putInt(fields.length);
        int length = 0;
        if (fields.length > 0) {
          length =
              zstd.compressByteArray(
                  out.array(), out.position(), out.remaining(), fields, 0, fields.length);
          out.position(out.position() + length);
        }
        lengths[document - from] = StoredLayout.PACKED_OFFSET + length;
      }
    }
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return new Piece(bytes, lengths);
  }

  /** Returns a dictionary. It is empty if the collection is too small to profit from one. */
  private byte[] trainDictionary(MemorySegment stored) {
    int documents = documentOrder.length;
    if (documents < SAMPLE_DOCUMENTS_MIN) {
      return new byte[0];
    }
    ZstdDictTrainer trainer = new ZstdDictTrainer(SAMPLE_LENGTH_MAX, DICTIONARY_LENGTH);
    int step = Math.max(1, documents / 20_000);
    int taken = 0;
    for (int document = 0; document < documents; document += step) {
      byte[] fields = DocumentSpool.StoredRecord.fields(stored, spool.storedOffset(document));
      if (fields.length >= 8 && fields.length <= SAMPLE_DOCUMENT_LENGTH_MAX) {
        if (!trainer.addSample(fields)) {
          break;
        }
        taken++;
      }
    }
    if (taken < SAMPLE_DOCUMENTS_MIN) {
      return new byte[0];
    }
    try {
      return trainer.trainSamples();
    } catch (ZstdException tooAlike) {
      // The trainer refuses samples without repetition. The records are then compressed without a
      // dictionary.
      LOG.debug("no dictionary for the stored fields: {}", tooAlike.getMessage());
      return new byte[0];
    }
  }

  private static void putOffset(SectionWriter offsets, boolean wide, long position)
      throws IOException {
    if (wide) {
      offsets.putU64(position);
    } else {
      offsets.putU32((int) position);
    }
  }
}
