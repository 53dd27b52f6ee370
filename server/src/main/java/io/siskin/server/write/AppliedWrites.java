package io.siskin.server.write;

import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v2.LogLayout;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.counters.WriteTotals;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.log.WriteAheadLog;
import io.siskin.server.retrieve.Selector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What writes mean: resolves each against what the writes before it left, appends it to the log,
 * and applies it to the parts of the collection. It neither forces the log nor answers anybody.
 *
 * <p>Used by the writer's thread.
 */
final class AppliedWrites {
  private static final int FRAME_DOCUMENTS_MAX = 1_000;
  private static final long FRAME_BYTES_MAX = 8 << 20;
  private static final int FRAME_IDS_MAX = 10_000;

  private final CollectionSettings settings;
  private final EncoderSpec encoder;
  private final CollectionParts parts;
  private final WriteAheadLog log;
  private final WriteTotals totals;
  private final WriteRecordCodec codec = new WriteRecordCodec();
  private long nextPosition;
  private long appliedSequence;

  /**
   * Goes on after the last write.
   *
   * @param files the collection's files
   * @param parts what it consists of
   * @param log its log; the parts have all that it holds
   * @param totals counts what is written
   * @param lastPosition the position of the last write
   */
  AppliedWrites(
      CollectionFiles files,
      CollectionParts parts,
      WriteAheadLog log,
      WriteTotals totals,
      long lastPosition) {
    this.settings = files.manifest().settings();
    this.encoder = files.encoder();
    this.parts = parts;
    this.log = log;
    this.totals = totals;
    this.nextPosition = lastPosition + 1;
    this.appliedSequence = log.lastSequence();
  }

  /** Returns the last frame of the log that was applied as a whole. */
  long sequence() {
    return appliedSequence;
  }

  /** Returns the position of the last write. */
  long lastPosition() {
    return nextPosition - 1;
  }

  /** The documents of one request that go into the log, frame by frame, and its results. */
  private final class Frames {
    private final List<WriteResult> results;
    private final @Nullable WriteOutcome outcome;
    private final List<QuantizedDocument> documents = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();
    private long lengthBytes;

    /**
     * Begins without a document.
     *
     * @param requested how many documents the request has
     * @param outcome what becomes of each; null for created or replaced
     */
    Frames(int requested, @Nullable WriteOutcome outcome) {
      this.results = new ArrayList<>(requested);
      this.outcome = outcome;
    }

    /** Sets the result of the next document, of which nothing is written. */
    void skip(WriteOutcome skipped, @Nullable InvalidInputException refusal) {
      results.add(new WriteResult(skipped, 0, refusal));
    }

    /** Takes the next document. */
    void add(QuantizedDocument document) {
      places.add(results.size());
      results.add(new WriteResult(WriteOutcome.CREATED, 0, null));
      documents.add(document);
      lengthBytes += AppliedWrites.lengthBytes(document);
    }

    boolean isFull() {
      return documents.size() == FRAME_DOCUMENTS_MAX || lengthBytes >= FRAME_BYTES_MAX;
    }

    /** Gives documents their positions, appends them to the log and applies them. */
    void write() throws IOException {
      if (documents.isEmpty()) {
        return;
      }
      List<QuantizedDocument> positioned = new ArrayList<>(documents.size());
      for (int i = 0; i < documents.size(); i++) {
        positioned.add(documents.get(i).at(nextPosition + i));
      }
      append(new WriteRecord.Upserts(positioned));
      for (int i = 0; i < positioned.size(); i++) {
        QuantizedDocument document = positioned.get(i);
        // The frame is not applied as a whole yet, so a replay begins with it.
        boolean replaced = parts.replace(document, appliedSequence, nextPosition - 1);
        WriteOutcome done = replaced ? WriteOutcome.REPLACED : WriteOutcome.CREATED;
        results.set(
            places.get(i),
            new WriteResult(outcome == null ? done : outcome, document.position(), null));
      }
      applied(positioned.size());
      documents.clear();
      places.clear();
      lengthBytes = 0;
    }
  }

  /**
   * Creates or replaces documents.
   *
   * @param upsert the documents
   * @return what became of each
   * @throws InvalidInputException when there is no such tenant; nothing was done
   * @throws io.siskin.server.log.LogFullException when the log has no room; whole frames before may
   *     have been written
   */
  List<WriteResult> upsert(WriteTask.Upsert upsert) throws IOException {
    checkTenant(upsert);
    Frames frames = new Frames(upsert.documents().size(), null);
    Vocabulary vocabulary = parts.vocabulary();
    for (PreparedDocument prepared : upsert.documents()) {
      try {
        QuantizedDocument document = accepted(prepared, vocabulary, upsert.tenant());
        if (document.vector().size() > 0) {
          vocabulary = Vocabulary.of(document.vector().isByToken());
        }
        frames.add(document);
      } catch (InvalidInputException refused) {
        frames.skip(WriteOutcome.REFUSED, refused.at("documents[" + frames.results.size() + "]"));
      }
      if (frames.isFull()) {
        frames.write();
      }
    }
    frames.write();
    return frames.results;
  }

