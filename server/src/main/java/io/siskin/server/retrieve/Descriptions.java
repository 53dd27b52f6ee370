package io.siskin.server.retrieve;

import io.siskin.index.segment.Segment;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.MemoryUse;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.plan.Planner;
import io.siskin.server.retrieve.CollectionDescription.LengthDescription;
import io.siskin.server.retrieve.CollectionDescription.MemoryDescription;
import io.siskin.server.retrieve.CollectionDescription.SegmentDescription;
import io.siskin.server.retrieve.CollectionDescription.StorageDescription;
import io.siskin.server.retrieve.CollectionDescription.StructureDescription;
import java.util.ArrayList;
import java.util.List;

/**
 * Says of a snapshot what it is. Reads nothing of its files but the lengths of documents, which it
 * leaves out for a damaged one. All else was read when the snapshot was opened. The system is asked
 * what of the files is in memory.
 */
final class Descriptions {
  // The k of a request without one; with others the default target may lead to other modes.
  private static final int DEFAULT_MODE_K = 10;

  private Descriptions() {}

  /**
   * Describes a snapshot.
   *
   * @param snapshot the snapshot, retained by the caller
   * @param aliases the aliases that name the collection, in ascending order
   * @param writes what the writer of the collection holds
   */
  static CollectionDescription of(
      CollectionSnapshot snapshot, List<String> aliases, WriteCounts.State writes) {
    float defaultTarget = snapshot.defaultRecallTarget();
    Planner planner = snapshot.planner();
    String encoder = snapshot.encoderSpec().kind();
    return new CollectionDescription(
        snapshot.manifest().name(),
        snapshot.documentCount(),
        snapshot.termCount(),
        snapshot.postingCount(),
        snapshot.lengthBytes(),
        encoder,
        encoder,
        snapshot.manifest().encoder().toString(),
        snapshot.vocabulary(),
        snapshot.storedFields(),
        planner.representative(planner.plan(defaultTarget, DEFAULT_MODE_K)),
        defaultTarget,
        planner.expectations(),
        snapshot.segments().stream().map(Descriptions::of).toList(),
        snapshot.damage() != null,
        new StorageDescription(
            snapshot.manifest().settings(),
            snapshot.lastPosition(),
            snapshot.deletedCount(),
            memory(snapshot.memory(), writes),
            aliases,
            lengths(snapshot)));
  }

  private static LengthDescription lengths(CollectionSnapshot snapshot) {
    if (!(snapshot.encoderSpec().base() instanceof Bm25Spec bm25) || !bm25.pinsAverageLength()) {
      return LengthDescription.NONE;
    }
    double present = snapshot.damage() == null ? snapshot.averageLength() : Double.NaN;
    return new LengthDescription(
        bm25.averageLength(), Double.isNaN(present) ? null : Double.valueOf(present));
  }

  private static MemoryDescription memory(MemoryUse used, WriteCounts.State writes) {
    return new MemoryDescription(
        used.heapBytes() + writes.waitingBytes(),
        used.anonymousBytes(),
        used.mappedBytes(),
        used.residentBytes(),
        writes.logBytes());
  }

  private static SegmentDescription of(Segment segment) {
    List<StructureDescription> structures = new ArrayList<>();
    segment
        .lengths()
        .forEach(
            (kind, length) -> structures.add(new StructureDescription(kind.fileName(), length)));
    return new SegmentDescription(
        segment.id().toString(),
        segment.formatVersion(),
        segment.statistics().documentCount(),
        segment.statistics().postingCount(),
        structures);
  }
}
