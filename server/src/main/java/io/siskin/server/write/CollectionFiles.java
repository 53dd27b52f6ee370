package io.siskin.server.write;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.format.SegmentId;
import io.siskin.index.segment.DeletesFile;
import io.siskin.index.store.Publication;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.LogState;
import io.siskin.server.collection.OpenSegment;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.plan.Calibration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of a collection that is written, and the right to change them. A commit writes first
 * what the new manifest names, then the manifest, and then removes what is no longer named; so a
 * process that ends anywhere leaves a whole collection.
 *
 * <p>Used by the writer's thread, but for {@link #newBuildDirectory}, which any thread may call.
 */
final class CollectionFiles implements AutoCloseable {
  private final DataDirectory.Writer rights;
  private final Publisher publisher;
  private final EncoderSpec encoder;
  private final boolean countsFrequencies;
  private CollectionManifest manifest;

  /** Takes each new state of a collection. */
  @FunctionalInterface
  interface Publisher {
    /**
     * Publishes a state.
     *
     * @param manifest the manifest in force
     * @param parts what the collection consists of, each with a reference that is taken over
     * @param lastPosition the position of the last write that it shows
     */
    void publish(CollectionManifest manifest, List<SnapshotPart> parts, long lastPosition);
  }

  /**
   * Takes over the files.
   *
   * @param rights the right to change them
   * @param manifest the manifest in force
   * @param encoder how text becomes vectors
   * @param countsFrequencies whether document frequencies are asked for
   * @param publisher takes each new state
   */
  CollectionFiles(
      DataDirectory.Writer rights,
      CollectionManifest manifest,
      EncoderSpec encoder,
      boolean countsFrequencies,
      Publisher publisher) {
    this.rights = rights;
    this.manifest = manifest;
    this.encoder = encoder;
    this.countsFrequencies = countsFrequencies;
    this.publisher = publisher;
  }

  /** Returns the manifest in force. */
  CollectionManifest manifest() {
    return manifest;
  }

  /** Returns how text becomes vectors. */
  EncoderSpec encoder() {
    return encoder;
  }

  /** Returns the collection's folder. */
  Path directory() {
    return rights.directory();
  }

  /** Makes a folder for a segment under construction. */
  Path newBuildDirectory() throws IOException {
    return rights.newBuildDirectory();
  }

  /**
   * Shows a state of the collection to searches.
   *
   * @param parts what it consists of, each with a reference that is taken over
   * @param lastPosition the position of the last write that it shows
   */
  void publish(List<SnapshotPart> parts, long lastPosition) {
    publisher.publish(manifest, parts, lastPosition);
  }

  /**
   * Moves a finished segment to its place and opens it. It is not part of the collection yet. When
   * that fails, its folder is removed.
   *
   * @param built its folder
   * @param id its id
   * @param documentCount its documents
   * @param lengthBytes the bytes of its files
   * @param live its documents that are not deleted
   * @param calibration what was measured on it; null for nothing
   */
  SealedPart add(
      Path built,
      String id,
      long documentCount,
      long lengthBytes,
      DocumentSet live,
      @Nullable Calibration calibration)
      throws IOException {
    try {
      rights.publishSegment(built, id);
    } finally {
      // It is built again after a failure, again and again on a full disk.
      Publication.deleteDirectory(built);
    }
    rights.putCalibration(id, calibration);
    SegmentEntry entry = new SegmentEntry(id, documentCount, lengthBytes);
    // Its files were just written and forced; positions are stored in it.
    OpenSegment segment =
        OpenSegment.open(rights.directory(), entry, Verification.STRUCTURE, 0, countsFrequencies);
    return new SealedPart(segment, entry, live);
  }

  /**
   * Commits what the collection consists of.
   *
   * @param log how far the segments go in the log
   * @param sealed the segments, in the order of indexing
   */
  void commit(LogState log, List<SealedPart> sealed) throws IOException {
    long generation = manifest.generation() + 1;
    List<SegmentEntry> entries = new ArrayList<>(sealed.size());
    for (SealedPart part : sealed) {
      SegmentEntry entry = part.committed();
      if (part.hasNewDeletes()) {
        DocumentSet live = part.live();
        writeDeletes(part.segment().segment().id(), generation, live);
        entry = entry.withDeletes(generation, live.documentCount() - live.size());
      }
      entries.add(entry);
    }
    commitLog(log, entries);
    for (int i = 0; i < entries.size(); i++) {
      sealed.get(i).committed(entries.get(i));
    }
  }

  /**
   * Commits the segments as they are, with another state of the log.
   *
   * @param log how far the segments go in the log
   * @param segments the segments that the manifest names already
   */
  void commitLog(LogState log, List<SegmentEntry> segments) throws IOException {
    CollectionManifest next = manifest.next(log, segments);
    boolean committed = false;
    try {
      rights.commit(next);
      committed = true;
    } finally {
      // A commit that has failed may be on the disk all the same. So its generation is used up: the
      // files that it names must not get another content.
      manifest = committed ? next : manifest.next();
    }
  }

  private void writeDeletes(SegmentId id, long generation, DocumentSet live) throws IOException {
    Path file = DataDirectory.deletesFile(rights.directory(), id.toString(), generation);
    AtomicFile.createDirectory(DataDirectory.deletesDirectory(rights.directory()));
    DeletesFile.write(file, id, live);
  }

  @Override
  public void close() throws IOException {
    rights.close();
  }
}
