package io.siskin.server.write;

import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import io.siskin.server.trace.RequestTrace;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One piece of work for the writer of a collection. */
sealed interface WriteTask {
  /** Returns about how many bytes of memory the task holds while it waits. */
  long lengthBytes();

  /** Fails whoever waits for the task. */
  void fail(Throwable error);

  /** A task of a request, which may be given up while it waits. */
  sealed interface Write<T> extends WriteTask {
    /** Returns whose documents are meant; empty for none. */
    String tenant();

    /** Returns what the result waits for. */
    WaitFor waitFor();

    /** Returns the deadline and cancellation of the request. */
    Cancellation cancellation();

    /** Returns the trace of the request; null for none. */
    @Nullable RequestTrace trace();

    /** Returns where the result goes. */
    CompletableFuture<T> result();

    @Override
    default void fail(Throwable error) {
      result().completeExceptionally(error);
    }
  }

  /**
   * Creates or replaces documents.
   *
   * @param tenant whose documents these are
   * @param documents the documents, in the order in which they are written
   * @param lengthBytes about how many bytes of memory they take
   * @param waitFor what the result waits for
   * @param cancellation the request's deadline and cancellation
   * @param trace the trace of the request; null for none
   * @param result receives what became of each document
   */
  record Upsert(
      String tenant,
      List<PreparedDocument> documents,
      long lengthBytes,
      WaitFor waitFor,
      Cancellation cancellation,
      @Nullable RequestTrace trace,
      CompletableFuture<List<WriteResult>> result)
      implements Write<List<WriteResult>> {}

  /**
   * Deletes documents.
   *
   * @param tenant whose documents
   * @param selector which of them
   * @param waitFor what the result waits for
   * @param cancellation the request's deadline and cancellation
   * @param trace the trace of the request; null for none
   * @param result receives how many were deleted
   */
  record Delete(
      String tenant,
      Selector selector,
      WaitFor waitFor,
      Cancellation cancellation,
      @Nullable RequestTrace trace,
      CompletableFuture<Deletion> result)
      implements Write<Deletion> {
    @Override
    public long lengthBytes() {
      return selector instanceof Selector.Ids(List<String> ids)
          ? ids.stream().mapToLong(DocumentHeap::bytes).sum()
          : 256;
    }
  }

  /**
   * Sets or removes fields of documents.
   *
   * @param tenant whose documents
   * @param updates the changes
   * @param lengthBytes about how many bytes of memory they take
   * @param waitFor what the result waits for
   * @param cancellation the request's deadline and cancellation
   * @param trace the trace of the request; null for none
   * @param result receives what became of each change
   */
  record Update(
      String tenant,
      List<FieldsUpdate> updates,
      long lengthBytes,
      WaitFor waitFor,
      Cancellation cancellation,
      @Nullable RequestTrace trace,
      CompletableFuture<List<WriteResult>> result)
      implements Write<List<WriteResult>> {}

  /**
   * A step that is done between writes, such as the commit of a segment that was built meanwhile.
   *
   * @param action what to do
   * @param result receives when it is done
   */
  record Step(Action action, CompletableFuture<Void> result) implements WriteTask {
    /** What a step does, on the thread of the writer. */
    @FunctionalInterface
    interface Action {
      /**
       * Does it.
       *
       * @throws java.io.IOException when reading or writing fails
       */
      void run() throws java.io.IOException;
    }

    @Override
    public long lengthBytes() {
      return 0;
    }

    @Override
    public void fail(Throwable error) {
      result.completeExceptionally(error);
    }
  }
}
