package io.siskin.index.build;

import io.siskin.index.build.NumberedVector.Packed;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.ForwardLayout;
import io.siskin.index.format.v2.FrequencyLayout;
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
 * also writes the residuals of rounding and the term frequencies, if they are wanted.
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
  private final boolean withFrequencies;
  private final int alignmentShift;

  /**
   * @param files the segment's files
   * @param documentOrder the number of each document in the spool, indexed by final document number
   * @param finalTermNumbers the final term numbers, indexed by provisional term number
   * @param weigher turns given weights into the weights to store
   * @param quantizer turns the weights of a document into impacts
   * @param emptyScale the scale of a document without a term
   * @param structures tells whether residuals and frequencies are written too
   */
  ForwardStage(
      SegmentFiles files,
      DocumentSpool spool,
      int[] documentOrder,
      int[] finalTermNumbers,
      TermWeigher weigher,
      DocumentQuantizer quantizer,
      float emptyScale,
      BuildOptions.Structures structures) {
    this.files = files;
    this.spool = spool;
    this.documentOrder = documentOrder;
    this.finalTermNumbers = finalTermNumbers;
    this.weigher = weigher;
    this.quantizer = quantizer;
    this.emptyScale = emptyScale;
    this.withResiduals = structures.residuals();
    this.withFrequencies = structures.frequencies();
    this.alignmentShift = alignmentShift(spool.documentCount(), spool.postingCount());
  }

  /**
   * The records of consecutive documents.
   *
   * @param frequencies the frequencies of all postings, if they are wanted
   * @param postingEnds how many postings this document and those before it in the piece have
   */
  private record Piece(
      byte[] records,
      int lengthBytes,
      int[] lengths,
      float[] scales,
      ResidualFile.Piece residuals,
      byte[] frequencies,
      int[] postingEnds) {}

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
    FrequencyFile frequencies = withFrequencies ? FrequencyFile.begin(files) : null;
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
            int postingsFrom = i == 0 ? 0 : result.postingEnds[i - 1];
            if (residuals != null) {
              residuals.put(offset, result.residuals, postingsFrom, result.postingEnds[i]);
            }
            if (frequencies != null) {
              frequencies.put(offset, result.frequencies, postingsFrom, result.postingEnds[i]);
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
    if (frequencies != null) {
      frequencies.finish(records.position());
    }
    progress.end();
    return file;
  }

  private Piece encode(MemorySegment vectors, int from, int to) {
    RecordEncoder encoder = new RecordEncoder();
    int[] lengths = new int[to - from];
    float[] scales = new float[to - from];
    int[] postingEnds = new int[to - from];
    for (int document = from; document < to; document++) {
      int before = encoder.out.position();
      scales[document - from] =
          encoder.encode(vectors, spool.vectorOffset(documentOrder[document]));
      lengths[document - from] = encoder.out.position() - before;
      postingEnds[document - from] = encoder.postingCount;
    }
    return new Piece(
        encoder.out.array(),
        encoder.out.position(),
        lengths,
        scales,
        encoder.residuals,
        encoder.frequencies,
        postingEnds);
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
    private byte[] frequencies = new byte[1 << 10];
    private int postingCount;
    private long[] postings = new long[256];
    private float[] weights = new float[postings.length];
    private int[] quantized = new int[postings.length];
    private int[] runStarts = new int[16];

    /** Appends a record and returns its scale. */
    float encode(MemorySegment vectors, long offset) {
      int count = readTerms(vectors, offset);
      float scale = quantize(vectors, offset, count);
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
        out.put((byte) Packed.impact(quantized[i]));
      }
      keepBesideImpacts(count, scale);
      while (out.position() < start + padded) {
        out.put((byte) 0);
      }
      return scale;
    }

    private void keepBesideImpacts(int count, float scale) {
      if (withResiduals) {
        for (int i = 0; i < count; i++) {
          residuals.add(Packed.residual(quantized[i]), scale);
        }
      }
      if (withFrequencies) {
        if (frequencies.length < postingCount + count) {
          frequencies =
              Arrays.copyOf(frequencies, Math.max(postingCount + count, 2 * frequencies.length));
        }
        for (int i = 0; i < count; i++) {
          frequencies[postingCount + i] = (byte) Packed.frequency(quantized[i]);
        }
      }
      postingCount += count;
    }

    /** Fills {@link #postings} with (term number, place in the record), ascending. */
    private int readTerms(MemorySegment vectors, long offset) {
      int count = vectors.get(FileLayout.U32, offset + DocumentSpool.COUNT_OFFSET);
      if (postings.length < count) {
        postings = new long[Math.max(count, 2 * postings.length)];
        weights = new float[postings.length];
        quantized = new int[postings.length];
      }
      long at = offset + DocumentSpool.TERMS_OFFSET;
      for (int i = 0; i < count; i++, at += DocumentSpool.TERM_LENGTH) {
        int provisional = vectors.get(FileLayout.U32, at);
        postings[i] = ((long) finalTermNumbers[provisional] << 32) | i;
      }
      Arrays.sort(postings, 0, count);
      return count;
    }

    /**
     * Fills {@link #quantized} in the order of {@link #postings}, and returns the scale. A vector
     * that was quantised before is taken as it is.
     */
    private float quantize(MemorySegment vectors, long offset, int count) {
      if (count == 0) {
        return emptyScale;
      }
      long first = offset + DocumentSpool.TERMS_OFFSET + Integer.BYTES;
      float known = vectors.get(FileLayout.F32, offset + DocumentSpool.SCALE_OFFSET);
      if (known > 0) {
        for (int i = 0; i < count; i++) {
          quantized[i] = vectors.get(FileLayout.U32, first + place(i) * DocumentSpool.TERM_LENGTH);
        }
        return known;
      }
      float documentLength = vectors.get(FileLayout.F32, offset);
      for (int i = 0; i < count; i++) {
        float given = vectors.get(FileLayout.F32, first + place(i) * DocumentSpool.TERM_LENGTH);
        weights[i] = weigher.weight(given, documentLength);
        quantized[i] = FrequencyLayout.of(given);
      }
      float scale = quantizer.scale(weights, count);
      for (int i = 0; i < count; i++) {
        int impact = DocumentQuantizer.impact(weights[i], scale);
        int residual = withResiduals ? ResidualFile.residual(weights[i], scale, impact) : 0;
        quantized[i] = Packed.of(impact, residual, quantized[i]);
      }
      return scale;
    }

    private long place(int index) {
      return postings[index] & 0xFFFF_FFFFL;
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
