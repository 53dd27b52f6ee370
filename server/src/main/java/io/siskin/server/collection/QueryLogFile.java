package io.siskin.server.collection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.suggest.QueryLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The log of queries that is stored with a collection: the content of {@code query-log.json} in its
 * folder, see docs/format.md. The file is replaced as a whole.
 */
public final class QueryLogFile {
  /** The file's name in the folder of a collection or of a snapshot. */
  public static final String NAME = "query-log.json";

  private static final int VERSION = 1;
  private static final int LENGTH_BYTES_MAX = 1 << 30;
  private static final String QUERIES = "queries";
  private static final String COUNT = "count";
  private static final String NEXT = "next";

  private static final VersionedJsonFile FILE =
      new VersionedJsonFile(NAME, QUERIES, VERSION, LENGTH_BYTES_MAX);

  private QueryLogFile() {}

  /**
   * Reads the log of a collection.
   *
   * @param directory the folder of the collection, or of a snapshot
   * @return none when there is no file
   * @throws CorruptSegmentException when the file is something else
   * @throws UnsupportedFormatException when it is of another version
   */
  public static QueryLog read(Path directory) throws IOException {
    return FILE.read(directory, QueryLog.NONE, QueryLogFile::read);
  }

  private static QueryLog read(ManifestMembers members, JsonNode object)
      throws CorruptSegmentException {
    members.require(
        object.size() <= QueryLog.QUERIES_MAX,
        QUERIES,
        "at most " + QueryLog.QUERIES_MAX + " queries");
    TreeMap<String, QueryLog.Query> queries = new TreeMap<>();
    for (Map.Entry<String, JsonNode> query : object.properties()) {
      queries.put(query.getKey(), query(members, query.getKey(), query.getValue()));
    }
    return new QueryLog(queries);
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
        QUERIES,
        "counts of queries and of at most " + QueryLog.NEXT_MAX + " next ones");
    TreeMap<String, Long> counts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : next.properties()) {
      members.require(
          isText(each.getKey()) && isCount(each.getValue()), QUERIES, "counts of next queries");
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
   * Replaces the log of a collection, durably.
   *
   * @param directory the folder of the collection
   * @param log its log
   */
  public static void write(Path directory, QueryLog log) throws IOException {
    FILE.write(
        directory,
        queries ->
            log.queries()
                .forEach(
                    (text, query) -> {
                      ObjectNode next =
                          queries.putObject(text).put(COUNT, query.count()).putObject(NEXT);
                      query.next().forEach(next::put);
                    }));
  }
}
