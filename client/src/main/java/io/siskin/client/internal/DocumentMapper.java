package io.siskin.client.internal;

import com.google.protobuf.Timestamp;
import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.FieldValue;
import io.siskin.client.FieldsUpdate;
import io.siskin.client.Filter;
import io.siskin.client.KeyedVector;
import io.siskin.client.SparseVector;
import io.siskin.client.WriteResult;
import io.siskin.proto.v1.FilterList;
import io.siskin.proto.v1.PrefixCondition;
import io.siskin.proto.v1.RangeCondition;
import io.siskin.proto.v1.StringList;
import io.siskin.proto.v1.ValueCondition;
import io.siskin.proto.v1.WaitFor;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The translation of documents, their values, filters and the results of writes. */
final class DocumentMapper {
  private DocumentMapper() {}

  /** Translates what an answer waits for. */
  static WaitFor toProto(DocumentsClient.WaitFor waitFor) {
    return switch (waitFor) {
      case DURABLE -> WaitFor.WAIT_FOR_DURABLE;
      case SEARCHABLE -> WaitFor.WAIT_FOR_SEARCHABLE;
    };
  }

  /** Translates a document to write. */
  static io.siskin.proto.v1.Document toProto(Document document) {
    io.siskin.proto.v1.Document.Builder message =
        io.siskin.proto.v1.Document.newBuilder().setId(document.id());
    SparseVector vector = document.vector();
    if (vector != null) {
      message.setVector(ProtoMapper.toProto(vector));
    }
    String text = document.text();
    if (text != null) {
      message.setText(text);
    }
    document.fields().forEach((name, value) -> message.putFields(name, toProto(value)));
    document
        .dense()
        .forEach((name, vectors) -> message.putDense(name, DenseMapper.toProto(vectors)));
    document
        .tokenVectors()
        .forEach(
            (name, vectors) -> message.putTokenVectors(name, DenseMapper.toTokenVectors(vectors)));
    document
        .keyedVectors()
        .forEach(
            (name, vectors) -> message.putKeyedVectors(name, DenseMapper.toKeyedVectors(vectors)));
    return message.build();
  }

  /** Translates a document that was read. */
  static Document toDocument(io.siskin.proto.v1.Document message) {
    Map<String, FieldValue> fields = new LinkedHashMap<>();
    message
        .getFieldsMap()
        .forEach(
            (name, value) -> {
              // A kind that this client is too old to know is left out.
              if (value.getKindCase() != io.siskin.proto.v1.FieldValue.KindCase.KIND_NOT_SET) {
                fields.put(name, toValue(value));
              }
            });
    Map<String, List<float[]>> dense = new LinkedHashMap<>();
    message
        .getDenseMap()
        .forEach((name, vectors) -> dense.put(name, DenseMapper.toVectors(vectors)));
    Map<String, List<SparseVector>> tokens = new LinkedHashMap<>();
    message
        .getTokenVectorsMap()
        .forEach(
            (name, vectors) ->
                tokens.put(
                    name, vectors.getVectorsList().stream().map(ProtoMapper::toVector).toList()));
    Map<String, List<KeyedVector>> keyed = new LinkedHashMap<>();
    message
        .getKeyedVectorsMap()
        .forEach((name, vectors) -> keyed.put(name, DenseMapper.toVectors(vectors)));
    return new Document(
        message.getId(),
        message.hasVector() ? ProtoMapper.toVector(message.getVector()) : null,
        message.hasText() ? message.getText() : null,
        fields,
        message.getPosition(),
        dense,
        tokens,
        keyed);
  }

  /** Translates a change of fields. */
  static io.siskin.proto.v1.FieldsUpdate toProto(FieldsUpdate update) {
    io.siskin.proto.v1.FieldsUpdate.Builder message =
        io.siskin.proto.v1.FieldsUpdate.newBuilder()
            .setId(update.id())
            .addAllRemove(update.remove());
    update.set().forEach((name, value) -> message.putSet(name, toProto(value)));
    return message.build();
  }

