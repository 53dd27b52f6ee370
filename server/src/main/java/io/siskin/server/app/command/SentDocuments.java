package io.siskin.server.app.command;

import io.siskin.client.CollectionInfo;
import io.siskin.client.DenseField;
import io.siskin.client.Document;
import io.siskin.client.FieldValue;
import io.siskin.client.KeyedVector;
import io.siskin.client.SparseVector;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseGraph;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.corpus.SourceDocument;
import io.siskin.server.ingest.DeclaredFields;
import io.siskin.server.ingest.DenseMembers;
import io.siskin.server.ingest.KeyedMembers;
import io.siskin.server.ingest.TokenMembers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes documents of files ready to be sent: their declared fields get values of their types. */
final class SentDocuments {
  private static final String TEXT = "text";

  private final Schema schema;
  private final DeclaredFields declared;

  /**
   * Makes a translation for a collection.
   *
   * @param storage how the collection is kept
   */
  SentDocuments(CollectionInfo.Storage storage) {
    List<Schema.Field> fields =
        storage.fields().entrySet().stream()
            .map(
                field ->
                    new Schema.Field(field.getKey(), FieldType.valueOf(field.getValue().name())))
            .toList();
    this.schema =
        new Schema(
            fields,
            storage.tenantField(),
            storage.denseFields().stream().map(SentDocuments::spec).toList());
    this.declared = new DeclaredFields(schema);
  }

  private static DenseFieldSpec spec(DenseField field) {
    return new DenseFieldSpec(
        field.name(),
        new DenseType(
            field.dimensions(),
            DenseStorage.valueOf(field.storage().name()),
            DenseSimilarity.valueOf(field.similarity().name())),
        field.vectorsMax(),
        graph(field.graph()));
  }

  private static @Nullable DenseGraph graph(DenseField.@Nullable Graph graph) {
    return graph == null
        ? null
        : new DenseGraph(graph.neighbours(), graph.buildWidth(), graph.vectorsMin());
  }

  /**
   * Translates a document.
   *
   * @param read the document as it was read
   * @throws io.siskin.index.error.InvalidInputException when a declared field has a wrong value
   */
  Document of(SourceDocument read) {
    Map<String, String> given = new LinkedHashMap<>(read.fields());
    Map<String, List<float[]>> dense = DenseMembers.take(schema, given);
    Map<String, List<SparseVector>> tokens = new LinkedHashMap<>();
    TokenMembers.take(schema, read.vector() instanceof TermIdVector, given)
        .forEach(
            (name, vectors) ->
                tokens.put(name, vectors.stream().map(SentDocuments::translated).toList()));
    Map<String, List<KeyedVector>> keyed = new LinkedHashMap<>();
    KeyedMembers.take(schema, given)
        .forEach(
            (name, vectors) ->
                keyed.put(
                    name,
                    vectors.stream()
                        .map(each -> new KeyedVector(each.key(), each.values()))
                        .toList()));
    Map<String, String> stored = new LinkedHashMap<>();
    Map<String, FieldValue> fields = new LinkedHashMap<>();
    declared.split(given, stored).forEach((name, value) -> fields.put(name, translated(value)));
    String text = stored.remove(TEXT);
    stored.forEach((name, value) -> fields.put(name, FieldValue.of(value)));
    return new Document(
        read.id(),
        read.vector() == null ? null : translated(read.vector()),
        text == null && read.vector() == null ? "" : text,
        fields,
        0,
        dense,
        tokens,
        keyed);
  }

  private static FieldValue translated(io.siskin.index.document.FieldValue value) {
    return switch (value) {
      case io.siskin.index.document.FieldValue.Text(var text) -> FieldValue.of(text);
      case io.siskin.index.document.FieldValue.TextList(var texts) -> FieldValue.of(texts);
      case io.siskin.index.document.FieldValue.Whole(var number) -> FieldValue.of(number);
      case io.siskin.index.document.FieldValue.Real(var number) -> FieldValue.of(number);
      case io.siskin.index.document.FieldValue.Flag(var flag) -> FieldValue.of(flag);
      case io.siskin.index.document.FieldValue.Moment moment -> FieldValue.of(moment.instant());
    };
  }

  private static SparseVector translated(io.siskin.index.vector.SparseVector vector) {
    float[] weights = new float[vector.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = vector.weight(i);
    }
    return switch (vector) {
      case TokenVector tokens -> {
        String[] names = new String[weights.length];
        for (int i = 0; i < names.length; i++) {
          names[i] = tokens.token(i);
        }
        yield SparseVector.ofTokens(names, weights);
      }
      case TermIdVector ids -> {
        int[] numbers = new int[weights.length];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = ids.termId(i);
        }
        yield SparseVector.ofTermIds(numbers, weights);
      }
    };
  }
}
