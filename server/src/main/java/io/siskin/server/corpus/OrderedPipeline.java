package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Applies a pure function to each element of a feed on several threads and gives the results in the
 * feed's order.
 *
 * <p>At most two elements a thread are in flight. The feed is read by the thread that asks for
 * results, never concurrently, and a failure of the feed comes after the results of all elements
 * before it: so neither order nor errors tell how many threads there are. With one thread,
 * everything happens in the caller's.
 */
final class OrderedPipeline<I, O> implements Closeable {
  private static final int IN_FLIGHT_PER_THREAD = 2;

  /** Where the elements come from; null is the end. */
  @FunctionalInterface
  interface Feed<I> {
    @Nullable I next() throws IOException;
  }

  private final Feed<I> feed;
  private final Function<I, O> function;
  private final int inFlightMax;
  private final @Nullable ExecutorService workers;
  private final Deque<Future<O>> inFlight = new ArrayDeque<>();
  private boolean feedEnded;
  private @Nullable IOException ioFailure;
  private @Nullable InvalidInputException inputFailure;

  OrderedPipeline(String name, Feed<I> feed, Function<I, O> function, int threads) {
    this.feed = feed;
    this.function = function;
    this.inFlightMax = IN_FLIGHT_PER_THREAD * threads;
    this.workers =
        threads == 1
            ? null
            : Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name(name + "-", 0).factory());
  }

  /** Returns the next result, or null at the end. */
  @Nullable O next() throws IOException {
    if (workers == null) {
      I element = feed.next();
      return element == null ? null : function.apply(element);
    }
    while (!feedEnded && inFlight.size() < inFlightMax) {
      submitOne(workers);
    }
    Future<O> first = inFlight.poll();
    if (first != null) {
      return await(first);
    }
    if (ioFailure != null) {
      throw ioFailure;
    }
    if (inputFailure != null) {
      throw inputFailure;
    }
    return null;
  }

  private void submitOne(ExecutorService executor) {
    try {
      I element = feed.next();
      if (element == null) {
        feedEnded = true;
      } else {
        inFlight.add(executor.submit(() -> function.apply(element)));
      }
    } catch (IOException e) {
      feedEnded = true;
      ioFailure = e;
    } catch (InvalidInputException e) {
      feedEnded = true;
      inputFailure = e;
    }
  }

  private O await(Future<O> result) throws InterruptedIOException {
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading input");
    } catch (ExecutionException e) {
      // The function reports bad records in its result, so this is a fault of the program.
      throw new AssertionError("reading input failed", e.getCause());
    }
  }

  @Override
  public void close() {
    inFlight.clear();
    if (workers != null) {
      workers.shutdownNow();
    }
  }
}
