package io.siskin.server.collection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.suggest.QueryLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The logs of queries that are stored with collections: the content of {@code .query-logs.json} in
 * a data directory, see docs/format.md. Immutable.
 *
 * <p>The name of the file begins with a dot, so that no collection can have it.
 *
 * @param byCollection the logs by the names of collections; none is empty
 */
public record QueryLogs(SortedMap<String, QueryLog> byCollection) {
  /** The file's name. */
  public static final String FILE_NAME = ".query-logs.json";

  /** A data directory without logs. */
  public static final QueryLogs NONE = new QueryLogs(new TreeMap<>());

  private static final int VERSION = 1;
  private static final int LENGTH_BYTES_MAX = 1 << 30;
  private static final String LOGS = "queryLogs";
  private static final String COUNT = "count";
  private static final String NEXT = "next";

  private static final VersionedJsonFile FILE =
      new VersionedJsonFile(FILE_NAME, LOGS, VERSION, LENGTH_BYTES_MAX);

  /** Copies the map. */
  public QueryLogs {
    byCollection = Collections.unmodifiableSortedMap(new TreeMap<>(byCollection));
  }

  /**
   * Returns the log of a collection.
   *
   * @param collection the collection, not an alias
   */
  public QueryLog of(String collection) {
    return byCollection.getOrDefault(collection, QueryLog.NONE);
  }

  /**
   * Returns these logs with another one for a collection.
   *
   * @param collection the collection
   * @param log its log; one without queries removes it
   */
  public QueryLogs with(String collection, QueryLog log) {
    TreeMap<String, QueryLog> changed = new TreeMap<>(byCollection);
    if (log.queries().isEmpty()) {
      changed.remove(collection);
    } else {
      changed.put(collection, log);
    }
    return new QueryLogs(changed);
  }

  /**
   * Reads the logs of a data directory.
   *
   * @param data the data directory
   * @return none when there is no file
   * @throws CorruptSegmentException when the file is something else
   * @throws UnsupportedFormatException when it is of another version
   */
  public static QueryLogs read(Path data) throws IOException {
    return FILE.read(data, NONE, QueryLogs::read);
  }

  private static QueryLogs read(ManifestMembers members, JsonNode collections)
      throws CorruptSegmentException {
    TreeMap<String, QueryLog> found = new TreeMap<>();
    for (Map.Entry<String, JsonNode> collection : collections.properties()) {
      members.require(
          DataDirectory.isName(collection.getKey())
              && collection.getValue().isObject()
              && collection.getValue().size() <= QueryLog.QUERIES_MAX,
          LOGS,
          "at most " + QueryLog.QUERIES_MAX + " queries by the names of collections");
      TreeMap<String, QueryLog.Query> queries = new TreeMap<>();
      for (Map.Entry<String, JsonNode> query : collection.getValue().properties()) {
        queries.put(query.getKey(), query(members, query.getKey(), query.getValue()));
      }
      found.put(collection.getKey(), new QueryLog(queries));
    }
    return new QueryLogs(found);
  }

  private static QueryLog.Query query(ManifestMembers members, String text, JsonNode query)
      throws CorruptSegmentException {
    JsonNode next = query.path(NEXT);
    members.require(
        isText(text)
            && query.size() == 2
            && isCount(query.path(COUNT))
            && next.isObject()
            && next.size() <= QueryLog.NEXT_MAX,
        LOGS,
        "counts of queries and of at most " + QueryLog.NEXT_MAX + " next ones");
    TreeMap<String, Long> counts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : next.properties()) {
      members.require(
          isText(each.getKey()) && isCount(each.getValue()), LOGS, "counts of next queries");
      counts.put(each.getKey(), each.getValue().longValue());
    }
    return new QueryLog.Query(query.path(COUNT).longValue(), counts);
  }

  private static boolean isText(String text) {
    return !text.isEmpty()
        && text.length() <= QueryLog.TEXT_LENGTH_MAX
        && text.equals(QueryLog.normalize(text));
  }

  private static boolean isCount(JsonNode count) {
    return count.isIntegralNumber()
        && count.canConvertToLong()
        && count.longValue() >= 0
        && count.longValue() <= QueryLog.COUNT_MAX;
  }

  /**
   * Replaces the logs of a data directory, durably.
   *
   * @param data the data directory
   */
  public void write(Path data) throws IOException {
    FILE.write(
        data,
        collections ->
            byCollection.forEach(
                (collection, log) -> {
                  ObjectNode queries = collections.putObject(collection);
                  log.queries()
                      .forEach(
                          (text, query) -> {
                            ObjectNode next =
                                queries.putObject(text).put(COUNT, query.count()).putObject(NEXT);
                            query.next().forEach(next::put);
                          });
                }));
  }
}
