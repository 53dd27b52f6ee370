package io.siskin.server.rpc.mapping;

import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.CountRequest;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.DeleteResponse;
import io.siskin.proto.v1.Document;
import io.siskin.proto.v1.FieldsUpdate;
import io.siskin.proto.v1.GetRequest;
import io.siskin.proto.v1.GetResponse;
import io.siskin.proto.v1.ScrollRequest;
import io.siskin.proto.v1.ScrollResponse;
import io.siskin.proto.v1.WaitFor;
import io.siskin.proto.v1.WriteOutcome;
import io.siskin.proto.v1.WriteResult;
import io.siskin.server.retrieve.DocumentReads;
import io.siskin.server.retrieve.ResponseTooLargeException;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.retrieve.StoredDocument;
import io.siskin.server.write.Deletion;
import io.siskin.server.write.DocumentInput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The translation between the messages of {@code DocumentService} and the domain's own types. */
public final class DocumentMapper {
  /** The most documents or changes of one write. */
  public static final int WRITE_COUNT_MAX = 10_000;

  /** The most ids of one reading. */
  static final int READ_COUNT_MAX = 1_000;

  /** The most documents of a page. */
  static final int PAGE_SIZE_MAX = 10_000;

  private static final int PAGE_SIZE_DEFAULT = 100;
  private static final int FIELD_COUNT_MAX = 256;
  // The token of the next page, and what stands before each document, generously.
  private static final int PAGE_OVERHEAD_BYTES = 32;
  private static final int DOCUMENT_OVERHEAD_BYTES = 8;
  private static final String TEXT = "text";
  private static final List<String> ALL_FIELDS = List.of("*");

  private DocumentMapper() {}

  /**
   * What a request writes. A thing that is malformed must not keep the others from being written,
   * and must not move them to other places. So something stands in for it that the domain refuses
   * too, since it has no id.
   *
   * @param items what is written, in the order of the request
   * @param refusals what is wrong with the malformed ones, by their place in the request
   */
  public record Batch<T>(List<T> items, Map<Integer, InvalidInputException> refusals) {}

  /**
   * Translates documents to write.
   *
   * @param messages the documents
   * @throws InvalidInputException when there are too few or too many
   */
  public static Batch<DocumentInput> documents(List<Document> messages) {
    return batch(
        "documents",
        messages,
        DocumentMapper::document,
        new DocumentInput("", null, null, Map.of()));
  }

  /**
   * Translates changes of fields.
   *
   * @param messages the changes
   * @throws InvalidInputException when there are too few or too many
   */
  public static Batch<io.siskin.server.write.FieldsUpdate> updates(List<FieldsUpdate> messages) {
    return batch(
        "updates",
        messages,
        DocumentMapper::update,
        new io.siskin.server.write.FieldsUpdate("", Map.of(), List.of()));
  }

  private static <M, T> Batch<T> batch(
      String path, List<M> messages, BiFunction<String, M, T> translation, T standIn) {
    checkCount(path, messages.size(), WRITE_COUNT_MAX);
    List<T> items = new ArrayList<>(messages.size());
    Map<Integer, InvalidInputException> refusals = new HashMap<>();
    for (int i = 0; i < messages.size(); i++) {
      try {
        items.add(translation.apply(path + "[" + i + "]", messages.get(i)));
      } catch (InvalidInputException refused) {
        items.add(standIn);
        refusals.put(i, refused);
      }
    }
    return new Batch<>(items, refusals);
  }

  private static DocumentInput document(String path, Document message) {
    checkFieldCount(path + ".fields", message.getFieldsCount());
    return new DocumentInput(
        message.getId(),
        message.hasVector() ? VectorMapper.toDomain(path + ".vector", message.getVector()) : null,
        message.hasText() ? message.getText() : null,
        FieldMapper.toDomain(path + ".fields", message.getFieldsMap()),
        DenseMapper.vectors(path + ".dense", message.getDenseMap()),
        DenseMapper.tokenVectors(path + ".token_vectors", message.getTokenVectorsMap()),
        DenseMapper.keyedVectors(path + ".keyed_vectors", message.getKeyedVectorsMap()));
  }

  private static io.siskin.server.write.FieldsUpdate update(String path, FieldsUpdate message) {
    checkFieldCount(path + ".set", message.getSetCount());
    checkFieldCount(path + ".remove", message.getRemoveCount());
    if (message.getId().isEmpty()) {
      throw new InvalidInputException(path + ".id", "''", "1 to 65,535 bytes of UTF-8");
    }
    return new io.siskin.server.write.FieldsUpdate(
        message.getId(),
        FieldMapper.toDomain(path + ".set", message.getSetMap()),
        List.copyOf(message.getRemoveList()));
  }

