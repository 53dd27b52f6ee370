package io.siskin.server.encode.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * The members of a stored spec that came after its first version. Each is left out where it says
 * what collections did before there was such a member. So older collections keep their stored form,
 * and they mean what they meant.
 */
final class LaterMembers {
  private static final String ANALYZER = "analyzer";
  private static final String ENCODER = "encoder";
  private static final String KIND = "kind";

  private static final JsonNode RULE = text(AnalyzerSpec.TokenRule.WORD);
  private static final JsonNode LONG_TOKENS = text(AnalyzerSpec.LongTokens.CUT);

  /** By kind of analyzer: the later members, each with what collections did before. */
  private static final Map<String, Map<String, JsonNode>> OF_ANALYZERS =
      Map.of(
          "english", Map.of("rule", RULE, "longTokens", LONG_TOKENS),
          "standard", Map.of("rule", RULE, "longTokens", LONG_TOKENS),
          "whitespace", Map.of("longTokens", LONG_TOKENS));

  /** By kind of encoder, likewise. */
  private static final Map<String, Map<String, JsonNode>> OF_ENCODERS =
      Map.of(
          Bm25Spec.KIND,
          Map.of("averageLength", JsonNodeFactory.instance.numberNode(Bm25Spec.NOT_PINNED)));

  private LaterMembers() {}

  private static JsonNode text(Enum<?> value) {
    return JsonNodeFactory.instance.textNode(value.name());
  }

  /** Adds what is left out. */
  static void fill(JsonNode spec) {
    visit(
        spec,
        (part, before) ->
            before.forEach(
                (member, value) -> {
                  if (!part.has(member)) {
                    part.set(member, value);
                  }
                }));
  }

  /** Leaves out what says what collections did before. */
  static void omit(JsonNode spec) {
    visit(
        spec,
        (part, before) ->
            before.forEach(
                (member, value) -> {
                  if (value.equals(part.get(member))) {
                    part.remove(member);
                  }
                }));
  }

  /** Does something to a part of a spec that may have later members. */
  private interface Visitor {
    void visit(ObjectNode part, Map<String, JsonNode> before);
  }

  private static void visit(JsonNode spec, Visitor visitor) {
    visit(spec, OF_ENCODERS, visitor);
    visit(spec.path(ENCODER), OF_ENCODERS, visitor);
    for (JsonNode analyzer : spec.findValues(ANALYZER)) {
      visit(analyzer, OF_ANALYZERS, visitor);
    }
  }

  private static void visit(
      JsonNode node, Map<String, Map<String, JsonNode>> beforeByKind, Visitor visitor) {
    Map<String, JsonNode> before = beforeByKind.get(node.path(KIND).asText());
    if (before != null && node instanceof ObjectNode part) {
      visitor.visit(part, before);
    }
  }
}
