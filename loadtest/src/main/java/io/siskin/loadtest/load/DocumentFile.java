package io.siskin.loadtest.load;

import com.google.protobuf.Timestamp;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.Document;
import io.siskin.proto.v1.FieldValue;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.StringList;
import io.siskin.server.corpus.BadRecordPolicy;
import io.siskin.server.corpus.DocumentSource;
import io.siskin.server.corpus.DocumentSources;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.corpus.SourceDocument;
import io.siskin.server.ingest.DeclaredFields;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Reads the documents of a file as messages, whose fields have the types of a collection. */
final class DocumentFile {
  /** How many documents of a file are held at most; the ones after them are not sent. */
  static final int DOCUMENTS_MAX = 50_000;

  private static final String TEXT = "text";
  private static final int ASK_SECONDS = 30;

  private DocumentFile() {}

  /**
   * Returns the types of the fields that a collection declares.
   *
   * @param channel a connection to its server
   * @param collection its name or an alias
   * @throws InvalidInputException when the server does not have it
   * @throws IOException when the server does not answer
   */
  static Schema schema(Channel channel, String collection) throws IOException {
    try {
      io.siskin.proto.v1.Schema message =
          CollectionServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(ASK_SECONDS, TimeUnit.SECONDS)
              .getCollection(GetCollectionRequest.newBuilder().setName(collection).build())
              .getCollection()
              .getSchema();
      List<Schema.Field> fields =
          message.getFieldsList().stream()
              .map(field -> new Schema.Field(field.getName(), type(field.getType())))
              .toList();
      String tenant = message.getTenantField();
      return new Schema(fields, tenant.isEmpty() ? null : tenant);
    } catch (StatusRuntimeException failed) {
      if (failed.getStatus().getCode() == Status.Code.NOT_FOUND) {
        throw InvalidInputException.explained(
            "collection",
            "'" + collection + "', which the server does not have",
            "one it has",
            failed);
      }
      throw new IOException(
          "the server does not describe '" + collection + "': " + failed.getMessage(), failed);
    }
  }

  private static FieldType type(io.siskin.proto.v1.FieldType type) {
    return FieldType.valueOf(type.name().replace("FIELD_TYPE_", "").toUpperCase(Locale.ROOT));
  }

  /**
   * Reads the first documents of a file.
   *
   * @param file a file of documents
   * @param idPrefix stands before their ids
   * @param schema the fields that have types; the tenant's is left out, as requests name the tenant
   * @throws IOException when it cannot be read
   * @throws InvalidInputException when a record is wrong, or there is none
   */
  static List<Document> read(Path file, String idPrefix, Schema schema) throws IOException {
    DeclaredFields declared = new DeclaredFields(schema);
    List<Document> documents = new ArrayList<>();
    try (DocumentSource source =
        DocumentSources.open(file, InputFormat.AUTO, BadRecordPolicy.REFUSE)) {
      for (SourceDocument next = source.next();
          next != null && documents.size() < DOCUMENTS_MAX;
          next = source.next()) {
        try {
          documents.add(message(next, idPrefix, declared));
        } catch (InvalidInputException invalid) {
          throw invalid.at(next.place());
        }
      }
    }
    if (documents.isEmpty()) {
      throw new InvalidInputException("documents", "empty", "at least one").at(file.toString());
    }
    return documents;
  }

  private static Document message(SourceDocument source, String idPrefix, DeclaredFields declared) {
    Document.Builder document = Document.newBuilder().setId(idPrefix + source.id());
    Map<String, String> stored = new HashMap<>();
    declared
        .split(source.fields(), stored)
        .forEach((name, value) -> document.putFields(name, message(value)));
    String text = stored.remove(TEXT);
    if (source.vector() != null) {
      document.setVector(Senders.message(source.vector()));
    }
    if (text != null) {
      document.setText(text);
    }
    stored.forEach(
        (name, value) ->
            document.putFields(name, FieldValue.newBuilder().setStringValue(value).build()));
    return document.build();
  }

  private static FieldValue message(io.siskin.index.document.FieldValue value) {
    FieldValue.Builder message = FieldValue.newBuilder();
    switch (value) {
      case io.siskin.index.document.FieldValue.Text(var text) -> message.setStringValue(text);
      case io.siskin.index.document.FieldValue.TextList(var texts) ->
          message.setStringListValue(StringList.newBuilder().addAllValues(texts));
      case io.siskin.index.document.FieldValue.Whole(var number) -> message.setInt64Value(number);
      case io.siskin.index.document.FieldValue.Real(var number) -> message.setDoubleValue(number);
      case io.siskin.index.document.FieldValue.Flag(var flag) -> message.setBoolValue(flag);
      case io.siskin.index.document.FieldValue.Moment moment -> {
        Instant instant = moment.instant();
        message.setTimestampValue(
            Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano()));
      }
    }
    return message.build();
  }
}
