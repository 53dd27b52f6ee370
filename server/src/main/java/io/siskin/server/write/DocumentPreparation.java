package io.siskin.server.write;

import static java.util.stream.Collectors.groupingBy;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.DocumentLimits;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.batch.BatchedModel;
import io.siskin.server.batch.EncodedText;
import io.siskin.server.batch.Priority;
import io.siskin.server.encode.factory.DenseModelSide;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.ingest.DocumentForm;
import io.siskin.server.ingest.EncodingFailures;
import io.siskin.server.search.Cancellation;
import io.siskin.server.write.DensePreparation.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Makes the documents of a request ready for the log: checks them, encodes their texts, quantises
 * their vectors. A document that is not valid is refused by itself.
 *
 * <p>A text is encoded as a bulk build encodes it, so that it does not matter how a document came.
 * Models are asked through their front end, at bulk priority.
 *
 * <p>Immutable; safe for concurrent use.
 */
final class DocumentPreparation {
  /** The name of the stored field that holds the text. */
  static final String TEXT = "text";

  /** The name of the field that is encoded before the text. */
  static final String TITLE = "title";

  private static final int TEXT_LENGTH_MAX = 1 << 20;
  private static final int QUANTISED_AT_ONCE_MAX = 16;

  private final WritableCollection collection;
  private final Executor encoding;

  /**
   * Makes a preparation.
   *
   * @param collection what the documents are for, kept open by the caller
   * @param encoding where texts are encoded that need no model, and many vectors quantised
   */
  DocumentPreparation(WritableCollection collection, Executor encoding) {
    this.collection = collection;
    this.encoding = encoding;
  }

  /** A document that is valid, and what of it is still to encode. */
  private record Checked(
      String id,
      @Nullable SparseVector vector,
      String text,
      Map<String, String> stored,
      Map<String, FieldValue> declared,
      Map<String, DenseVectors> dense) {}

  /**
   * What came of the texts.
   *
   * @param sparse the vectors of those documents that brought none, in their order, or for each
   *     what is wrong with it
   * @param dense what came of texts for dense fields, by the number of the document
   */
  private record Encoded(List<Object> sparse, Map<Integer, List<Outcome>> dense) {}

  /**
   * Prepares documents.
   *
   * @param tenant whose documents these are; empty for none
   * @param documents the documents
   * @param cancellation asked while texts wait to be encoded
   * @return one result per document, in their order, to come
   */
  CompletableFuture<List<PreparedDocument>> prepare(
      String tenant, List<DocumentInput> documents, Cancellation cancellation) {
    List<Object> checked = new ArrayList<>(documents.size());
    List<String> texts = new ArrayList<>();
    DensePreparation dense = new DensePreparation(encoding);
    for (DocumentInput input : documents) {
      try {
        Checked document = check(tenant, input);
        checked.add(document);
        if (document.vector == null) {
          texts.add(document.text);
        }
        addDense(checked.size() - 1, document, dense);
      } catch (InvalidInputException refused) {
        checked.add(refused);
      }
    }
    CompletableFuture<Encoded> encoded = encode(texts, dense, cancellation);
    // A few are quantised where they are; more would hold up the network thread that they came by.
    return documents.size() <= QUANTISED_AT_ONCE_MAX
        ? encoded.thenApply(vectors -> join(checked, vectors))
        : encoded.thenApplyAsync(vectors -> join(checked, vectors), encoding);
  }

  private void addDense(int number, Checked document, DensePreparation dense) {
    if (!document.text.isBlank()) {
      for (DenseModelSide side : collection.denseEncoders().documents()) {
        if (!document.dense.containsKey(side.field())) {
          DenseFieldSpec field = collection.schema().requireDense("dense", side.field());
          dense.add(number, field, side, document.text);
        }
      }
    }
  }

  /** Encodes for sparse and dense vectors at the same time. */
  private CompletableFuture<Encoded> encode(
      List<String> texts, DensePreparation dense, Cancellation cancellation) {
    AtomicBoolean refused = new AtomicBoolean();
    Cancellation whileWanted = cancellation.orWhen(refused::get);
    boolean submitted = false;
    try {
      CompletableFuture<List<Object>> sparse = encode(texts, whileWanted);
      CompletableFuture<List<Outcome>> vectors = dense.encode(whileWanted);
      submitted = true;
      return sparse.thenCombine(
          vectors,
          (found, outcomes) ->
              new Encoded(found, outcomes.stream().collect(groupingBy(Outcome::document))));
    } finally {
      // One front end has no room: what was handed to another one is wanted no more.
      refused.set(!submitted);
    }
  }