  private static io.siskin.proto.v1.FieldValue toProto(FieldValue value) {
    io.siskin.proto.v1.FieldValue.Builder message = io.siskin.proto.v1.FieldValue.newBuilder();
    switch (value) {
      case FieldValue.Text(String text) -> message.setStringValue(text);
      case FieldValue.TextList(List<String> texts) ->
          message.setStringListValue(StringList.newBuilder().addAllValues(texts));
      case FieldValue.Whole(long number) -> message.setInt64Value(number);
      case FieldValue.Real(double number) -> message.setDoubleValue(number);
      case FieldValue.Flag(boolean flag) -> message.setBoolValue(flag);
      case FieldValue.Moment(Instant instant) ->
          message.setTimestampValue(
              Timestamp.newBuilder()
                  .setSeconds(instant.getEpochSecond())
                  .setNanos(instant.getNano()));
    }
    return message.build();
  }

  private static FieldValue toValue(io.siskin.proto.v1.FieldValue message) {
    return switch (message.getKindCase()) {
      case STRING_VALUE -> FieldValue.of(message.getStringValue());
      case STRING_LIST_VALUE -> FieldValue.of(message.getStringListValue().getValuesList());
      case INT64_VALUE -> FieldValue.of(message.getInt64Value());
      case DOUBLE_VALUE -> FieldValue.of(message.getDoubleValue());
      case BOOL_VALUE -> FieldValue.of(message.getBoolValue());
      case TIMESTAMP_VALUE ->
          FieldValue.of(
              Instant.ofEpochSecond(
                  message.getTimestampValue().getSeconds(),
                  message.getTimestampValue().getNanos()));
      case KIND_NOT_SET -> throw new IllegalArgumentException("a value that is not set");
    };
  }

  /** Translates a filter. */
  static io.siskin.proto.v1.Filter toProto(Filter filter) {
    io.siskin.proto.v1.Filter.Builder message = io.siskin.proto.v1.Filter.newBuilder();
    switch (filter) {
      case Filter.AllOf(List<Filter> filters) -> message.setAllOf(toProto(filters));
      case Filter.AnyOf(List<Filter> filters) -> message.setAnyOf(toProto(filters));
      case Filter.Not(Filter negated) -> message.setNot(toProto(negated));
      case Filter.In(String field, List<FieldValue> values) -> {
        ValueCondition.Builder condition = ValueCondition.newBuilder().setField(field);
        values.forEach(value -> condition.addValues(toProto(value)));
        message.setIn(condition);
      }
      case Filter.InRange range -> message.setRange(toProto(range));
      case Filter.Exists(String field) -> message.setExists(field);
      case Filter.Prefix(String field, String prefix) ->
          message.setPrefix(PrefixCondition.newBuilder().setField(field).setPrefix(prefix));
    }
    return message.build();
  }

  private static FilterList toProto(List<Filter> filters) {
    FilterList.Builder message = FilterList.newBuilder();
    filters.forEach(filter -> message.addFilters(toProto(filter)));
    return message.build();
  }

  private static RangeCondition toProto(Filter.InRange range) {
    RangeCondition.Builder message = RangeCondition.newBuilder().setField(range.field());
    Filter.Bound lower = range.lower();
    if (lower != null) {
      io.siskin.proto.v1.FieldValue value = toProto(lower.value());
      var _ = lower.inclusive() ? message.setGte(value) : message.setGt(value);
    }
    Filter.Bound upper = range.upper();
    if (upper != null) {
      io.siskin.proto.v1.FieldValue value = toProto(upper.value());
      var _ = upper.inclusive() ? message.setLte(value) : message.setLt(value);
    }
    return message.build();
  }

  /** Translates the results of a write. */
  static List<WriteResult> toResults(List<io.siskin.proto.v1.WriteResult> messages) {
    return messages.stream().map(DocumentMapper::toResult).toList();
  }

  private static WriteResult toResult(io.siskin.proto.v1.WriteResult message) {
    return new WriteResult(
        switch (message.getOutcome()) {
          case WRITE_OUTCOME_CREATED -> WriteResult.Outcome.CREATED;
          case WRITE_OUTCOME_REPLACED -> WriteResult.Outcome.REPLACED;
          case WRITE_OUTCOME_UPDATED -> WriteResult.Outcome.UPDATED;
          case WRITE_OUTCOME_NOT_FOUND -> WriteResult.Outcome.NOT_FOUND;
          case WRITE_OUTCOME_REFUSED -> WriteResult.Outcome.REFUSED;
          case WRITE_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> WriteResult.Outcome.UNKNOWN;
        },
        message.getPosition(),
        message.hasError() ? ErrorMapper.toException(message.getError(), null) : null);
  }

  /** Says that ids are no filter. */
  static IllegalArgumentException noIds() {
    return new IllegalArgumentException("selection is a list of ids; allowed: all, or a filter");
  }
}