  private static void checkFieldCount(String path, int count) {
    if (count > FIELD_COUNT_MAX) {
      throw new InvalidInputException(
          path, count + " fields", "at most " + FIELD_COUNT_MAX + " fields");
    }
  }

  private static void checkCount(String path, int count, int max) {
    if (count < 1 || count > max) {
      throw new InvalidInputException(path, "a list of " + count, "1 to " + max + " of them");
    }
  }

  /**
   * Translates which documents are deleted.
   *
   * @param message the request
   * @throws InvalidInputException when nothing is selected or too much
   */
  public static Selector selector(DeleteRequest message) {
    return switch (message.getSelectionCase()) {
      case IDS -> {
        checkCount("ids.ids", message.getIds().getIdsCount(), WRITE_COUNT_MAX);
        yield new Selector.Ids(List.copyOf(message.getIds().getIdsList()));
      }
      case FILTER -> FilterMapper.selector("filter", message.getFilter());
      case FILTER_EXPRESSION -> new Selector.Expression(message.getFilterExpression());
      case SELECTION_NOT_SET ->
          throw new InvalidInputException(
              "selection", "not set", "ids, filter or filter_expression");
    };
  }

  /**
   * Translates which documents are read.
   *
   * @param message the request
   * @throws InvalidInputException when the filter is malformed
   */
  public static Selector selector(ScrollRequest message) {
    return switch (message.getSelectionCase()) {
      case FILTER -> FilterMapper.selector("filter", message.getFilter());
      case FILTER_EXPRESSION -> new Selector.Expression(message.getFilterExpression());
      case SELECTION_NOT_SET -> new Selector.All();
    };
  }

  /**
   * Translates which documents are counted.
   *
   * @param message the request
   * @throws InvalidInputException when the filter is malformed
   */
  public static Selector selector(CountRequest message) {
    return switch (message.getSelectionCase()) {
      case FILTER -> FilterMapper.selector("filter", message.getFilter());
      case FILTER_EXPRESSION -> new Selector.Expression(message.getFilterExpression());
      case SELECTION_NOT_SET -> new Selector.All();
    };
  }

  /**
   * Translates the ids of a reading.
   *
   * @param message the request
   * @throws InvalidInputException when there are too few or too many
   */
  public static List<String> ids(GetRequest message) {
    checkCount("ids", message.getIdsCount(), READ_COUNT_MAX);
    return List.copyOf(message.getIdsList());
  }

  /**
   * Translates what of a document is wanted.
   *
   * @param withVector whether its vector is
   * @param fields the names of the fields; none stands for all
   * @param dense the names of the dense fields; none stands for none
   * @throws InvalidInputException when there are too many
   */
  public static DocumentReads.Parts parts(
      boolean withVector, List<String> fields, List<String> dense) {
    if (fields.size() > ProtoMapper.FIELD_COUNT_MAX) {
      throw new InvalidInputException(
          "fields", fields.size() + " names", "at most " + ProtoMapper.FIELD_COUNT_MAX + " names");
    }
    if (dense.size() > DenseMapper.FIELD_COUNT_MAX) {
      throw new InvalidInputException(
          "dense_fields",
          dense.size() + " names",
          "at most " + DenseMapper.FIELD_COUNT_MAX + " names");
    }
    return new DocumentReads.Parts(
        withVector, fields.isEmpty() ? ALL_FIELDS : List.copyOf(fields), List.copyOf(dense));
  }

  /**
   * Translates how many documents a page has.
   *
   * @param message the request
   * @throws InvalidInputException when it is outside its range
   */
  public static int pageSize(ScrollRequest message) {
    long size =
        message.hasPageSize() ? Integer.toUnsignedLong(message.getPageSize()) : PAGE_SIZE_DEFAULT;
    if (size < 1 || size > PAGE_SIZE_MAX) {
      throw new InvalidInputException("page_size", size, "1 to " + PAGE_SIZE_MAX);
    }
    return (int) size;
  }

  /**
   * Translates what an answer waits for.
   *
   * @param message the choice
   * @throws InvalidInputException when it is unknown
   */
  public static io.siskin.server.write.WaitFor waitFor(WaitFor message) {
    return switch (message) {
      case WAIT_FOR_UNSPECIFIED, WAIT_FOR_DURABLE -> io.siskin.server.write.WaitFor.DURABLE;
      case WAIT_FOR_SEARCHABLE -> io.siskin.server.write.WaitFor.SEARCHABLE;
      case UNRECOGNIZED ->
          throw new InvalidInputException("wait_for", message, "DURABLE or SEARCHABLE");
    };
  }