  private Checked check(String tenant, DocumentInput input) {
    DocumentLimits.idUtf8(input.id());
    Schema schema = collection.schema();
    Map<String, String> stored = new LinkedHashMap<>();
    Map<String, FieldValue> declared = new LinkedHashMap<>();
    input
        .fields()
        .forEach(
            (name, value) -> {
              if (name.equals(TEXT)) {
                throw new InvalidInputException("field", "'text'", "the text by itself");
              } else if (schema.field(name) == null) {
                stored.put(name, storedText(name, value));
              } else {
                declared.put(name, value);
              }
            });
    if (schema.tenantField() != null) {
      setTenant(schema.tenantField(), tenant, declared);
    }
    schema.check(declared);
    String text = input.text() == null ? "" : input.text();
    Ranges.check("length of the text", text.length(), 0, TEXT_LENGTH_MAX);
    checkForm(input);
    String whole = (title(stored, declared) + " " + text).strip();
    if (input.text() != null) {
      stored.put(TEXT, text);
    }
    Map<String, String> kept = collection.storesFields() ? stored : Map.of();
    DocumentLimits.checkStored(input.id(), kept);
    Map<String, DenseVectors> dense = dense(schema, input);
    DocumentLimits.checkDense(input.id(), dense);
    return new Checked(input.id(), input.vector(), whole, kept, declared, dense);
  }

  private Map<String, DenseVectors> dense(Schema schema, DocumentInput input) {
    Map<String, DenseVectors> dense = schema.stored(input.dense());
    for (List<SparseVector> vectors : input.tokenVectors().values()) {
      for (SparseVector vector : vectors) {
        // The numbers of terms are of no vocabulary.
        if (vector instanceof TokenVector) {
          collection.checkVocabulary(vector);
        }
      }
    }
    // What is made of the sparse vector is added when that is known.
    return input.tokenVectors().isEmpty() && input.keyedVectors().isEmpty()
        ? dense
        : schema.stored(dense, input.tokenVectors(), input.keyedVectors(), TokenVector.EMPTY);
  }

  /**
   * Returns whether the field title is a text, which is encoded before the text of a document.
   *
   * @param schema the declared fields
   */
  static boolean isTitleText(Schema schema) {
    Schema.Field declared = schema.field(TITLE);
    return declared == null || declared.type() == FieldType.STRING;
  }

  /** Returns the title, declared or not; empty for none. */
  private static String title(Map<String, String> stored, Map<String, FieldValue> declared) {
    return declared.get(TITLE) instanceof FieldValue.Text(String title)
        ? title
        : stored.getOrDefault(TITLE, "");
  }

  private static void setTenant(String field, String tenant, Map<String, FieldValue> declared) {
    FieldValue given = declared.put(field, new FieldValue.Text(tenant));
    if (given != null && !given.equals(new FieldValue.Text(tenant))) {
      throw new InvalidInputException(
          "field '" + field + "'", "'" + given.toText() + "'", "the tenant, '" + tenant + "'");
    }
  }

  /**
   * Returns the text of a field that the schema does not declare.
   *
   * @param name the field's name
   * @param value its value
   * @throws InvalidInputException when it is no text
   */
  static String storedText(String name, FieldValue value) {
    if (value instanceof FieldValue.Text(String text)) {
      return text;
    }
    throw new InvalidInputException(
        "field '" + name + "'",
        "of type " + value.type().word(),
        "a string, since the collection's schema does not declare the field");
  }

  private void checkForm(DocumentInput input) {
    SparseVector vector = input.vector();
    DocumentForm.check(collection.encoderSpec(), vector != null, input.text() != null);
    if (vector != null) {
      collection.checkVocabulary(vector);
      Ranges.check("number of terms", vector.size(), 0, FormatV1.DOCUMENT_TERM_COUNT_MAX);
    } else if (input.text() == null) {
      throw new InvalidInputException("text", "missing", "a text in each document");
    }
  }