  /**
   * Returns a document that may be written. What a segment would refuse is refused here, before the
   * log has it. All documents of a request are of one tenant, so those of them that are not applied
   * yet change no owner for the others.
   *
   * @param prepared the document, or what was found wrong with it
   * @param vocabulary how the collection names terms; none yet accepts both ways
   * @param tenant whose document it is to be; empty for none
   */
  private QuantizedDocument accepted(
      PreparedDocument prepared, Vocabulary vocabulary, String tenant) {
    return switch (prepared) {
      case PreparedDocument.Refused(InvalidInputException reason) -> throw reason;
      case PreparedDocument.Ready(QuantizedDocument document) -> {
        if (document.vector().size() > 0) {
          vocabulary.check(document.vector().isByToken());
        }
        parts.checkOwner(document.id(), tenant);
        parts.claimFieldNames(document.stored().keySet());
        yield document;
      }
    };
  }

  private void append(WriteRecord record) throws IOException {
    ByteBuffer payload = codec.encode(record);
    long sequence = log.append(WriteRecordCodec.type(record), payload);
    totals.logged(LogLayout.frameLength(payload.remaining()));
    assert sequence == appliedSequence + 1 : sequence;
  }

  private void applied(int positions) {
    appliedSequence++;
    nextPosition += positions;
  }

  /**
   * Deletes documents.
   *
   * @param delete which
   * @throws InvalidInputException when there is no such tenant, or when a filter does not fit
   * @throws io.siskin.server.log.LogFullException as for {@link #upsert}
   */
  Deletion delete(WriteTask.Delete delete) throws IOException {
    checkTenant(delete);
    List<String> ids =
        switch (delete.selector()) {
          case Selector.Ids(List<String> given) -> parts.present(given, delete.tenant());
          case Selector.All _, Selector.Matching _, Selector.Expression _ ->
              parts.matching(delete.selector(), delete.tenant(), delete.cancellation());
        };
    for (int from = 0; from < ids.size(); from += FRAME_IDS_MAX) {
      List<String> some = ids.subList(from, Math.min(ids.size(), from + FRAME_IDS_MAX));
      append(new WriteRecord.Deletes(nextPosition, some));
      some.forEach(parts::delete);
      totals.deleted(some.size());
      applied(1);
    }
    return new Deletion(ids.size(), ids.isEmpty() ? 0 : nextPosition - 1);
  }

  /**
   * Sets or removes fields of documents.
   *
   * @param update the changes
   * @return what became of each
   * @throws InvalidInputException when there is no such tenant; nothing was done
   * @throws io.siskin.server.log.LogFullException as for {@link #upsert}
   */
  List<WriteResult> update(WriteTask.Update update) throws IOException {
    checkTenant(update);
    Frames frames = new Frames(update.updates().size(), WriteOutcome.UPDATED);
    Map<String, QuantizedDocument> changed = new LinkedHashMap<>();
    for (FieldsUpdate one : update.updates()) {
      QuantizedDocument before = changed.get(one.id());
      before = before == null ? parts.find(one.id(), update.tenant()) : before;
      if (before == null) {
        frames.skip(WriteOutcome.NOT_FOUND, null);
        continue;
      }
      try {
        QuantizedDocument after = UpdatedFields.of(settings, encoder, before, one);
        parts.claimFieldNames(after.stored().keySet());
        frames.add(after);
        changed.put(one.id(), after);
      } catch (InvalidInputException refused) {
        frames.skip(WriteOutcome.REFUSED, refused);
      }
      if (frames.isFull()) {
        frames.write();
        changed.clear();
      }
    }
    frames.write();
    return frames.results;
  }

  private void checkTenant(WriteTask.Write<?> write) {
    // All documents are meant; this only checks the tenant.
    var _ = new Selector.All().resolve(settings.schema(), write.tenant());
  }

  /**
   * Returns about how many bytes a document takes in the log.
   *
   * @param document the document
   */
  static long lengthBytes(QuantizedDocument document) {
    long length = 64L + document.id().length() + 12L * document.vector().size();
    for (Map.Entry<String, String> field : document.stored().entrySet()) {
      length += 16L + field.getKey().length() + field.getValue().length();
    }
    for (Map.Entry<String, FieldValue> field : document.declared().entrySet()) {
      length += 24L + field.getKey().length() + field.getValue().toText().length();
    }
    for (Map.Entry<String, DenseVectors> field : document.dense().entrySet()) {
      length += 32L + field.getKey().length() + field.getValue().lengthBytes();
    }
    return length;
  }
}
