package io.siskin.server.rpc.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.server.observe.BackgroundQueue;
import io.siskin.server.observe.LineSink;
import io.siskin.server.observe.RotatingFile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * A line of JSON for each change: who changed what, from where, and how it ended. Calls that were
 * refused for their keys' rights are in it too. It is written on a thread of its own. A call waits
 * for nothing: a line that does not fit into the queue, or that the disk does not take, is lost and
 * counted.
 *
 * <p>Safe for concurrent use. Owns its thread and its file.
 */
public final class AuditLog implements AutoCloseable {
  private static final int QUEUE_CAPACITY = 8_192;
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final boolean documents;
  private final LineSink sink;
  private final LongAdder written = new LongAdder();
  private final BackgroundQueue<Entry> entries;

  /**
   * One change.
   *
   * @param time when it ended
   * @param keyId the id of the caller's key; empty for none
   * @param client the address of the caller, without its port; {@code local} for none
   * @param method the method's full name, or what was done to a key
   * @param collections the collections or aliases, as the request names them
   * @param outcome the status of gRPC
   * @param documents how many documents the requests had, or how many a delete removed; 0 where
   *     that says nothing
   */
  record Entry(
      Instant time,
      String keyId,
      String client,
      String method,
      List<String> collections,
      String outcome,
      long documents) {}

  private AuditLog(LineSink sink, boolean documents) {
    this.sink = sink;
    this.documents = documents;
    this.entries = new BackgroundQueue<>("siskin-audit-log", QUEUE_CAPACITY, PAUSE, this::write);
  }

  /**
   * Opens the file.
   *
   * @param options where it is and what it has
   * @throws io.siskin.index.error.InvalidInputException when it cannot be opened
   */
  public static AuditLog start(AuditOptions options) {
    return new AuditLog(
        new RotatingFile(options.path(), options.sizeBytesMax(), options.countMax()),
        options.documents());
  }

  /** Returns whether the calls of a method are in it. */
  boolean takes(Need need) {
    return need instanceof Need.Collections(_, _, Need.Change change)
        && switch (change) {
          case NONE -> false;
          case DOCUMENTS -> documents;
          case COLLECTIONS -> true;
        };
  }

  /** Takes a change. */
  void add(Entry entry) {
    boolean _ = entries.offer(entry);
  }

  /**
   * Takes a change of a key, which was made beside the server.
   *
   * @param change what was done: created, changed or revoked
   * @param keyId the id of the key
   */
  public void addKeyChange(String change, String keyId) {
    add(new Entry(Instant.now(), keyId, "local", "keys/" + change, List.of(), "OK", 0));
  }

  private void write(Entry entry) {
    ObjectNode line = JSON.createObjectNode();
    line.put("time", entry.time.toString());
    line.put("key", entry.keyId);
    line.put("client", entry.client);
    line.put("method", entry.method);
    entry.collections.forEach(line.putArray("collections")::add);
    line.put("outcome", entry.outcome);
    line.put("documents", entry.documents);
    try {
      sink.write((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException impossible) {
      throw new AssertionError("texts and numbers can be written", impossible);
    }
    written.increment();
  }

  /** Returns how many lines were written. */
  public long written() {
    return written.sum();
  }

  /** Returns how many lines were lost. */
  public long lost() {
    return entries.lost();
  }

  /** Writes what waits, and ends. */
  @Override
  public void close() {
    entries.close();
    sink.close();
  }
}
