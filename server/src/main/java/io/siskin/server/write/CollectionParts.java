package io.siskin.server.write;

import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a collection consists of, as its writer sees it: the sealed segments, the growing segments
 * that are being sealed, and the growing segment that takes documents; in the order of indexing.
 * Each id is live in one of them at most.
 *
 * <p>Used by the writer's thread. Holds a reference to each segment until it is closed.
 */
final class CollectionParts implements AutoCloseable {
  private final Schema schema;
  private final GrowthLimits limits;
  private final Supplier<GrowingPart> newGrowing;
  private final List<SealedPart> sealed;
  private final List<GrowingPart> frozen = new ArrayList<>();

  /** The names of the stored fields of all parts, and of writes that are under way. */
  private final Set<String> fieldNames = new HashSet<>();

  private GrowingPart growing;

  /**
   * When growing segments are frozen, and when writes must wait.
   *
   * @param memoryBytesMax with how many bytes a growing segment is full, see {@link
   *     GrowingPart#memoryBytes}
   * @param ageNanosMax how long after its first document it is frozen, in nanoseconds
   * @param frozenMax how many frozen segments may wait to be sealed before writes wait, 1 or more
   */
  record GrowthLimits(long memoryBytesMax, long ageNanosMax, int frozenMax) {}

  /**
   * Makes the parts of a collection.
   *
   * @param schema the declared fields
   * @param limits when growing segments are frozen
   * @param sealed the sealed segments, in the order of indexing
   * @param newGrowing makes empty growing segments
   */
  CollectionParts(
      Schema schema,
      GrowthLimits limits,
      List<SealedPart> sealed,
      Supplier<GrowingPart> newGrowing) {
    this.schema = schema;
    this.limits = limits;
    this.sealed = new ArrayList<>(sealed);
    this.newGrowing = newGrowing;
    this.growing = newGrowing.get();
    sealed.forEach(part -> fieldNames.addAll(part.documents().storedFields()));
  }

  /** Returns all parts that hold documents, the newest first. */
  private List<Part> newestFirst() {
    List<Part> parts = new ArrayList<>(sealed.size() + frozen.size() + 1);
    parts.addAll(sealed);
    parts.addAll(frozen);
    parts.add(growing);
    return parts.reversed();
  }

  /** Returns the sealed segments, in the order of indexing. */
  List<SealedPart> sealed() {
    return List.copyOf(sealed);
  }

  /** Returns the growing segments that are to be sealed, the oldest first. */
  List<GrowingPart> frozen() {
    return List.copyOf(frozen);
  }

  /** Returns the parts for a snapshot, each with a reference that the caller releases. */
  List<SnapshotPart> snapshotParts() {
    List<SnapshotPart> parts = new ArrayList<>();
    for (Part part : newestFirst().reversed()) {
      if (part.documentCount() > 0) {
        parts.add(part.snapshot());
      }
    }
    return parts;
  }

  /**
   * Puts a document into the place of the one that has its id, if there is one. A growing segment
   * that is full is frozen before.
   *
   * @param document the document
   * @param sequence the last frame of the log that was applied as a whole
   * @param lastPosition the position of the last write of that frame
   * @return whether there was one
   */
  boolean replace(QuantizedDocument document, long sequence, long lastPosition) {
    boolean replaced = delete(document.id());
    if (isGrowingFull()) {
      freeze(sequence, lastPosition);
    }
    growing.add(document);
    return replaced;
  }

  /**
   * Where the live document of an id is.
   *
   * @param part the segment
   * @param number its number there
   */
  private record Place(Part part, int number) {
    static @Nullable Place in(Part part, String id) {
      int number = part.find(id);
      return number < 0 ? null : new Place(part, number);
    }
  }

  /** Looks in the newest parts first, where what is written again is most likely. */
  private @Nullable Place locate(String id) {
    Place place = Place.in(growing, id);
    for (int i = frozen.size() - 1; place == null && i >= 0; i--) {
      place = Place.in(frozen.get(i), id);
    }
    for (int i = sealed.size() - 1; place == null && i >= 0; i--) {
      place = Place.in(sealed.get(i), id);
    }
    return place;
  }

  private boolean isOf(Place place, String tenant) {
    return place.part.isOf(schema, place.number, tenant);
  }

  /**
   * Deletes the document of an id.
   *
   * @param id the id
   * @return whether there was one
   */
  boolean delete(String id) {
    Place place = locate(id);
    if (place != null) {
      place.part.delete(place.number);
    }
    return place != null;
  }

  /**
   * Returns the document of an id.
   *
   * @param id the id
   * @param tenant whose document it must be; empty for anybody's
   * @return null when there is none
   */
  @Nullable QuantizedDocument find(String id, String tenant) {
    Place place = locate(id);
    return place != null && isOf(place, tenant) ? place.part.document(place.number) : null;
  }

  /**
   * Checks that a tenant may write a document: its id may be that of another tenant's.
   *
   * @param id the document's id
   * @param tenant the tenant; empty where there are none
   * @throws InvalidInputException when it is
   */
  void checkOwner(String id, String tenant) {
    Place place = schema.tenantField() == null ? null : locate(id);
    if (place != null && !isOf(place, tenant)) {
      throw new InvalidInputException("id", id, "one that no other tenant has");
    }
  }

