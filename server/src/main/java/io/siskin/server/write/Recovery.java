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
  private final CollectionParts parts;
  private final SegmentBuilds builds;
  private long sequence;
  private long lastPosition;
  private long writeCount;

  private Recovery(CollectionFiles files, CollectionParts parts, SegmentBuilds builds) {
    this.files = files;
    this.parts = parts;
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
   * Recovers a collection. Does nothing when its log holds nothing that the segments do not have.
   *
   * @param files the collection's files
   * @param parts what the manifest names
   * @param builds builds segments
   * @param options how to use the disk of the log
   * @throws CorruptLogException when the log is damaged; nothing has changed then
   */
  static void run(
      CollectionFiles files, CollectionParts parts, SegmentBuilds builds, LogOptions options)
      throws IOException {
    LogState state = files.manifest().log();
    Path directory = DataDirectory.logDirectory(files.directory(), state.epoch());
    if (!Files.isDirectory(directory)) {
      return;
    }
    long start = System.nanoTime();
    Recovery recovery = new Recovery(files, parts, builds);
    WriteAheadLog.open(
            directory,
            options,
            state.floor() + 1,
            (sequence, type, payload) -> recovery.replay(directory, sequence, type, payload))
        .close();
    if (recovery.writeCount == 0) {
      return;
    }
    recovery.sealAll();
    // A frame that had been sealed in part is sealed again as a whole. That may give a segment of
    // the same content and so of the same id, and a collection has each segment once.
    parts.dropDeleted();
    files.commit(
        new LogState(files.manifest().generation() + 1, 0, recovery.lastPosition), parts.sealed());
    LOG.info(
        "collection {}: {} writes recovered from the log in {} ms",
        files.manifest().name(),
        recovery.writeCount,
        (System.nanoTime() - start) / 1_000_000);
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
    switch (record) {
      case WriteRecord.Upserts(List<QuantizedDocument> documents) -> {
        for (QuantizedDocument document : documents) {
          parts.delete(document.id());
          if (parts.isGrowingFull()) {
            sealAll();
          }
          parts.add(document);
          lastPosition = Math.max(lastPosition, document.position());
        }
      }
      case WriteRecord.Deletes(long position, List<String> ids) -> {
        ids.forEach(parts::delete);
        lastPosition = Math.max(lastPosition, position);
      }
    }
    sequence = newSequence;
    writeCount++;
  }

  private void sealAll() throws IOException {
    parts.freeze(sequence, lastPosition);
    while (!parts.frozen().isEmpty()) {
      GrowingPart oldest = parts.frozen().getFirst();
      SegmentBuilds.Build build = builds.seal(files, oldest);
      try {
        build.done().join();
      } catch (CompletionException failed) {
        throw new IOException("a recovered segment could not be built", failed.getCause());
      }
      parts.sealOldest(
          NewSegment.open(files, build, List.of(oldest.frozenLive()), List.of(oldest.live())));
    }
  }
}
