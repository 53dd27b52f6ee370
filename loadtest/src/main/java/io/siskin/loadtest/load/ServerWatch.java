package io.siskin.loadtest.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the metrics of a server once a second, beside a load. Owns a thread; close it. Scrapes that
 * fail are counted and leave a gap.
 */
final class ServerWatch implements AutoCloseable {
  private static final long PERIOD_MILLIS = 1_000;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient client;
  private final HttpRequest request;
  private final List<ServerSample> samples = new ArrayList<>();
  private final Thread thread;
  private final long startNanoTime;
  private int failures;

  /**
   * Reads the page once, so that a wrong address is found before a load begins, and then goes on
   * reading.
   *
   * @param page the address
   * @param startNanoTime the beginning of the load, on the clock of {@link System#nanoTime}
   * @throws IOException when it cannot be read
   */
  ServerWatch(URI page, long startNanoTime) throws IOException {
    this.client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    this.request = HttpRequest.newBuilder(page).timeout(TIMEOUT).build();
    this.startNanoTime = startNanoTime;
    try {
      read();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted at the first scrape", interrupted);
    } catch (IOException failed) {
      client.close();
      throw new IOException("no metrics at " + page + ": " + failed, failed);
    }
    this.thread = Thread.ofPlatform().daemon().name("server-watch").start(this::watch);
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(PERIOD_MILLIS);
        try {
          read();
        } catch (IOException _) {
          synchronized (samples) {
            failures++;
          }
        }
      }
    } catch (InterruptedException _) {
      // It is closed.
    }
  }

  private void read() throws IOException, InterruptedException {
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("status " + answer.statusCode());
    }
    double second = (System.nanoTime() - startNanoTime) / 1e9;
    ServerSample sample = ServerSample.parse(second, answer.body());
    synchronized (samples) {
      samples.add(sample);
    }
  }

  /** Returns what was read so far, in the order of time. */
  List<ServerSample> samples() {
    synchronized (samples) {
      return List.copyOf(samples);
    }
  }

  /** Returns the last sample; null when there is none. */
  @Nullable ServerSample last() {
    synchronized (samples) {
      return samples.isEmpty() ? null : samples.getLast();
    }
  }

  /** Returns how many scrapes failed. */
  int failures() {
    synchronized (samples) {
      return failures;
    }
  }

  /** Ends the reading. */
  @Override
  public void close() {
    thread.interrupt();
    client.shutdownNow();
  }
}
