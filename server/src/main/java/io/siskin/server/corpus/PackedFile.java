package io.siskin.server.corpus;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.siskin.index.error.InvalidInputException;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An input file opened for one pass: unpacked by its magic bytes, whatever its name says, with the
 * packed bytes counted.
 *
 * <p>A damaged or truncated packing is an {@link InvalidInputException} of the returned stream that
 * names the byte of the packed file; bytes unpacked before the damage are delivered.
 */
final class PackedFile implements Closeable {
  /** How the bytes on disk are packed. */
  enum Packing {
    PLAIN,
    GZIP,
    ZSTD
  }

  private static final int MAGIC_BYTES = 4;
  private static final int MAGIC_ZSTD = 0xFD2FB528;
  private static final int MAGIC_ZSTD_SKIPPABLE = 0x184D2A50; // the last four bits are free

  private final String name;
  private final Packing packing;
  private final long lengthBytes;
  private final CountingInput packed;
  private final InputStream unpacked;

  private PackedFile(String name, Packing packing, long lengthBytes, CountingInput packed)
      throws IOException {
    this.name = name;
    this.packing = packing;
    this.lengthBytes = lengthBytes;
    this.packed = packed;
    this.unpacked =
        switch (packing) {
          case PLAIN -> packed;
          case GZIP -> new GzipInput(packed, name);
          case ZSTD -> new ZstdInput(packed, name);
        };
  }

  static PackedFile open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException("input", file, "a regular file that exists");
    }
    CountingInput packed = new CountingInput(Files.newInputStream(file));
    try {
      return new PackedFile(file.toString(), packing(file), Files.size(file), packed);
    } catch (IOException | InvalidInputException e) {
      packed.close();
      throw e;
    }
  }

  private static Packing packing(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] magic = in.readNBytes(MAGIC_BYTES);
      if (magic.length >= 2 && magic[0] == 0x1F && (magic[1] & 0xFF) == 0x8B) {
        return Packing.GZIP;
      }
      if (magic.length == MAGIC_BYTES) {
        int word = ByteBuffer.wrap(magic).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (word == MAGIC_ZSTD || (word & ~0xF) == MAGIC_ZSTD_SKIPPABLE) {
          return Packing.ZSTD;
        }
      }
      return Packing.PLAIN;
    }
  }

  /** The file as the caller gave it, for messages. */
  String name() {
    return name;
  }

  Packing packing() {
    return packing;
  }

  /** The unpacked bytes; to be read once. */
  InputStream unpacked() {
    return unpacked;
  }

  long consumedBytes() {
    return packed.count;
  }

  long lengthBytes() {
    return lengthBytes;
  }

  @Override
  public void close() throws IOException {
    unpacked.close();
  }

  /**
   * Counts what is read. The count is volatile because a progress display may look at it from its
   * own thread.
   */
  private static final class CountingInput extends FilterInputStream {
    private volatile long count;

    CountingInput(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      add(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = super.read(target, offset, length);
      add(Math.max(read, 0));
      return read;
    }

    @Override
    public long skip(long distance) throws IOException {
      long skipped = super.skip(distance);
      add(skipped);
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads the file
    private void add(long bytes) {
      count += bytes;
    }
  }

  /** Gives the decoder's complaints our type and place. */
  private static final class ZstdInput extends FilterInputStream {
    private final CountingInput packed;
    private final String file;

    ZstdInput(CountingInput packed, String file) throws IOException {
      super(new ZstdInputStreamNoFinalizer(packed));
      this.packed = packed;
      this.file = file;
    }

    @Override
    public int read() throws IOException {
      byte[] single = new byte[1];
      return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        return super.read(target, offset, length);
      } catch (ZstdIOException e) {
        String what =
            "damaged or cut off at or before byte " + packed.count + ": " + e.getMessage();
        throw new InvalidInputException("zstd data", what, "whole zstd frames").at(file);
      }
    }
  }
}
