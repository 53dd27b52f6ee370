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
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the log of a collection holds into segments, when the collection is opened after a
 * crash or after a log that failed.
 *
 * <p>It ends with sealed segments and a new, empty log. The old log is never written again: after a
 * failed force, the memory of the system may show bytes of it that the disk does not have.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final CollectionFiles files;
  private final PartsOpener opener;
  private final SegmentBuilds builds;

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

  private Recovery(CollectionFiles files, PartsOpener opener, SegmentBuilds builds) {
    this.files = files;
    this.opener = opener;
    this.builds = builds;
    this.sequence = files.manifest().log().floor();
    this.lastPosition = files.manifest().log().lastPosition();
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
   * Recovers a collection. Does nothing when its log holds nothing that the segments do not have;
   * then these are not opened either.
   *
   * @param files the collection's files
   * @param opener opens what the manifest names
   * @param builds builds segments
   * @param options how to use the disk of the log
   * @throws CorruptLogException when the log is damaged; nothing has changed then
   */
  static void run(
      CollectionFiles files, PartsOpener opener, SegmentBuilds builds, LogOptions options)
      throws IOException {
    if (isNeeded(files.directory(), files.manifest())) {
      new Recovery(files, opener, builds).run(options);
    }
  }

  private void run(LogOptions options) throws IOException {
    LogState state = files.manifest().log();
    Path directory = DataDirectory.logDirectory(files.directory(), state.epoch());
    long start = System.nanoTime();
    try {
      WriteAheadLog.open(
              directory,
              options,
              state.floor() + 1,
              (newSequence, type, payload) -> replay(directory, newSequence, type, payload))
          .close();
      CollectionParts replayed = parts;
      if (replayed == null) {
        return;
      }
      sealAll(replayed);
      // A frame that had been sealed in part is sealed again as a whole. That may give a segment of
      // the same content and so of the same id, and a collection has each segment once.
      replayed.dropDeleted();
      files.commit(
          new LogState(files.manifest().generation() + 1, 0, lastPosition), replayed.sealed());
    } finally {
      if (parts != null) {
        parts.close();
      }
    }
    LOG.info(
        "collection {}: {} writes recovered from the log in {} ms",
        files.manifest().name(),
        writeCount,
        (System.nanoTime() - start) / 1_000_000);
  }

  private CollectionParts parts() throws IOException {
    CollectionParts opened = parts;
    if (opened == null) {
      opened = opener.open();
      parts = opened;
    }
    return opened;
  }

  private void replay(Path directory, long newSequence, int type, ByteBuffer payload)
      throws IOException {
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
          changed.delete(document.id());
          if (changed.isGrowingFull()) {
            sealAll(changed);
          }
          changed.add(document);
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

  private void sealAll(CollectionParts growing) throws IOException {
    growing.freeze(sequence, lastPosition);
    while (!growing.frozen().isEmpty()) {
      GrowingPart oldest = growing.frozen().getFirst();
      SegmentBuilds.Build build = builds.seal(files, oldest);
      try {
        build.done().join();
      } catch (CompletionException failed) {
        throw new IOException("a recovered segment could not be built", failed.getCause());
      }
      growing.sealOldest(
          NewSegment.open(files, build, List.of(oldest.frozenLive()), List.of(oldest.live())));
    }
  }
}
