package io.siskin.index.build;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;
import java.util.Arrays;

/**
 * Writes {@code residuals.dat}, which holds what rounding the weights to impacts has left over. If
 * all residuals are zero, there is no file.
 *
 * <p>Only one thread may use it. Each {@link Piece} may be filled by another thread.
 */
final class ResidualFile {
  private final SegmentFiles files;
  private final SegmentFileWriter file;
  private final SectionWriter parameters;
  private final PostingBytes residuals;
  private double weightErrorMax;

  private ResidualFile(SegmentFiles files) throws IOException {
    this.files = files;
    this.file = files.begin(FileKind.RESIDUALS);
    this.parameters = file.section(SectionKind.RESIDUAL_PARAMETERS, FormatV1.ENCODING_PLAIN);
    this.residuals = new PostingBytes(file.section(SectionKind.RESIDUALS, FormatV1.ENCODING_PLAIN));
  }

  /** Begins the file. */
  static ResidualFile begin(SegmentFiles files) throws IOException {
    return new ResidualFile(files);
  }

  /** The residuals of consecutive documents, without gaps between them. */
  static final class Piece {
    private byte[] bytes = new byte[1 << 10];
    private int length;
    private double weightErrorMax;

    /** Appends a residual, −128 to 127. */
    void add(int residual, float scale) {
      if (length == bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * length);
      }
      double error = (double) scale * Math.abs(residual) / ResidualLayout.STEPS;
      weightErrorMax = Math.max(weightErrorMax, error);
      bytes[length++] = (byte) (residual + ResidualLayout.ZERO);
    }
  }

  /** Returns the residual of a weight, −128 to 127. */
  static int residual(float weight, float scale, int impact) {
    long fine = Math.round((double) weight / scale * ResidualLayout.STEPS);
    // The difference is below the range if the weight was raised to an impact of 1. It is above
    // the range if it was rounded up to half a step of impacts.
    return Math.clamp(
        fine - (long) impact * ResidualLayout.STEPS,
        -ResidualLayout.ZERO,
        ResidualLayout.STEPS - ResidualLayout.ZERO - 1);
  }

  /**
   * Writes the residuals of the next document.
   *
   * @param recordOffset where its forward record starts
   * @param piece the piece that holds its residuals
   * @param from the index of its first residual
   * @param to the index after its last residual
   */
  void put(long recordOffset, Piece piece, int from, int to) throws IOException {
    residuals.put(recordOffset, piece.bytes, from, to);
    weightErrorMax = Math.max(weightErrorMax, piece.weightErrorMax);
  }

  /**
   * Ends the file. If all residuals are zero, it removes the file instead.
   *
   * @param recordsLength the length of all forward records in bytes
   */
  void finish(long recordsLength) throws IOException {
    if (weightErrorMax == 0) {
      files.drop(file);
      return;
    }
    residuals.finish(recordsLength);
    parameters.putU64(Double.doubleToRawLongBits(weightErrorMax));
    parameters.setCount(1);
    file.join();
  }
}
