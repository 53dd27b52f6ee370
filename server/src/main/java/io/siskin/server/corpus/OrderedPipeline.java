package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.parallel.OrderedExecutor;
import io.siskin.index.parallel.OrderedResults;
import java.io.Closeable;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Applies a pure function to each element of a feed on several threads and gives the results in the
 * feed's order.
 *
 * <p>At most two elements per thread are in flight. The feed is read by the thread that asks for
 * results, never concurrently, and a failure of the feed comes after the results of all elements
 * before it. So neither order nor errors tell how many threads there are. With one thread,
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
  private final @Nullable OrderedExecutor workers;
  private final OrderedResults<O> inFlight = new OrderedResults<>();
  private boolean feedEnded;
  private @Nullable IOException ioFailure;
  private @Nullable InvalidInputException inputFailure;

  OrderedPipeline(String name, Feed<I> feed, Function<I, O> function, int threads) {
    this.feed = feed;
    this.function = function;
    this.inFlightMax = IN_FLIGHT_PER_THREAD * threads;
    this.workers = threads == 1 ? null : new OrderedExecutor(name, threads);
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
    if (inFlight.size() > 0) {
      return inFlight.take();
    }
    if (ioFailure != null) {
      throw ioFailure;
    }
    if (inputFailure != null) {
      throw inputFailure;
    }
    return null;
  }

  private void submitOne(OrderedExecutor executor) {
    try {
      I element = feed.next();
      if (element == null) {
        feedEnded = true;
      } else {
        executor.submit(() -> function.apply(element), inFlight);
      }
    } catch (IOException e) {
      feedEnded = true;
      ioFailure = e;
    } catch (InvalidInputException e) {
      feedEnded = true;
      inputFailure = e;
    }
  }

  @Override
  public void close() {
    inFlight.close();
    if (workers != null) {
      workers.close();
    }
  }
}
