package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.ForwardLayout;
import io.siskin.index.parallel.OrderedExecutor;
import io.siskin.index.quantize.DocumentQuantizer;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Weighs and quantises the vectors and writes them in their final order to {@code forward.dat}. It
 * also writes the residuals of rounding, if they are wanted.
 *
 * <p>All later stages read its result, so every structure of the segment holds the same impacts.
 */
final class ForwardStage {
  private static final int DOCUMENTS_PER_PIECE = 1024;

  private final SegmentFiles files;
  private final DocumentSpool spool;
  private final int[] documentOrder;
  private final int[] finalTermNumbers;
  private final TermWeigher weigher;
  private final DocumentQuantizer quantizer;
  private final float emptyScale;
  private final boolean withResiduals;
  private final int alignmentShift;

  /**
   * @param files the segment's files
   * @param documentOrder the number of each document in the spool, indexed by final document number
   * @param finalTermNumbers the final term numbers, indexed by provisional term number
   * @param weigher turns given weights into the weights to store
   * @param quantizer turns the weights of a document into impacts
   * @param emptyScale the scale of a document without a term
   * @param withResiduals whether residuals are written too
   */
  ForwardStage(
      SegmentFiles files,
      DocumentSpool spool,
      int[] documentOrder,
      int[] finalTermNumbers,
      TermWeigher weigher,
      DocumentQuantizer quantizer,
      float emptyScale,
      boolean withResiduals) {
    this.files = files;
    this.spool = spool;
    this.documentOrder = documentOrder;
    this.finalTermNumbers = finalTermNumbers;
    this.weigher = weigher;
    this.quantizer = quantizer;
    this.emptyScale = emptyScale;
    this.withResiduals = withResiduals;
    this.alignmentShift = alignmentShift(spool.documentCount(), spool.postingCount());
  }

  /**
   * The records of consecutive documents.
   *
   * @param residualEnds where the residuals of each document end in the residuals of the piece
   */
  private record Piece(
      byte[] records,
      int lengthBytes,
      int[] lengths,
      float[] scales,
      ResidualFile.Piece residuals,
      int[] residualEnds) {}

  /**
   * Writes the sections of the file. The caller finishes the file.
   *
   * @param scales receives the scale of each document, indexed by final document number
   */
  SegmentFileWriter run(OrderedExecutor parallel, BuildProgress progress, float[] scales)
      throws IOException {
    int documents = documentOrder.length;
    int pieces = (documents + DOCUMENTS_PER_PIECE - 1) / DOCUMENTS_PER_PIECE;
    SegmentFileWriter file = files.begin(FileKind.FORWARD);
    SectionWriter offsets = file.section(SectionKind.FORWARD_OFFSETS, alignmentShift);
    SectionWriter records = file.section(SectionKind.FORWARD_RECORDS, FormatV1.ENCODING_PLAIN);
    ResidualFile residuals = withResiduals ? ResidualFile.begin(files) : null;
    offsets.setCount(documents);
    records.setCount(documents);
    MemorySegment vectors = spool.mapVectors();
    progress.begin("forward index", documents);
    parallel.run(
        pieces,
        piece -> {
          int from = piece * DOCUMENTS_PER_PIECE;
          return encode(vectors, from, Math.min(documents, from + DOCUMENTS_PER_PIECE));
        },
        (piece, result) -> {
          int from = piece * DOCUMENTS_PER_PIECE;
          long offset = records.position();
          for (int i = 0; i < result.lengths.length; i++) {
            offsets.putU32((int) (offset >>> alignmentShift));
            if (residuals != null) {
              int residualsFrom = i == 0 ? 0 : result.residualEnds[i - 1];
              residuals.put(offset, result.residuals, residualsFrom, result.residualEnds[i]);
            }
            offset += result.lengths[i];
            scales[from + i] = result.scales[i];
          }
          records.putBytes(result.records, 0, result.lengthBytes);
          progress.advance(from + result.lengths.length);
        });
    if (residuals != null) {
      residuals.finish(records.position());
    }
    progress.end();
    return file;
  }

  private Piece encode(MemorySegment vectors, int from, int to) {
    RecordEncoder encoder = new RecordEncoder();
    int[] lengths = new int[to - from];
    float[] scales = new float[to - from];
    int[] residualEnds = new int[to - from];
    for (int document = from; document < to; document++) {
      int before = encoder.out.position();
      scales[document - from] =
          encoder.encode(vectors, spool.vectorOffset(documentOrder[document]));
      lengths[document - from] = encoder.out.position() - before;
      residualEnds[document - from] = encoder.residuals.length();
    }
    return new Piece(
        encoder.out.array(),
        encoder.out.position(),
        lengths,
        scales,
        encoder.residuals,
        residualEnds);
  }

