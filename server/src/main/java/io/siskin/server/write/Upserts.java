package io.siskin.server.write;

import io.siskin.index.build.VectorQuantizer;
import io.siskin.index.dense.KeyedVector;
import io.siskin.index.document.FieldValue;
import io.siskin.index.error.Ranges;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.retrieve.OpenCollections;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import io.siskin.server.trace.RequestTrace;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Brings documents from callers to writers: encodes them, on many threads, and hands them over in
 * the order of their caller.
 *
 * <p>While documents are encoded, their collection may be dropped and another one may get its name,
 * or an alias may be switched. Then they are prepared again, for what has the name now.
 *
 * <p>Safe for concurrent use.
 */
final class Upserts implements AutoCloseable {
  private static final int BATCH_DOCUMENTS_MAX = 10_000;
  // A name hardly gets another collection several times while a few texts are encoded.
  private static final int PREPARE_TRIES = 3;

  private final OpenWriters writers;
  private final OpenCollections snapshots;
  private final PreparationRoom room;

  /** Encodes what needs no model. */
  private final ExecutorService encoding =
      Executors.newFixedThreadPool(
          Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
          Thread.ofPlatform().daemon().name("siskin-encode-documents-", 0).factory());

  private final Executor paced;

  /**
   * Makes a way to the writers.
   *
   * @param writers the writers
   * @param catalog serves the collections
   * @param lengthBytesMax about how much memory documents may take that are being prepared
   * @param pace lets the threads that prepare give way to searches
   */
  Upserts(OpenWriters writers, CollectionCatalog catalog, long lengthBytesMax, BulkPace pace) {
    this.writers = writers;
    this.paced = command -> encoding.execute(pace.paced(command));
    this.room = new PreparationRoom(lengthBytesMax);
    this.snapshots = new OpenCollections(catalog);
  }

  /**
   * What a caller wants.
   *
   * @param collection the collection's name, or an alias
   * @param tenant whose documents these are; empty for none
   * @param documents the documents, in the order in which they are written
   * @param waitFor what the result waits for
   * @param cancellation the request's deadline and cancellation
   * @param trace the trace of the request; null for none
   */
  record Request(
      String collection,
      String tenant,
      List<DocumentInput> documents,
      WaitFor waitFor,
      Cancellation cancellation,
      @Nullable RequestTrace trace) {}

  /**
   * Documents that can be written to a collection.
   *
   * @param documents the documents
   * @param preparedFor the collection
   */
  private record Prepared(List<PreparedDocument> documents, CollectionManifest preparedFor) {}

