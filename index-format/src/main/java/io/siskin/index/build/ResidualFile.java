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
  private static final byte[] ZEROS = new byte[4096];

  private final SegmentFiles files;
  private final SegmentFileWriter file;
  private final SectionWriter parameters;
  private final SectionWriter residuals;
  private double weightErrorMax;
  private long count;

  private ResidualFile(SegmentFiles files) throws IOException {
    this.files = files;
    this.file = files.begin(FileKind.RESIDUALS);
    this.parameters = file.section(SectionKind.RESIDUAL_PARAMETERS, FormatV1.ENCODING_PLAIN);
    this.residuals = file.section(SectionKind.RESIDUALS, FormatV1.ENCODING_PLAIN);
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

    /** Appends the residual of a weight. */
    void add(float weight, float scale, int impact) {
      if (length == bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * length);
      }
      int residual = residual(weight, scale, impact);
      double error = (double) scale * Math.abs(residual) / ResidualLayout.STEPS;
      weightErrorMax = Math.max(weightErrorMax, error);
      bytes[length++] = (byte) (residual + ResidualLayout.ZERO);
    }

    /** Returns the number of residuals. */
    int length() {
      return length;
    }
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
    padTo(ResidualLayout.start(recordOffset));
    residuals.putBytes(piece.bytes, from, to - from);
    count += to - from;
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
    padTo(ResidualLayout.start(recordsLength));
    residuals.setCount(count);
    parameters.putU64(Double.doubleToRawLongBits(weightErrorMax));
    parameters.setCount(1);
    file.join();
  }

  private void padTo(long position) throws IOException {
    long left = position - residuals.position();
    assert left >= 0 : "records are longer than three bytes per posting";
    while (left > 0) {
      int chunk = (int) Math.min(left, ZEROS.length);
      residuals.putBytes(ZEROS, 0, chunk);
      left -= chunk;
    }
  }

  /**
   * Returns what rounding a weight to an impact has left over, in steps of an impact.
   *
   * @param weight the weight
   * @param scale the scale of its document
   * @param impact the impact
   * @return −128 to 127
   */
  static int residual(float weight, float scale, int impact) {
    long fine = Math.round((double) weight / scale * ResidualLayout.STEPS);
    // The difference is below the range if the weight was raised to an impact of 1. It is above
    // the range if it was rounded up to half a step of impacts.
    return Math.clamp(
        fine - (long) impact * ResidualLayout.STEPS,
        -ResidualLayout.ZERO,
        ResidualLayout.STEPS - ResidualLayout.ZERO - 1);
  }
}
