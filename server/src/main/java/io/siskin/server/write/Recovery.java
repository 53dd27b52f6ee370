package io.siskin.server.write;

import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.LogState;
import io.siskin.server.log.CorruptLogException;
import io.siskin.server.log.LogOptions;
import io.siskin.server.log.WriteAheadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the log of a collection and brings what it holds, and no segment has, into growing
 * segments. That is needed after a crash, after a log that failed, and after an end on a full disk.
 *
 * <p>It takes no room on the disk, so it works while the disk is full. The growing segments are
 * sealed afterwards, as those of any writer. All of the log is taken into memory: whoever wrote it
 * had it in memory too.
 *
 * <p>Used once, by one thread.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final CollectionManifest manifest;
  private final PartsOpener opener;
  private final Path directory;

  /** What the manifest names and what was replayed; null until there is something to replay. */
  private @Nullable CollectionParts parts;

  private long sequence;
  private long lastPosition;
  private long writeCount;

  /** Opens the segments of a collection. */
  @FunctionalInterface
  interface PartsOpener {
    /**
     * Opens what the manifest names.
     *
     * @throws IOException when a segment cannot be read or is damaged
     */
    CollectionParts open() throws IOException;
  }

  /**
   * A log that is ready, and what it held.
   *
   * @param log the log
   * @param parts the segments and what was replayed; null when the segments have everything
   * @param lastPosition the position of the last write
   */
  record Recovered(WriteAheadLog log, @Nullable CollectionParts parts, long lastPosition) {}

  private Recovery(CollectionFiles files, PartsOpener opener) {
    this.manifest = files.manifest();
    this.opener = opener;
    this.directory = DataDirectory.logDirectory(files.directory(), manifest.log().epoch());
    this.sequence = manifest.log().floor();
    this.lastPosition = manifest.log().lastPosition();
  }

  /**
   * Tells whether a collection may have writes that are in its log only.
   *
   * @param directory the collection's folder
   * @param manifest its manifest
   */
  static boolean isNeeded(Path directory, CollectionManifest manifest) {
    return Files.isDirectory(DataDirectory.logDirectory(directory, manifest.log().epoch()));
  }

  /**
   * Opens the log of a collection.
   *
   * @param files the collection's files
   * @param opener opens what the manifest names; asked only when there is something to replay
   * @param options how to use the disk of the log
   * @return the log and what it held, which the caller closes
   * @throws CorruptLogException when the log is damaged; nothing has changed then
   * @throws io.siskin.server.log.LogFullException when there is no room for the first file of a
   *     log. Then it holds nothing that no segment has
   */
  static Recovered run(CollectionFiles files, PartsOpener opener, LogOptions options)
      throws IOException {
    return new Recovery(files, opener).run(options);
  }

  private Recovered run(LogOptions options) throws IOException {
    LogState state = manifest.log();
    long start = System.nanoTime();
    boolean opened = false;
    try {
      WriteAheadLog log = WriteAheadLog.open(directory, options, state.floor() + 1, this::replay);
      requireDurable(log, state);
      opened = true;
      CollectionParts replayed = parts;
      if (replayed != null) {
        // A frame that had been sealed in part was replayed as a whole. It may be sealed to the
        // same content and so to the same id again, and a collection has each segment once.
        replayed.dropDeleted();
        LOG.info(
            "collection {}: {} writes recovered from the log in {} ms",
            manifest.name(),
            writeCount,
            (System.nanoTime() - start) / 1_000_000);
      }
      return new Recovered(log, replayed, lastPosition);
    } finally {
      if (!opened && parts != null) {
        parts.close();
      }
    }
  }

  /**
   * A log cannot tell damage in its last frames from a write that was not finished, and cuts them
   * off. The manifest can tell: it may name files of deletes that have what these frames delete.
   */
  private void requireDurable(WriteAheadLog log, LogState state) throws IOException {
    if (log.lastSequence() < state.durable()) {
      log.close();
      throw new CorruptLogException(
          directory.toString(),
          0,
          "frame " + state.durable() + ", which was durable when the collection was committed",
          "frame " + log.lastSequence() + " as the last one");
    }
  }

  private CollectionParts parts() throws IOException {
    CollectionParts opened = parts;
    if (opened == null) {
      opened = opener.open();
      parts = opened;
    }
    return opened;
  }

  private void replay(long newSequence, int type, ByteBuffer payload) throws IOException {
    WriteRecord record;
    try {
      record = WriteRecordCodec.decode(type, payload);
    } catch (InvalidInputException damaged) {
      throw new CorruptLogException(
          directory.toString(),
          0,
          "a record in frame " + newSequence,
          String.valueOf(damaged.getMessage()));
    }
    CollectionParts changed = parts();
    switch (record) {
      case WriteRecord.Upserts(List<QuantizedDocument> documents) -> {
        for (QuantizedDocument document : documents) {
          changed.claimFieldNames(document.stored().keySet());
          // The frame is not applied as a whole yet, so the next replay would begin with it.
          boolean _ = changed.replace(document, sequence, lastPosition);
        }
        for (QuantizedDocument document : documents) {
          lastPosition = Math.max(lastPosition, document.position());
        }
      }
      case WriteRecord.Deletes(long position, List<String> ids) -> {
        ids.forEach(changed::delete);
        lastPosition = Math.max(lastPosition, position);
      }
    }
    sequence = newSequence;
    writeCount++;
  }
}
