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
 * The residuals: document number → what rounding has left over of each weight, see {@link
 * ResidualLayout}.
 *
 * <p>A view; safe for concurrent use.
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
   * @param postingCount the segment's postings
   * @throws CorruptSegmentException when sections contradict each other
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

  /** Returns the most by which a refined weight differs from scale × impact, above 0. */
  public double weightErrorMax() {
    return weightErrorMax;
  }

  /**
   * Returns the residuals of all documents, and 64 more bytes that may be read but mean nothing.
   */
  public MemorySegment bytes() {
    return bytes;
  }

  /**
   * Returns a posting's residual: the plain way to read one.
   *
   * @param documentNumber the document
   * @param posting which of its postings, in the order of the forward record, 0 or more
   * @return −128 to 127, in {@link ResidualLayout#STEPS} of a step of impacts
   */
  public int residual(int documentNumber, int posting) {
    long start = ResidualLayout.start(forward.recordOffset(documentNumber));
    return (bytes.get(FileLayout.U8, start + posting) & 0xFF) - ResidualLayout.ZERO;
  }
}
