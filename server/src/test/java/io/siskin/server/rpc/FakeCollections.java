package io.siskin.server.rpc;

import io.siskin.index.document.FieldValue;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.retrieve.DocumentReads;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.retrieve.StoredDocument;
import io.siskin.server.search.Cancellation;
import io.siskin.server.suggest.QueryLog;
import io.siskin.server.write.CollectionChanges;
import io.siskin.server.write.CollectionWrites;
import io.siskin.server.write.Deletion;
import io.siskin.server.write.DocumentInput;
import io.siskin.server.write.FieldsUpdate;
import io.siskin.server.write.WaitFor;
import io.siskin.server.write.WriteOrder;
import io.siskin.server.write.WriteOutcome;
import io.siskin.server.write.WriteResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Collections that remember what they are asked for. Every answer can be replaced by a failure, and
 * upserts can be held.
 */
public final class FakeCollections implements CollectionWrites, CollectionChanges, DocumentReads {
  /** One upsert. */
  record Upsert(
      String collection,
      String tenant,
      List<DocumentInput> documents,
      WaitFor waitFor,
      Cancellation cancellation,
      WriteOrder order) {}

  final List<Upsert> upserts = new CopyOnWriteArrayList<>();
  final List<Object> asked = new CopyOnWriteArrayList<>();
  final List<String> readBy = new CopyOnWriteArrayList<>();
  final List<CompletableFuture<List<WriteResult>>> held = new CopyOnWriteArrayList<>();
  volatile boolean holds;
  volatile RuntimeException failure;
  volatile List<StoredDocument> stored = List.of();
  volatile boolean isLast = true;

  /** What the name in a request stands for. */
  volatile String pageCollection = "books";

  private <T> CompletableFuture<T> answer(T answer) {
    return failure == null
        ? CompletableFuture.completedFuture(answer)
        : CompletableFuture.failedFuture(failure);
  }

  @Override
  public CompletableFuture<List<WriteResult>> upsert(
      String collection,
      String tenant,
      List<DocumentInput> documents,
      WaitFor waitFor,
      Cancellation cancellation,
      WriteOrder order) {
    upserts.add(new Upsert(collection, tenant, documents, waitFor, cancellation, order));
    List<WriteResult> results = new ArrayList<>();
    for (DocumentInput document : documents) {
      results.add(
          document.id().isEmpty()
              ? new WriteResult(
                  WriteOutcome.REFUSED, 0, new InvalidInputException("id", "", "an id"))
              : new WriteResult(WriteOutcome.CREATED, results.size() + 1, null));
    }
    if (holds) {
      CompletableFuture<List<WriteResult>> later = new CompletableFuture<>();
      held.add(later);
      return later;
    }
    return answer(results);
  }

  @Override
  public CompletableFuture<Deletion> delete(
      String collection,
      String tenant,
      Selector selector,
      WaitFor waitFor,
      Cancellation cancellation) {
    asked.add(selector);
    return answer(new Deletion(2, 17));
  }

  @Override
  public CompletableFuture<List<WriteResult>> updateFields(
      String collection,
      String tenant,
      List<FieldsUpdate> updates,
      WaitFor waitFor,
      Cancellation cancellation) {
    asked.addAll(updates);
    return answer(
        updates.stream()
            .map(
                update ->
                    update.id().isEmpty()
                        ? new WriteResult(WriteOutcome.NOT_FOUND, 0, null)
                        : new WriteResult(WriteOutcome.UPDATED, 5, null))
            .toList());
  }

  @Override
  public List<StoredDocument> get(
      String collection,
      String tenant,
      List<String> ids,
      Parts parts,
      long responseBytesMax,
      Cancellation cancellation) {
    readBy.add(Thread.currentThread().getName());
    asked.add(parts);
    if (failure != null) {
      throw failure;
    }
    return ids.stream().map(id -> document(id, 3)).toList();
  }

  static StoredDocument document(String id, long position) {
    return new StoredDocument(
        id,
        position,
        TokenVector.of(Map.of("insect", 1.5f)),
        Map.of("text", new FieldValue.Text("ants"), "year", new FieldValue.Whole(2020)));
  }

  @Override
  public Page scroll(
      String collection,
      String tenant,
      Selector selector,
      long afterPosition,
      int pageSize,
      Parts parts,
      long responseBytesMax,
      Cancellation cancellation) {
    readBy.add(Thread.currentThread().getName());
    asked.add(List.of(selector, afterPosition, pageSize));
    return new Page(pageCollection, stored, isLast);
  }

  @Override
  public long count(
      String collection, String tenant, Selector selector, Cancellation cancellation) {
    readBy.add(Thread.currentThread().getName());
    asked.add(selector);
    return 42;
  }

  @Override
  public CompletableFuture<Void> create(
      String name, CollectionSettings settings, EncoderSpec encoder) {
    asked.add(settings);
    asked.add(encoder);
    return answer(null);
  }

  @Override
  public CompletableFuture<Void> drop(String name) {
    asked.add("drop " + name);
    return answer(null);
  }

  @Override
  public CompletableFuture<Optional<String>> setAlias(String alias, String collection) {
    asked.add(alias + " is " + collection);
    return answer(Optional.of("before"));
  }

  @Override
  public CompletableFuture<Void> deleteAlias(String alias) {
    asked.add("delete alias " + alias);
    return answer(null);
  }

  @Override
  public CompletableFuture<Void> putPipeline(String collection, String pipeline, String tree) {
    asked.add("put pipeline " + collection + " " + pipeline);
    return answer(null);
  }

  @Override
  public CompletableFuture<Void> deletePipeline(String collection, String pipeline) {
    asked.add("delete pipeline " + collection + " " + pipeline);
    return answer(null);
  }

  @Override
  public CompletableFuture<Void> putQueryLog(String collection, QueryLog log) {
    asked.add("put query log " + collection + " " + log.queries().size());
    return answer(null);
  }

  @Override
  public SortedMap<String, String> aliases() {
    return new TreeMap<>(Map.of("b", "books", "a", "books"));
  }

  @Override
  public CompletableFuture<Void> flush(String collection) {
    asked.add("flush " + collection);
    return answer(null);
  }

  @Override
  public CompletableFuture<Void> compact(String collection) {
    asked.add("compact " + collection);
    return answer(null);
  }

  static KeptSnapshot kept(String collection, String name) {
    return new KeptSnapshot(name, collection, Instant.parse("2026-05-01T12:00:00.5Z"), 7, 800);
  }

  @Override
  public CompletableFuture<KeptSnapshot> createSnapshot(String collection, String snapshot) {
    asked.add("snapshot " + collection + " " + snapshot);
    return answer(kept(collection, snapshot.isEmpty() ? "made" : snapshot));
  }

  @Override
  public CompletableFuture<List<KeptSnapshot>> snapshots(String collection) {
    return answer(List.of(kept(collection, "first"), kept(collection, "second")));
  }

  @Override
  public CompletableFuture<Void> deleteSnapshot(String collection, String snapshot) {
    asked.add("delete snapshot " + collection + " " + snapshot);
    return answer(null);
  }

  @Override
  public CompletableFuture<Void> restore(String collection, String snapshot, String newCollection) {
    asked.add("restore " + collection + " " + snapshot + " as " + newCollection);
    return answer(null);
  }
}
