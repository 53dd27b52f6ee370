package io.siskin.server.collection;

import io.siskin.index.segment.Segment;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns from the operating system that somebody writes to a segment's files, within about a
 * millisecond on Linux. Nobody should: they are mapped. It matters most for a file that was cut,
 * because reading what is missing may end the process (ADR 0023).
 *
 * <p>What cannot be watched is left to the regular look at lengths and times. Safe for concurrent
 * use.
 */
final class SegmentFileWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentFileWatch.class);

  private final WatchService service;
  private final Map<WatchKey, String> collections = new ConcurrentHashMap<>();
  private final Consumer<String> written;

  private SegmentFileWatch(WatchService service, Consumer<String> written) {
    this.service = service;
    this.written = written;
  }

  /**
   * Begins to watch, nothing at first.
   *
   * @param written told of the collection in whose segments a file was written to, on the watch's
   *     own thread
   * @throws IOException when the system has no watch left
   */
  static SegmentFileWatch start(Consumer<String> written) throws IOException {
    SegmentFileWatch watch =
        new SegmentFileWatch(FileSystems.getDefault().newWatchService(), written);
    Thread _ = Thread.ofPlatform().daemon().name("siskin-file-watch").start(watch::run);
    return watch;
  }

  /**
   * Watches the segments of a snapshot, until their folders are removed.
   *
   * @param snapshot the snapshot
   */
  void add(CollectionSnapshot snapshot) {
    for (Segment segment : snapshot.segments()) {
      try {
        WatchKey key = segment.directory().register(service, StandardWatchEventKinds.ENTRY_MODIFY);
        collections.put(key, snapshot.manifest().name());
      } catch (IOException | ClosedWatchServiceException unwatched) {
        LOG.debug("{} is not watched", segment.directory(), unwatched);
      }
    }
  }

  private void run() {
    try {
      while (true) {
        WatchKey key = service.take();
        // What happened is of no interest, only that something did.
        key.pollEvents();
        String collection = collections.get(key);
        if (!key.reset()) {
          collections.remove(key);
        }
        if (collection != null) {
          written.accept(collection);
        }
      }
    } catch (InterruptedException | ClosedWatchServiceException closed) {
      // By the one who started it.
    }
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      LOG.debug("the watch of files cannot be closed", e);
    }
  }
}
