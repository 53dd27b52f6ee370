package io.siskin.server.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.suggest.QueryLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a log of queries in JSON Lines. Pure functions. */
final class QueryLogFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private QueryLogFile() {}

  /**
   * Reads a file.
   *
   * @param file the file
   * @throws IOException when it cannot be read
   * @throws InvalidInputException when a line is wrong; it names the file and the line
   */
  static QueryLog.Builder read(Path file) throws IOException {
    QueryLog.Builder log = new QueryLog.Builder();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          add(log, file + ":" + number, line);
        }
      }
    }
    return log;
  }

  private static void add(QueryLog.Builder log, String place, String line) {
    JsonNode json;
    try {
      json = JSON.readTree(line);
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException(place, "no JSON", "one JSON object");
    }
    JsonNode count = json.path("count");
    JsonNode query = json.path("query");
    JsonNode session = json.path("session");
    if (!count.isMissingNode() && !count.canConvertToExactIntegral()) {
      throw new InvalidInputException(place + ", count", count, "a whole number");
    }
    long times = count.isMissingNode() ? 1 : count.longValue();
    if (query.isTextual() == session.isArray()) {
      throw new InvalidInputException(
          place, line, "an object with a text 'query', or with a list 'session'");
    }
    if (query.isTextual()) {
      log.addQuery(place, query.textValue(), times);
    } else {
      log.addSession(place + ", session", texts(place, session), times);
    }
  }

  private static List<String> texts(String place, JsonNode session) {
    List<String> texts = new ArrayList<>();
    for (JsonNode text : session) {
      if (!text.isTextual()) {
        throw new InvalidInputException(place + ", session", text, "a list of texts");
      }
      texts.add(text.textValue());
    }
    return texts;
  }
}