  /**
   * Translates what became of the things of a batch.
   *
   * @param batch what the request asked for
   * @param results what became of each
   * @param path the name of the list in the request
   * @param statuses translates refusals
   */
  public static List<WriteResult> results(
      Batch<?> batch,
      List<io.siskin.server.write.WriteResult> results,
      String path,
      StatusMapper statuses) {
    List<WriteResult> messages = new ArrayList<>(results.size());
    for (int i = 0; i < results.size(); i++) {
      io.siskin.server.write.WriteResult result = results.get(i);
      InvalidInputException malformed = batch.refusals().get(i);
      InvalidInputException refusal = malformed == null ? result.refusal() : malformed;
      WriteResult.Builder message = WriteResult.newBuilder().setPosition(result.position());
      if (refusal == null) {
        message.setOutcome(outcome(result.outcome()));
      } else {
        boolean placed = malformed != null || refusal.place() != null;
        message
            .setOutcome(WriteOutcome.WRITE_OUTCOME_REFUSED)
            .setError(statuses.toStatus(placed ? refusal : refusal.at(path + "[" + i + "]")));
      }
      messages.add(message.build());
    }
    return messages;
  }

  private static WriteOutcome outcome(io.siskin.server.write.WriteOutcome outcome) {
    return switch (outcome) {
      case CREATED -> WriteOutcome.WRITE_OUTCOME_CREATED;
      case REPLACED -> WriteOutcome.WRITE_OUTCOME_REPLACED;
      case UPDATED -> WriteOutcome.WRITE_OUTCOME_UPDATED;
      case NOT_FOUND -> WriteOutcome.WRITE_OUTCOME_NOT_FOUND;
      case REFUSED -> WriteOutcome.WRITE_OUTCOME_REFUSED;
    };
  }

  /**
   * Translates what a deletion did.
   *
   * @param deletion the deletion
   */
  public static DeleteResponse toProto(Deletion deletion) {
    return DeleteResponse.newBuilder()
        .setDeletedCount(deletion.deletedCount())
        .setPosition(deletion.position())
        .build();
  }

  /**
   * Translates the documents of a reading.
   *
   * @param documents the documents
   */
  public static GetResponse toProto(List<StoredDocument> documents) {
    GetResponse.Builder response = GetResponse.newBuilder();
    documents.forEach(document -> response.addDocuments(toProto(document)));
    return response.build();
  }

  /**
   * Translates a page, or as much of its beginning as fits into one response.
   *
   * @param page the page
   * @param asked what it was asked for with
   * @param lengthBytesMax how long the response may be, in bytes
   * @throws InvalidInputException when the token is of another collection than the page
   * @throws ResponseTooLargeException when not even the first document fits
   */
  public static ScrollResponse toProto(
      DocumentReads.Page page, PageToken asked, int lengthBytesMax) {
    asked.check(page.collection());
    ScrollResponse.Builder response = ScrollResponse.newBuilder();
    long lengthBytes = PAGE_OVERHEAD_BYTES;
    for (StoredDocument document : page.documents()) {
      Document message = toProto(document);
      lengthBytes += message.getSerializedSize() + DOCUMENT_OVERHEAD_BYTES;
      if (lengthBytes > lengthBytesMax) {
        if (response.getDocumentsCount() == 0) {
          throw new ResponseTooLargeException(lengthBytes, lengthBytesMax);
        }
        break;
      }
      response.addDocuments(message);
    }
    int count = response.getDocumentsCount();
    if (count > 0 && (count < page.documents().size() || !page.isLast())) {
      response.setNextPageToken(
          PageToken.after(page.collection(), page.documents().get(count - 1).position()));
    }
    return response.build();
  }

  private static Document toProto(StoredDocument document) {
    Document.Builder message =
        Document.newBuilder().setId(document.id()).setPosition(document.position());
    if (document.vector() != null) {
      message.setVector(VectorMapper.toProto(document.vector()));
    }
    document
        .fields()
        .forEach(
            (name, value) -> {
              if (name.equals(TEXT)) {
                message.setText(value.toText());
              } else {
                message.putFields(name, FieldMapper.toProto(value));
              }
            });
    document
        .dense()
        .forEach(
            (name, vectors) -> {
              switch (vectors.type().storage()) {
                case F32, F16, INT8, BINARY -> message.putDense(name, DenseMapper.toProto(vectors));
                case TERMS -> message.putTokenVectors(name, DenseMapper.toTokenVectors(vectors));
                case KEYED_F32, KEYED_F16 ->
                    message.putKeyedVectors(name, DenseMapper.toKeyedVectors(vectors));
                case SLICES, HASHED -> {
                  // They are made anew when the document is written.
                }
              }
            });
    return message.build();
  }
}