  /** Documents were prepared for another collection than the one that has the name now. */
  private static final class ReplacedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReplacedException(String collection) {
      super(
          "collection '"
              + collection
              + "' was replaced again and again while documents were encoded for it");
    }
  }

  /**
   * Encodes documents and hands them over.
   *
   * @param request what is wanted
   * @param order keeps the writes of one caller in order
   * @return what became of each document, to come
   */
  CompletableFuture<List<WriteResult>> upsert(Request request, WriteOrder order) {
    CompletableFuture<List<WriteResult>> result = new CompletableFuture<>();
    long inputBytes = inputBytes(request.documents);
    long start = System.nanoTime();
    try {
      room.take(inputBytes);
    } catch (WritesOverloadedException full) {
      return CompletableFuture.failedFuture(full);
    }
    order.then(
        prepare(request),
        (prepared, failure) -> {
          room.giveBack(inputBytes);
          if (request.trace != null) {
            request.trace.prepared(start);
          }
          if (prepared == null) {
            result.completeExceptionally(Failures.unwrapped(failure));
            return CompletableFuture.completedFuture(null);
          }
          return handOver(request, prepared, result, PREPARE_TRIES);
        });
    return result;
  }

  /** Hands documents over; completed when that is done or has failed, which the result is told. */
  private CompletableFuture<?> handOver(
      Request request, Prepared prepared, CompletableFuture<List<WriteResult>> result, int tries) {
    WriteTask.Upsert task =
        new WriteTask.Upsert(
            request.tenant,
            prepared.documents,
            lengthBytes(prepared.documents),
            request.waitFor,
            request.cancellation,
            request.trace,
            result);
    return writers
        .with(
            request.collection,
            writer -> {
              if (!writer.fits(prepared.preparedFor)) {
                throw new ReplacedException(writer.name());
              }
              writer.submit(task);
              return CompletableFuture.completedFuture(true);
            })
        .exceptionallyCompose(
            refused ->
                Failures.unwrapped(refused) instanceof ReplacedException && tries > 1
                    ? prepare(request)
                        .thenCompose(
                            anew -> handOver(request, anew, result, tries - 1).thenApply(_ -> null))
                    : CompletableFuture.failedFuture(refused))
        .exceptionally(
            refused -> {
              result.completeExceptionally(Failures.unwrapped(refused));
              return null;
            });
  }

  private CompletableFuture<Prepared> prepare(Request request) {
    return writers.with(
        request.collection,
        writer -> {
          Ranges.check("number of documents", request.documents.size(), 1, BATCH_DOCUMENTS_MAX);
          return prepare(writer.name(), request);
        });
  }

  private CompletableFuture<Prepared> prepare(String name, Request request) {
    CollectionSnapshot snapshot = snapshots.acquire(name);
    CompletableFuture<List<PreparedDocument>> prepared = null;
    try {
      CollectionManifest manifest = snapshot.manifest();
      // All documents are meant; this only checks the tenant.
      var _ = new Selector.All().resolve(manifest.settings().schema(), request.tenant);
      WritableCollection writable = new WritableCollection(snapshot, quantizer(snapshot)::quantize);
      DocumentPreparation preparation = new DocumentPreparation(writable, paced);
      prepared =
          RequestTrace.run(
              request.trace,
              () -> preparation.prepare(request.tenant, request.documents, request.cancellation));
      return prepared.thenApply(documents -> new Prepared(documents, manifest));
    } finally {
      // The encoders are closed with the snapshot, which is kept for as long as they are used.
      if (prepared == null) {
        snapshot.release();
      } else {
        CompletableFuture<?> _ = prepared.whenComplete((_, _) -> snapshot.release());
      }
    }
  }

  private static VectorQuantizer quantizer(CollectionSnapshot snapshot) {
    StorageOptions storage = snapshot.manifest().settings().storage();
    return new VectorQuantizer(
        CollectionOpener.weighting(snapshot.encoderSpec()),
        storage.quantization(),
        storage.structures().residuals(),
        storage.structures().frequencies());
  }

  /** Returns about how many bytes of memory documents take before they are prepared. */
  private static long inputBytes(List<DocumentInput> documents) {
    long length = 64;
    for (DocumentInput document : documents) {
      String text = document.text();
      SparseVector vector = document.vector();
      length += 64L + DocumentHeap.bytes(document.id());
      length += text == null ? 0 : DocumentHeap.bytes(text);
      length += vector == null ? 0 : 12L * vector.size();
      for (Map.Entry<String, FieldValue> field : document.fields().entrySet()) {
        length += DocumentHeap.bytes(field.getKey()) + DocumentHeap.bytes(field.getValue());
      }
      for (Map.Entry<String, List<float[]>> field : document.dense().entrySet()) {
        length += DocumentHeap.bytes(field.getKey());
        for (float[] values : field.getValue()) {
          length += 24L + (long) Float.BYTES * values.length;
        }
      }
      for (Map.Entry<String, List<KeyedVector>> field : document.keyedVectors().entrySet()) {
        length += DocumentHeap.bytes(field.getKey());
        for (KeyedVector keyed : field.getValue()) {
          length += 40L + (long) Float.BYTES * keyed.values().length;
        }
      }
      for (Map.Entry<String, List<SparseVector>> field : document.tokenVectors().entrySet()) {
        length += DocumentHeap.bytes(field.getKey());
        for (SparseVector values : field.getValue()) {
          length += 48L + 12L * values.size();
        }
      }
    }
    return length;
  }

  private static long lengthBytes(List<PreparedDocument> documents) {
    long length = 64;
    for (PreparedDocument document : documents) {
      if (document instanceof PreparedDocument.Ready(var ready)) {
        length += DocumentHeap.bytes(ready);
      }
    }
    return length;
  }

  /** Ends the threads that encode. */
  @Override
  public void close() {
    encoding.close();
  }
}
