package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.lang.foreign.MemorySegment;

/**
 * The residuals. They lead from a document number to what rounding has left over of each weight.
 * {@link ResidualLayout} describes the bytes.
 *
 * <p>It is a view of mapped memory and is safe for concurrent use.
 */
public final class ResidualIndex {
  private final ForwardIndex forward;
  private final double weightErrorMax;
  private final MemorySegment bytes;

  private ResidualIndex(ForwardIndex forward, double weightErrorMax, MemorySegment bytes) {
    this.forward = forward;
    this.weightErrorMax = weightErrorMax;
    this.bytes = bytes;
  }

  /**
   * Opens the view.
   *
   * @param file the verified {@code residuals.dat}
   * @param forward the segment's forward index
   * @param postingCount the number of postings of the segment
   * @throws CorruptSegmentException if sections contradict each other
   */
  static ResidualIndex open(MappedFile file, ForwardIndex forward, long postingCount)
      throws CorruptSegmentException {
    Section parameters = file.section(SectionKind.RESIDUAL_PARAMETERS);
    parameters.requireEncoding(FormatV1.ENCODING_PLAIN);
    parameters.requireCount(1);
    parameters.requireLength(ResidualLayout.PARAMETERS_LENGTH);
    double errorMax =
        Double.longBitsToDouble(
            parameters.bytes().get(FileLayout.U64, ResidualLayout.WEIGHT_ERROR_MAX_OFFSET));
    parameters.require(
        errorMax > 0 && errorMax < Double.POSITIVE_INFINITY, "a finite error above 0", errorMax);
    Section residuals = file.section(SectionKind.RESIDUALS);
    residuals.requireEncoding(FormatV1.ENCODING_PLAIN);
    residuals.requireCount(postingCount);
    residuals.requireLength(ResidualLayout.start(forward.recordsLengthBytes()));
    return new ResidualIndex(forward, errorMax, residuals.paddedBytes());
  }

  /** Returns the largest difference between a refined weight and scale × impact, above 0. */
  public double weightErrorMax() {
    return weightErrorMax;
  }

  /**
   * Returns the residuals of all documents, followed by 64 bytes that may be read but have no
   * meaning.
   */
  public MemorySegment bytes() {
    return bytes;
  }

  /**
   * Returns the residual of a posting. This is the simple and slow way to read one.
   *
   * @param documentNumber the document
   * @param posting the index of the posting in the forward record, 0 or more
   * @return the residual, −128 to 127. An impact has {@link ResidualLayout#STEPS} such steps
   */
  public int residual(int documentNumber, int posting) {
    long start = ResidualLayout.start(forward.recordOffset(documentNumber));
    return (bytes.get(FileLayout.U8, start + posting) & 0xFF) - ResidualLayout.ZERO;
  }
}
