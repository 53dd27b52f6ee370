package io.siskin.server.app.command;

import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.SearchException;
import io.siskin.client.SparseVector;
import io.siskin.client.UpsertStream;
import io.siskin.client.WriteResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends documents in batches over one stream, some of them under way at a time. When the server is
 * busy, it waits and sends everything again from the first batch that was refused, in order: a
 * later document must not be replaced by an earlier one of the same id.
 *
 * <p>Used by one thread.
 */
final class UpsertQueue implements AutoCloseable {
  private static final int UNDER_WAY_MAX = 8;
  // Several times smaller than what a server takes as one message.
  private static final long BATCH_BYTES_MAX = 1 << 20;
  private static final int BYTES_PER_TERM = 24;

  private final UpsertStream stream;
  private final int documentsMax;
  private final BiConsumer<WriteResult, String> results;
  private final Deque<Batch> underWay = new ArrayDeque<>();
  private List<Document> documents = new ArrayList<>();
  private List<String> places = new ArrayList<>();
  private long batchBytes;

  /** What was sent. */
  private record Batch(
      List<Document> documents, List<String> places, CompletableFuture<List<WriteResult>> answer) {}

  /**
   * Opens the stream.
   *
   * @param client writes the documents
   * @param documentsMax how many are sent together, 1 to 10,000
   * @param results told what became of each document, with the place where it was read
   */
  UpsertQueue(DocumentsClient client, int documentsMax, BiConsumer<WriteResult, String> results) {
    this.stream = client.openStream();
    this.documentsMax = documentsMax;
    this.results = results;
  }

  /**
   * Sends a document, soon. Waits while many batches are under way.
   *
   * @param document the document
   * @param place where it was read
   */
  void put(Document document, String place) {
    long bytes = lengthBytes(document);
    if (!documents.isEmpty() && batchBytes + bytes > BATCH_BYTES_MAX) {
      send();
    }
    documents.add(document);
    places.add(place);
    batchBytes += bytes;
    if (documents.size() == documentsMax) {
      send();
    }
  }

  /** Sends what is left and waits for all answers. */
  void drain() {
    if (!documents.isEmpty()) {
      send();
    }
    while (!underWay.isEmpty()) {
      settleFirst();
    }
  }

  @Override
  public void close() {
    if (!underWay.isEmpty()) {
      stream.cancel();
    }
    stream.close();
  }

  private void send() {
    while (underWay.size() >= UNDER_WAY_MAX) {
      settleFirst();
    }
    underWay.add(new Batch(documents, places, stream.submit(documents)));
    documents = new ArrayList<>();
    places = new ArrayList<>();
    batchBytes = 0;
  }

  private void settleFirst() {
    Batch first = underWay.getFirst();
    SearchException failure = failure(first.answer);
    if (failure == null) {
      List<WriteResult> answers = first.answer.join();
      for (int i = 0; i < answers.size(); i++) {
        results.accept(answers.get(i), first.places.get(i));
      }
      underWay.removeFirst();
      return;
    }
    Duration delay = failure.retryDelay();
    if (delay == null) {
      throw failure;
    }
    sendAgain(delay);
  }

  private void sendAgain(Duration delay) {
    for (Batch batch : underWay) {
      // What became of it does not matter, since it is sent once more.
      SearchException _ = failure(batch.answer);
    }
    pause(delay);
    List<Batch> again = List.copyOf(underWay);
    underWay.clear();
    for (Batch batch : again) {
      underWay.add(new Batch(batch.documents, batch.places, stream.submit(batch.documents)));
    }
  }

  private static @Nullable SearchException failure(CompletableFuture<?> answer) {
    try {
      answer.get();
      return null;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new SearchException.Cancelled("interrupted while waiting for the answer", stopped);
    } catch (ExecutionException failed) {
      return failed.getCause() instanceof SearchException known
          ? known
          : new SearchException.ServerFault("UNKNOWN", failed.toString(), null, failed);
    }
  }

  private static void pause(Duration delay) {
    try {
      Thread.sleep(delay);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new SearchException.Cancelled("interrupted while the server was busy", stopped);
    }
  }

  private static long lengthBytes(Document document) {
    SparseVector vector = document.vector();
    String text = document.text();
    long length = 32L + document.id().length();
    length += vector == null ? 0 : (long) BYTES_PER_TERM * vector.size();
    length += text == null ? 0 : 3L * text.length();
    for (var field : document.fields().entrySet()) {
      length += 16L + field.getKey().length() + 3L * field.getValue().toString().length();
    }
    return length;
  }
}
