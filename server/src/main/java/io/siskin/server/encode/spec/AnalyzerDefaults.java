package io.siskin.server.encode.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;

/**
 * The members of a stored analyzer that came later. They are left out where they say what
 * collections did before: such a collection is stored as ever, and older versions read it.
 */
final class AnalyzerDefaults {
  private static final String ANALYZER = "analyzer";
  private static final String KIND = "kind";

  private static final Map<String, String> BEFORE =
      Map.of(
          "rule", AnalyzerSpec.TokenRule.WORD.name(),
          "longTokens", AnalyzerSpec.LongTokens.CUT.name());

  private static final Map<String, Set<String>> MEMBERS_BY_KIND =
      Map.of(
          "english", Set.of("rule", "longTokens"),
          "standard", Set.of("rule", "longTokens"),
          "whitespace", Set.of("longTokens"));

  private AnalyzerDefaults() {}

  /** Adds what is left out. */
  static void fill(JsonNode spec) {
    for (JsonNode found : spec.findValues(ANALYZER)) {
      if (found instanceof ObjectNode analyzer) {
        for (String member : members(analyzer)) {
          if (!analyzer.has(member)) {
            analyzer.put(member, BEFORE.get(member));
          }
        }
      }
    }
  }

  /** Leaves out what says what collections did before. */
  static void omit(JsonNode spec) {
    for (JsonNode found : spec.findValues(ANALYZER)) {
      if (found instanceof ObjectNode analyzer) {
        for (String member : members(analyzer)) {
          if (analyzer.path(member).asText().equals(BEFORE.get(member))) {
            analyzer.remove(member);
          }
        }
      }
    }
  }

  private static Set<String> members(ObjectNode analyzer) {
    return MEMBERS_BY_KIND.getOrDefault(analyzer.path(KIND).asText(), Set.of());
  }
}
