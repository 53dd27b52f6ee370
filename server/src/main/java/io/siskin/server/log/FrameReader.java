package io.siskin.server.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the frames of a log when it is opened. */
@FunctionalInterface
public interface FrameReader {
  /**
   * Takes one frame. Frames come in ascending order of sequence numbers, without a gap.
   *
   * @param sequence its sequence number, 1 or more
   * @param type the type that it was appended with, 1 to 255
   * @param payload its bytes, little-endian, from position to limit. They are valid until this
   *     method returns
   * @throws IOException to end the opening of the log with this error
   */
  void read(long sequence, int type, ByteBuffer payload) throws IOException;
}