  /** Returns the vectors of texts, or for each what is wrong with it. */
  private CompletableFuture<List<Object>> encode(List<String> texts, Cancellation cancellation) {
    if (texts.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    ModelSide side = collection.encoders().documentModel();
    if (side == null || !(side.model() instanceof BatchedModel model)) {
      return CompletableFuture.supplyAsync(() -> encodeHere(texts, cancellation), encoding);
    }
    List<CompletableFuture<EncodedText>> encoded =
        model
            .encoder()
            .submit(texts.stream().map(side::input).toList(), Priority.BULK, cancellation);
    return CompletableFuture.allOf(encoded.toArray(CompletableFuture<?>[]::new))
        .handle((_, _) -> outcomes(side, texts, encoded));
  }

  @SuppressWarnings("IllegalCatch") // Whatever is wrong with a text, it is told with the text.
  private List<Object> encodeHere(List<String> texts, Cancellation cancellation) {
    List<Object> vectors = new ArrayList<>(texts.size());
    for (String text : texts) {
      cancellation.check();
      try {
        vectors.add(
            collection
                .encoders()
                .documents()
                .encode(List.of(text), cancellation::check)
                .getFirst());
      } catch (InvalidInputException refused) {
        vectors.add(refused);
      }
    }
    return vectors;
  }

  private static List<Object> outcomes(
      ModelSide side, List<String> texts, List<CompletableFuture<EncodedText>> encoded) {
    List<Object> outcomes = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      CompletableFuture<EncodedText> one = encoded.get(i);
      if (!one.isCompletedExceptionally()) {
        outcomes.add(side.vector(texts.get(i), one.resultNow().encoding()));
        continue;
      }
      Throwable failure = one.exceptionNow();
      if (!EncodingFailures.isOfText(failure)) {
        // Neither this document nor another one of the request can be encoded now.
        throw failure instanceof RuntimeException known
            ? known
            : new IllegalStateException("encoding has failed", failure);
      }
      outcomes.add(EncodingFailures.named(failure, "text", "document"));
    }
    return outcomes;
  }

  private List<PreparedDocument> join(List<Object> checked, Encoded encoded) {
    List<PreparedDocument> prepared = new ArrayList<>(checked.size());
    int next = 0;
    for (int number = 0; number < checked.size(); number++) {
      switch (checked.get(number)) {
        case InvalidInputException refused -> prepared.add(new PreparedDocument.Refused(refused));
        case Checked document -> {
          Object vector = document.vector == null ? encoded.sparse.get(next++) : document.vector;
          List<Outcome> dense = encoded.dense.getOrDefault(number, List.of());
          prepared.add(
              vector instanceof InvalidInputException refused
                  ? new PreparedDocument.Refused(refused)
                  : prepared(document, (SparseVector) vector, dense));
        }
        default -> throw new AssertionError(checked.get(number));
      }
    }
    return prepared;
  }

  private PreparedDocument prepared(Checked document, SparseVector vector, List<Outcome> encoded) {
    try {
      Map<String, DenseVectors> dense =
          collection.schema().stored(dense(document, encoded), Map.of(), Map.of(), vector);
      DocumentLimits.checkDense(document.id, dense);
      return ready(document, vector, dense);
    } catch (InvalidInputException refused) {
      return new PreparedDocument.Refused(refused);
    }
  }

  /** Adds what was encoded to what the document has brought. */
  private Map<String, DenseVectors> dense(Checked document, List<Outcome> encoded) {
    if (encoded.isEmpty()) {
      return document.dense;
    }
    Map<String, DenseVectors> dense = new LinkedHashMap<>(document.dense);
    for (Outcome outcome : encoded) {
      switch (outcome) {
        case Outcome.Encoded(_, String field, DenseVectors found) -> dense.put(field, found);
        case Outcome.Empty _ -> {
          // It has no vector.
        }
        case Outcome.Refused(_, InvalidInputException reason) -> throw reason;
      }
    }
    return dense;
  }

  private PreparedDocument ready(
      Checked document, SparseVector vector, Map<String, DenseVectors> dense) {
    return new PreparedDocument.Ready(
        new QuantizedDocument(
            document.id,
            0,
            collection.quantize(vector),
            document.stored,
            document.declared,
            dense));
  }
}