  /**
   * Returns the smallest alignment with which u32 offsets can reach the end of the records. It uses
   * an upper bound of the length of the records.
   */
  private static int alignmentShift(long documents, long postings) {
    for (int shift = ForwardLayout.ALIGNMENT_SHIFT_MIN;
        shift <= ForwardLayout.ALIGNMENT_SHIFT_MAX;
        shift++) {
      long bound = 7 * postings + documents * (ForwardLayout.RUNS_OFFSET + (1L << shift));
      if (bound >>> shift <= 0xFFFF_FFFFL) {
        return shift;
      }
    }
    throw new InvalidInputException(
        "postings of the segment", postings, "forward records of at most 256 GiB");
  }

  /** Encodes documents one after another into a growing buffer. Each piece has its own encoder. */
  private final class RecordEncoder {
    private ByteBuffer out = ByteBuffer.allocate(1 << 18).order(ByteOrder.LITTLE_ENDIAN);
    private final ResidualFile.Piece residuals = new ResidualFile.Piece();
    private long[] postings = new long[256];
    private float[] weights = new float[postings.length];
    private int[] runStarts = new int[16];

    /** Appends a record and returns its scale. */
    float encode(MemorySegment vectors, long offset) {
      int count = readPostings(vectors, offset);
      float scale = count == 0 ? emptyScale : quantizer.scale(weights, count);
      int furtherRuns = findRuns(count);
      long length = ForwardLayout.recordLength(count, furtherRuns);
      int padded = (int) ForwardLayout.padded(length, alignmentShift);
      ensureRoom(padded);
      int start = out.position();
      out.putFloat(scale);
      out.putShort((short) (runStarts[1] - runStarts[0]));
      out.putShort((short) furtherRuns);
      for (int run = 1; run <= furtherRuns; run++) {
        out.putShort((short) (term(runStarts[run]) >>> ForwardLayout.PAGE_SHIFT));
        out.putShort((short) (runStarts[run + 1] - runStarts[run]));
      }
      for (int i = 0; i < count; i++) {
        out.putShort((short) term(i));
      }
      for (int i = 0; i < count; i++) {
        float weight = weights[i];
        int impact = DocumentQuantizer.impact(weight, scale);
        out.put((byte) impact);
        if (withResiduals) {
          residuals.add(weight, scale, impact);
        }
      }
      while (out.position() < start + padded) {
        out.put((byte) 0);
      }
      return scale;
    }

    /**
     * Fills {@link #postings} with (term number, weight bits), ascending by term number, and {@link
     * #weights} with the weights in this order.
     */
    private int readPostings(MemorySegment vectors, long offset) {
      float documentLength = vectors.get(FileLayout.F32, offset);
      int count = vectors.get(FileLayout.U32, offset + Float.BYTES);
      if (postings.length < count) {
        postings = new long[Math.max(count, 2 * postings.length)];
        weights = new float[postings.length];
      }
      long at = offset + Float.BYTES + Integer.BYTES;
      for (int i = 0; i < count; i++, at += 2 * Integer.BYTES) {
        int provisional = vectors.get(FileLayout.U32, at);
        float given = vectors.get(FileLayout.F32, at + Integer.BYTES);
        float weight = weigher.weight(given, documentLength);
        postings[i] =
            ((long) finalTermNumbers[provisional] << 32) | Float.floatToRawIntBits(weight);
      }
      Arrays.sort(postings, 0, count);
      for (int i = 0; i < count; i++) {
        weights[i] = Float.intBitsToFloat((int) postings[i]);
      }
      return count;
    }

    /**
     * Fills {@link #runStarts} and returns the number of further runs. Run 0 belongs to page 0 and
     * may be empty.
     */
    private int findRuns(int count) {
      int run = 0;
      int page = 0;
      runStarts[0] = 0;
      for (int i = 0; i < count; i++) {
        int termPage = term(i) >>> ForwardLayout.PAGE_SHIFT;
        if (termPage != page || i - runStarts[run] == ForwardLayout.RUN_COUNT_MAX) {
          run++;
          if (run + 2 > runStarts.length) {
            runStarts = Arrays.copyOf(runStarts, 2 * runStarts.length);
          }
          runStarts[run] = i;
          page = termPage;
        }
      }
      runStarts[run + 1] = count;
      return run;
    }

    private int term(int index) {
      return (int) (postings[index] >>> 32);
    }

    private void ensureRoom(int lengthBytes) {
      if (out.remaining() < lengthBytes) {
        int capacity = Math.max(2 * out.capacity(), out.position() + lengthBytes);
        out = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(out.flip());
      }
    }
  }
}
