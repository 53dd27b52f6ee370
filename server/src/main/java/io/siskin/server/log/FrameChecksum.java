package io.siskin.server.log;

import io.siskin.index.format.v2.LogLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Computes the checksums of frames. Only one thread may use it. */
final class FrameChecksum {
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer salt = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /**
   * Returns the checksum of a frame.
   *
   * @param fileSalt the salt of its file
   * @param header a buffer with the header of the frame at a position
   * @param at the position
   * @param payload the payload. Its position and limit stay as they are
   */
  int of(long fileSalt, ByteBuffer header, int at, ByteBuffer payload) {
    crc.reset();
    crc.update(salt.clear().putLong(fileSalt).flip());
    ByteBuffer covered = header.duplicate();
    crc.update(covered.limit(at + LogLayout.FRAME_CHECKSUM_OFFSET).position(at));
    crc.update(
        covered
            .limit(at + LogLayout.FRAME_PAYLOAD_OFFSET)
            .position(at + LogLayout.FRAME_SEQUENCE_OFFSET));
    crc.update(payload.duplicate());
    return (int) crc.getValue();
  }
}
