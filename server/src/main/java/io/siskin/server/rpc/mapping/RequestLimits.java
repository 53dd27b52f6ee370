package io.siskin.server.rpc.mapping;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.siskin.index.error.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long the texts of requests may be that nothing else bounds. {@code docs/limits.md} has these
 * and all other limits. Pure functions.
 *
 * <p>Documents and changes of documents are left out: what is wrong with one of them is told in its
 * own result, and must not refuse the others.
 */
public final class RequestLimits {
  /** The longest name of a field of documents, in UTF-16 code units. */
  private static final int FIELD_NAME = 4_096;

  /** The longest value of a filter field. */
  private static final int VALUE = 32_766;

  /** The longest texts by field, in UTF-16 code units. For a list, of each of its elements. */
  static final Map<String, Integer> LENGTHS_MAX =
      Map.ofEntries(
          Map.entry("HealthCheckRequest.service", 256),
          Map.entry("CreateCollectionRequest.encoder_parameters_json", 65_536),
          Map.entry("ListCollectionsRequest.page_token", 1_024),
          Map.entry("ScrollRequest.page_token", 1_024),
          Map.entry("UpsertRequest.tenant", VALUE),
          Map.entry("UpdateFieldsRequest.tenant", VALUE),
          Map.entry("DeleteRequest.tenant", VALUE),
          Map.entry("GetRequest.tenant", VALUE),
          Map.entry("ScrollRequest.tenant", VALUE),
          Map.entry("CountRequest.tenant", VALUE),
          Map.entry("SearchRequest.tenant", VALUE),
          Map.entry("EncodeRequest.tenant", VALUE),
          Map.entry("GetRequest.ids", 65_535),
          Map.entry("RankingNode.name", 128),
          Map.entry("SuggestRequest.prefix", 256),
          Map.entry("SuggestRequest.earlier", 256),
          Map.entry("LoggedQuery.text", 256),
          Map.entry("NextQuery.text", 256),
          Map.entry("DenseStage.field", FIELD_NAME),
          Map.entry("Interpolation.field", FIELD_NAME),
          Map.entry("MaxSim.field", FIELD_NAME),
          Map.entry("DensifiedStage.field", FIELD_NAME),
          Map.entry("GroupStage.field", FIELD_NAME),
          Map.entry("GroupStage.inner_fields", FIELD_NAME),
          Map.entry("DocumentContext.field", FIELD_NAME),
          Map.entry("ContextList.field", FIELD_NAME),
          Map.entry("DiversifyStage.field", FIELD_NAME),
          Map.entry("CapStage.field", FIELD_NAME),
          Map.entry("AnswersStage.start_field", FIELD_NAME),
          Map.entry("AnswersStage.end_field", FIELD_NAME),
          Map.entry("AnswersStage.text_field", FIELD_NAME),
          Map.entry("AnswersStage.offsets_field", FIELD_NAME),
          Map.entry("Formula.expression", 4_096),
          Map.entry("CrossEncoder.model", 255),
          Map.entry("CrossEncoder.fields", FIELD_NAME),
          Map.entry("TreeEnsemble.model", 255),
          Map.entry("TreeEnsemble.features", 4_096),
          Map.entry("IdList.ids", 65_535),
          Map.entry("GetRequest.fields", FIELD_NAME),
          Map.entry("GetRequest.dense_fields", FIELD_NAME),
          Map.entry("ScrollRequest.dense_fields", FIELD_NAME),
          Map.entry("ScrollRequest.fields", FIELD_NAME),
          Map.entry("SearchRequest.fields", FIELD_NAME),
          Map.entry("Filter.exists", FIELD_NAME),
          Map.entry("ValueCondition.field", FIELD_NAME),
          Map.entry("RangeCondition.field", FIELD_NAME),
          Map.entry("PrefixCondition.field", FIELD_NAME),
          Map.entry("PrefixCondition.prefix", VALUE),
          Map.entry("FieldValue.string_value", VALUE),
          Map.entry("StringList.values", VALUE));

  /** What is checked elsewhere, item by item. */
  static final Set<String> LEFT_OUT =
      Set.of("Document", "FieldsUpdate", "SparseVector", "EncodeInput");

  private static final int UNBOUNDED = Integer.MAX_VALUE;
  private static final Map<FieldDescriptor, Integer> BY_FIELD = new ConcurrentHashMap<>();

  private RequestLimits() {}

  /**
   * Checks a request.
   *
   * @param request the request, or a request of a stream
   * @throws InvalidInputException when a text is too long; it names the path of the field
   */
  public static void check(Message request) {
    check(request, "");
  }

  private static void check(Message message, String path) {
    message.getAllFields().forEach((field, value) -> check(field, value, path));
  }

  private static void check(FieldDescriptor field, Object value, String path) {
    switch (field.getJavaType()) {
      case STRING -> checkTexts(field, value, path);
      case MESSAGE -> {
        if (LEFT_OUT.contains(field.getMessageType().getName()) || field.isMapField()) {
          return;
        }
        if (value instanceof List<?> messages) {
          for (int i = 0; i < messages.size(); i++) {
            check((Message) messages.get(i), path + field.getName() + "[" + i + "].");
          }
        } else {
          check((Message) value, path + field.getName() + ".");
        }
      }
      default -> {}
    }
  }

  private static void checkTexts(FieldDescriptor field, Object value, String path) {
    int lengthMax = BY_FIELD.computeIfAbsent(field, RequestLimits::lengthMax);
    if (lengthMax == UNBOUNDED) {
      return;
    }
    if (value instanceof List<?> texts) {
      for (int i = 0; i < texts.size(); i++) {
        // The path is made only for what is wrong: a list can have thousands of ids.
        if (((String) texts.get(i)).length() > lengthMax) {
          checkText(texts.get(i), lengthMax, path + field.getName() + "[" + i + "]");
        }
      }
    } else {
      checkText(value, lengthMax, path + field.getName());
    }
  }

  private static void checkText(Object text, int lengthMax, String path) {
    int length = ((String) text).length();
    if (length > lengthMax) {
      throw new InvalidInputException(
          path, length + " characters", "at most " + lengthMax + " characters");
    }
  }

  private static int lengthMax(FieldDescriptor field) {
    return LENGTHS_MAX.getOrDefault(
        field.getContainingType().getName() + "." + field.getName(), UNBOUNDED);
  }
}
