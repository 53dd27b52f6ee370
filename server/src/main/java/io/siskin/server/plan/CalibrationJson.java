package io.siskin.server.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.plan.Calibration.Band;
import io.siskin.server.plan.Calibration.QuerySource;
import io.siskin.server.search.SearchMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The stored form of a {@link Calibration}: one JSON object with a version. */
public final class CalibrationJson {
  /**
   * The version that is written and read. Older ones compared modes by a clock that was read once
   * for each query, so what they say depends on what else the machine did.
   */
  public static final int VERSION = 3;

  private static final ObjectMapper JSON = new ObjectMapper();

  private CalibrationJson() {}

  /**
   * Returns the stored form.
   *
   * @param calibration what to store
   */
  public static byte[] write(Calibration calibration) {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", VERSION);
    root.put("segment", calibration.segmentId());
    root.put("queries", calibration.source().name().toLowerCase(Locale.ROOT));
    root.put("query_count", calibration.queryCount());
    ArrayNode bands = root.putArray("bands");
    for (Band band : calibration.bands()) {
      ObjectNode one = bands.addObject();
      one.put("k", band.k());
      ArrayNode points = one.putArray("points");
      for (OperatingPoint point : band.points()) {
        ObjectNode node = points.addObject();
        node.set("mode", write(point.mode()));
        node.put("recall", point.recall());
        node.put("recall_error", point.recallError());
        node.put("median_micros", point.medianMicros());
        node.put("mean_micros", point.meanMicros());
        node.put("documents_scored", point.documentsScored());
        node.put("postings_scored", point.postingsScored());
      }
    }
    return (root.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads the stored form.
   *
   * @param content what {@link #write} returned
   * @param file where it stands, for messages
   * @throws UnsupportedFormatException when it is of another version
   * @throws CorruptSegmentException when it is no calibration
   */
  public static Calibration read(byte[] content, String file)
      throws UnsupportedFormatException, CorruptSegmentException {
    try {
      JsonNode root = JSON.readTree(new String(content, StandardCharsets.UTF_8));
      JsonNode version = root.path("version");
      if (version.asInt() != VERSION) {
        throw new UnsupportedFormatException(
            file,
            0,
            "version " + VERSION + ", as 'siskin calibrate' writes it",
            version.isMissingNode() ? "none" : "version " + version);
      }
      List<Band> bands = new ArrayList<>();
      for (JsonNode band : root.path("bands")) {
        List<OperatingPoint> points = new ArrayList<>();
        band.path("points").forEach(point -> points.add(point(point)));
        bands.add(new Band(wholeNumber(band, "k"), points));
      }
      return new Calibration(
          text(root, "segment"),
          source(text(root, "queries")),
          wholeNumber(root, "query_count"),
          bands);
    } catch (JsonProcessingException malformed) {
      throw new CorruptSegmentException(file, 0, "a calibration in JSON", "something else");
    } catch (InvalidInputException broken) {
      throw new CorruptSegmentException(
          file, 0, "a calibration", String.valueOf(broken.getMessage()));
    }
  }

  /**
   * Returns a mode as a JSON object with its name and its parameters.
   *
   * @param mode the mode
   */
  public static ObjectNode write(SearchMode mode) {
    ObjectNode node = JSON.createObjectNode();
    return switch (mode) {
      case SearchMode.Exact() -> node.put("name", "exact");
      case SearchMode.Clustered(int queryCut, float heapFactor, boolean firstSorted) ->
          node.put("name", "clustered")
              .put("query_cut", queryCut)
              .put("heap_factor", heapFactor)
              .put("first_sorted", firstSorted);
      case SearchMode.ScoreAtATime(
              float postingFloor,
              float candidateFloor,
              int candidatesMax,
              long budgetMicros) ->
          node.put("name", "score_at_a_time")
              .put("posting_floor", postingFloor)
              .put("candidate_floor", candidateFloor)
              .put("candidates_max", candidatesMax)
              .put("budget_micros", budgetMicros);
    };
  }

  private static OperatingPoint point(JsonNode node) {
    return new OperatingPoint(
        mode(node.path("mode")),
        number(node, "recall"),
        number(node, "recall_error"),
        number(node, "median_micros"),
        number(node, "mean_micros"),
        number(node, "documents_scored"),
        number(node, "postings_scored"));
  }

  private static SearchMode mode(JsonNode node) {
    String name = text(node, "name");
    return switch (name) {
      case "exact" -> new SearchMode.Exact();
      case "clustered" ->
          new SearchMode.Clustered(
              wholeNumber(node, "query_cut"),
              (float) number(node, "heap_factor"),
              node.path("first_sorted").asBoolean());
      case "score_at_a_time" ->
          new SearchMode.ScoreAtATime(
              (float) number(node, "posting_floor"),
              (float) number(node, "candidate_floor"),
              wholeNumber(node, "candidates_max"),
              wholeNumber(node, "budget_micros"));
      default ->
          throw new InvalidInputException("mode", name, "exact, clustered or score_at_a_time");
    };
  }

  private static QuerySource source(String name) {
    return switch (name) {
      case "sampled" -> QuerySource.SAMPLED;
      case "given" -> QuerySource.GIVEN;
      default -> throw new InvalidInputException("queries", name, "sampled or given");
    };
  }

  private static String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    if (!value.isTextual()) {
      throw new InvalidInputException(name, value, "a string");
    }
    return value.textValue();
  }

  private static int wholeNumber(JsonNode node, String name) {
    JsonNode value = node.path(name);
    if (!value.canConvertToInt() || !value.isIntegralNumber()) {
      throw new InvalidInputException(name, value, "a whole number of 32 bits");
    }
    return value.intValue();
  }

  private static double number(JsonNode node, String name) {
    JsonNode value = node.path(name);
    if (!value.isNumber()) {
      throw new InvalidInputException(name, value, "a number");
    }
    return value.doubleValue();
  }
}