  /**
   * Makes sure that the stored fields of a document have names in a segment. A segment has a
   * bounded number of names, and a merge brings those of all documents together.
   *
   * @param names the names of the document's stored fields
   * @throws InvalidInputException when the collection would have too many names
   */
  void claimFieldNames(Set<String> names) {
    if (fieldNames.containsAll(names)) {
      return;
    }
    Set<String> all = new HashSet<>(fieldNames);
    all.addAll(names);
    if (all.size() > FormatV1.FIELD_COUNT_MAX) {
      throw new InvalidInputException(
          "distinct field names", all.size(), "at most " + FormatV1.FIELD_COUNT_MAX);
    }
    fieldNames.addAll(names);
  }

  /**
   * Returns those of some ids that have a document of a tenant, each once.
   *
   * @param ids the ids
   * @param tenant whose documents; empty for anybody's
   */
  List<String> present(List<String> ids, String tenant) {
    Set<String> present = new LinkedHashSet<>();
    for (String id : ids) {
      Place place = locate(id);
      if (place != null && isOf(place, tenant)) {
        present.add(id);
      }
    }
    return List.copyOf(present);
  }

  /**
   * Returns the ids of the documents that a filter admits now.
   *
   * @param selector all documents, or those of a filter
   * @param tenant whose documents; empty for anybody's
   * @param cancellation the request's deadline and cancellation
   * @throws InvalidInputException when the filter does not fit the schema
   */
  List<String> matching(Selector selector, String tenant, Cancellation cancellation) {
    return MatchingIds.of(schema, newestFirst(), selector, tenant, cancellation);
  }

  /** Returns how the terms of the documents are named. */
  Vocabulary vocabulary() {
    for (Part part : newestFirst()) {
      Vocabulary vocabulary = part.documents().vocabulary();
      if (vocabulary != Vocabulary.NONE) {
        return vocabulary;
      }
    }
    return Vocabulary.NONE;
  }

  /** Returns whether every document is in a sealed segment. */
  boolean isSealed() {
    return frozen.isEmpty() && growing.documentCount() == 0;
  }

  /**
   * Leaves out the sealed segments of which everything is deleted. To be called while none of them
   * is being merged.
   */
  void dropDeleted() {
    for (SealedPart part : List.copyOf(sealed)) {
      if (part.live().isEmpty()) {
        sealed.remove(part);
        part.close();
      }
    }
  }

  /** Returns whether the growing segment takes no more documents. */
  private boolean isGrowingFull() {
    return growing.isFull() || growing.memoryBytes() >= limits.memoryBytesMax();
  }

  /** Returns the number of documents that are not in a sealed segment, deleted ones included. */
  int growingDocumentCount() {
    int documents = growing.documentCount();
    for (GrowingPart part : frozen) {
      documents += part.documentCount();
    }
    return documents;
  }

  /** Returns the number of growing segments that wait to be sealed. */
  int frozenCount() {
    return frozen.size();
  }

  /** Returns how many bytes the documents take that are not in a sealed segment. */
  long growingBytes() {
    long bytes = growing.memoryBytes();
    for (GrowingPart part : frozen) {
      bytes += part.memoryBytes();
    }
    return bytes;
  }

  /**
   * Returns whether writes must wait until a frozen segment is sealed. Flushes and a recovery may
   * freeze more segments than writes do.
   */
  boolean isFull() {
    return frozen.size() > limits.frozenMax()
        || (frozen.size() == limits.frozenMax() && isGrowingFull());
  }

  /**
   * Returns whether the growing segment should be frozen.
   *
   * @param nowNanoTime now
   */
  boolean wantsFreeze(long nowNanoTime) {
    return growing.documentCount() > 0
        && frozen.size() < limits.frozenMax()
        && (isGrowingFull() || nowNanoTime - growing.firstNanoTime() >= limits.ageNanosMax());
  }

  /**
   * Freezes the growing segment and begins another one. Does nothing when it is empty.
   *
   * @param sequence the last frame of the log that was applied as a whole
   * @param lastPosition the position of the last write
   */
  void freeze(long sequence, long lastPosition) {
    if (growing.documentCount() > 0) {
      growing.freeze(sequence, lastPosition);
      frozen.add(growing);
      growing = newGrowing.get();
    }
  }

  /**
   * Puts a sealed segment into the place of the oldest frozen one.
   *
   * @param replacement what it was sealed to; null when none of its documents is left
   */
  void sealOldest(@Nullable SealedPart replacement) {
    GrowingPart oldest = frozen.removeFirst();
    if (replacement != null) {
      sealed.add(replacement);
    }
    oldest.close();
  }

  /**
   * Puts a merged segment into the place of neighbours.
   *
   * @param neighbours the segments that were merged, which are still there
   * @param replacement what they were merged to; null when none of their documents is left
   */
  void replace(List<SealedPart> neighbours, @Nullable SealedPart replacement) {
    int at = sealed.indexOf(neighbours.getFirst());
    sealed.removeAll(neighbours);
    if (replacement != null) {
      sealed.add(at, replacement);
    }
    neighbours.forEach(SealedPart::close);
  }

  @Override
  public void close() {
    newestFirst().forEach(Part::close);
  }
}
