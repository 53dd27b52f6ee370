package io.siskin.server.rpc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.CreateCollectionRequest;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.FieldValue;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.ServerServiceGrpc;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.proto.v1.WriteOptions;
import io.siskin.server.retrieve.ResponseTooLargeException;
import io.siskin.server.testing.Seeded;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Our JSON is that of protobuf's own reader and writer, which are the slow twins of ours. */
final class MessageJsonTest {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          CollectionServiceGrpc.getServiceDescriptor(),
          PipelineServiceGrpc.getServiceDescriptor(),
          SearchServiceGrpc.getServiceDescriptor(),
          DocumentServiceGrpc.getServiceDescriptor(),
          EncodeServiceGrpc.getServiceDescriptor(),
          ServerServiceGrpc.getServiceDescriptor());

  /** The messages of all methods, streams included. */
  static List<Message> prototypes() {
    List<Message> prototypes = new ArrayList<>();
    for (ServiceDescriptor service : SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        prototypes.add(prototype(method.getRequestMarshaller()));
        prototypes.add(prototype(method.getResponseMarshaller()));
      }
    }
    return prototypes;
  }

  private static Message prototype(MethodDescriptor.Marshaller<?> marshaller) {
    return (Message) ((MethodDescriptor.PrototypeMarshaller<?>) marshaller).getMessagePrototype();
  }

  @Test
  void whatWeWriteIsReadByTheTwin() {
    Seeded.run(
        random -> {
          RandomMessages messages = new RandomMessages(random);
          for (Message prototype : prototypes()) {
            for (int i = 0; i < 50; i++) {
              Message message = messages.like(prototype);
              String json =
                  new String(
                      MessageWriter.write(message, Integer.MAX_VALUE), StandardCharsets.UTF_8);
              Message.Builder read = prototype.newBuilderForType();
              JsonFormat.parser().merge(json, read);
              assertThat(read.build()).as(json).isEqualTo(message);
            }
          }
        });
  }

  @Test
  void whatTheTwinWritesIsReadByUs() {
    List<JsonFormat.Printer> printers =
        List.of(
            JsonFormat.printer(),
            JsonFormat.printer().preservingProtoFieldNames(),
            JsonFormat.printer().alwaysPrintFieldsWithNoPresence(),
            JsonFormat.printer().printingEnumsAsInts().omittingInsignificantWhitespace());
    Seeded.run(
        random -> {
          RandomMessages messages = new RandomMessages(random);
          for (Message prototype : prototypes()) {
            for (int i = 0; i < 50; i++) {
              Message message = messages.like(prototype);
              String json = printers.get(i % printers.size()).print(message);
              assertThat(read(json, prototype)).as(json).isEqualTo(message);
            }
          }
        });
  }

  /** Damaged JSON is refused by us wherever the twin refuses it, and never with another error. */
  @Test
  void whatTheTwinRefusesWeRefuse() {
    Seeded.run(
        random -> {
          RandomMessages messages = new RandomMessages(random);
          int refused = 0;
          for (Message prototype : prototypes()) {
            for (int i = 0; i < 50; i++) {
              StringBuilder json =
                  new StringBuilder(JsonFormat.printer().print(messages.like(prototype)));
              int at = random.nextInt(json.length());
              if (random.nextBoolean()) {
                json.deleteCharAt(at);
              } else {
                json.setCharAt(at, "0\"{}[],:-.enx".charAt(random.nextInt(13)));
              }
              // Half of a character has no bytes in UTF-8.
              String damaged =
                  new String(
                      json.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
              String shown = damaged.replace('\n', ' ');
              Message.Builder twin = prototype.newBuilderForType();
              boolean twinTakes = true;
              try {
                JsonFormat.parser().merge(damaged, twin);
              } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                twinTakes = false;
              }
              try {
                Message ours = read(damaged, prototype);
                assertThat(twinTakes).as("we take %s", shown).isTrue();
                assertThat(ours).as("%s", shown).isEqualTo(twin.build());
              } catch (InvalidInputException e) {
                refused++;
                assertThat(e.allowed()).isNotEmpty();
              }
            }
          }
          assertThat(refused).isPositive();
        });
  }

  private static Message read(String json, Message prototype) {
    Message.Builder message = prototype.newBuilderForType();
    MessageReader.read(json.getBytes(StandardCharsets.UTF_8), message);
    return message.build();
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        wrong("[]", "the body is a list", ""),
        wrong("", "", ""),
        wrong("null", "the body is null", ""),
        wrong("{} {}", "followed by more", ""),
        wrong("{'k': 1}", "not JSON", ""),
        wrong("{k: 1}", "not JSON", ""),
        wrong("{\"k\": 1,}", "not JSON", ""),
        wrong("{\"k\": 01}", "not JSON", ""),
        wrong("{\"k\": NaN}", "not JSON", ""),
        wrong("{\"k\": ", "not JSON", ""),
        wrong("{\"foo\": 1}", "foo is no field of SearchRequest", ""),
        wrong("{\"k\": 1, \"k\": 2}", "k is given twice", ""),
        wrong("{\"recallTarget\": 1, \"recall_target\": 1}", "recall_target is given twice", ""),
        wrong("{\"text\": \"a\", \"vector\": {}}", "vector is given beside text", ""),
        wrong("{\"k\": -1}", "a whole number from 0 to 4294967295", "k"),
        wrong("{\"k\": 1.5}", "a whole number", "k"),
        wrong("{\"k\": 4294967296}", "a whole number", "k"),
        wrong("{\"k\": 1e400000000}", "a whole number", "k"),
        wrong("{\"k\": \"1e99999999\"}", "a whole number", "k"),
        wrong("{\"k\": 1e99999999999999}", "a whole number", "k"),
        wrong("{\"k\": " + "9".repeat(200) + "}", "outside of the limits", ""),
        wrong("{\"k\": true}", "a whole number", "k"),
        wrong("{\"explain\": \"true\"}", "true or false", "explain"),
        wrong("{\"explain\": 1}", "true or false", "explain"),
        wrong("{\"text\": 1}", "a text", "text"),
        wrong("{\"text\": \"\\ud800\"}", "half of a character", "text"),
        wrong("{\"recallTarget\": 1e39}", "range of a float", "recall_target"),
        wrong("{\"recallTarget\": 0e8088586644252925}", "range of a float", "recall_target"),
        wrong("{\"recallTarget\": \"0x1p3\"}", "range of a float", "recall_target"),
        wrong("{\"vector\": []}", "an object", "vector"),
        wrong("{\"vector\": {\"weights\": 1}}", "a list", "vector.weights"),
        wrong("{\"vector\": {\"weights\": [1, 2, null]}}", "null", "vector.weights[2]"),
        wrong("{\"vector\": {\"termIds\": [[1]]}}", "a list", "vector.term_ids[0]"),
        wrong("{\"vector\": {\"foo\": 1}}", "foo is no field of SparseVector", "vector"),
        wrong(
            "{\"filter\": {\"allOf\": {\"filters\": [{}, {\"not\": {\"in\": 3}}]}}}",
            "an object",
            "filter.all_of.filters[1].not.in"),
        wrong(deep(1_000), "outside of the limits", ""));
  }

  private static String deep(int levels) {
    return "{\"filter\":" + "{\"not\":".repeat(levels) + "{}" + "}".repeat(levels) + "}";
  }

  private static Arguments wrong(String json, String problem, String place) {
    return Arguments.of(json, problem, place);
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void errorsNameThePlaceAndWhatIsAllowed(String json, String problem, String place) {
    if (json.isEmpty()) {
      assertThat(read(json, SearchRequest.getDefaultInstance()))
          .isEqualTo(SearchRequest.getDefaultInstance());
      return;
    }
    assertThatThrownBy(() -> read(json, SearchRequest.getDefaultInstance()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(problem)
        .hasMessageContaining("allowed: ")
        .satisfies(
            error ->
                assertThat(String.valueOf(((InvalidInputException) error).place()))
                    .isEqualTo(place.isEmpty() ? "null" : place));
  }

  @Test
  void bytesThatAreNoTextAreRefused() {
    byte[] json = {'{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xC3, '"', '}'};
    assertThatThrownBy(() -> MessageReader.read(json, SearchRequest.newBuilder()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("not JSON");
  }

  @Test
  void otherKindsOfValuesAreCheckedToo() {
    refused(
        "{\"schema\": {\"fields\": [{\"name\": \"a\", \"type\": \"FIELD_TYPE_INT\"}]}}",
        CreateCollectionRequest.getDefaultInstance(),
        "FIELD_TYPE_INT64");
    refused(
        "{\"schema\": {\"fields\": [{\"type\": 99}]}}",
        CreateCollectionRequest.getDefaultInstance(),
        "FIELD_TYPE_INT64");
    refused("{\"side\": []}", EncodeRequest.getDefaultInstance(), "ENCODE_SIDE_QUERY");
    refused(
        "{\"documents\": [{\"fields\": {\"a\": {\"int64Value\": \"1\"}, \"a\": {}}}]}",
        UpsertRequest.getDefaultInstance(),
        "documents[0].fields");
    refused(
        "{\"documents\": [{\"fields\": {\"a\": {\"int64Value\": 9223372036854775808}}}]}",
        UpsertRequest.getDefaultInstance(),
        "documents[0].fields.a.int64_value");
    refused("{\"timestampValue\": \"now\"}", FieldValue.getDefaultInstance(), "timestamp_value");
    refused(
        "{\"timestampValue\": \"2026-02-30T00:00:00Z\"}",
        FieldValue.getDefaultInstance(),
        "timestamp_value");
    refused("{\"timestampValue\": 1}", FieldValue.getDefaultInstance(), "timestamp_value");
    refused("{\"syncInterval\": \"1\"}", WriteOptions.getDefaultInstance(), "sync_interval");
    refused(
        "{\"syncInterval\": \"315576000001s\"}",
        WriteOptions.getDefaultInstance(),
        "sync_interval");
  }

  private static void refused(String json, Message prototype, String words) {
    assertThatThrownBy(() -> read(json, prototype))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(words);
  }

  @Test
  void theDeepestFilterFits() {
    assertThat(read(deep(32), SearchRequest.getDefaultInstance())).isNotNull();
  }

  @Test
  void errorsAreWrittenWithTheirDetails() throws Exception {
    Status status =
        Status.newBuilder()
            .setCode(3)
            .setMessage("k is 0")
            .addDetails(
                Any.pack(
                    BadRequest.newBuilder()
                        .addFieldViolations(
                            BadRequest.FieldViolation.newBuilder()
                                .setField("k")
                                .setDescription("k is 0"))
                        .build()))
            .addDetails(
                Any.pack(ErrorInfo.newBuilder().setReason("R").putMetadata("a", "b").build()))
            .addDetails(Any.pack(ResourceInfo.newBuilder().setResourceName("x").build()))
            .addDetails(
                Any.pack(
                    RetryInfo.newBuilder()
                        .setRetryDelay(
                            com.google.protobuf.Duration.newBuilder().setNanos(50_000_000))
                        .build()))
            .build();
    String json =
        new String(MessageWriter.write(status, Integer.MAX_VALUE), StandardCharsets.UTF_8);
    TypeRegistry types =
        TypeRegistry.newBuilder()
            .add(BadRequest.getDescriptor())
            .add(ErrorInfo.getDescriptor())
            .add(ResourceInfo.getDescriptor())
            .add(RetryInfo.getDescriptor())
            .build();
    Status.Builder read = Status.newBuilder();
    JsonFormat.parser().usingTypeRegistry(types).merge(json, read);
    assertThat(read.build()).isEqualTo(status);
    assertThat(json).contains("\"retryDelay\":\"0.050s\"");
  }

  @Test
  void longAnswersAreCutOff() {
    SearchRequest request = SearchRequest.newBuilder().setText("x".repeat(10_000)).build();
    assertThat(MessageWriter.write(request, 20_000)).hasSizeBetween(10_000, 20_000);
    assertThatThrownBy(() -> MessageWriter.write(request, 9_000))
        .isInstanceOf(ResponseTooLargeException.class);
  }

  /** The reader and the writer have no code for types that the API does not have. */
  @Test
  void theApiHasOnlyTypesThatAreKnownHere() {
    Set<String> seen = new HashSet<>();
    for (Message prototype : prototypes()) {
      check(prototype.getDescriptorForType(), seen);
    }
    assertThat(seen).hasSizeGreaterThan(50);
  }

  private static void check(com.google.protobuf.Descriptors.Descriptor type, Set<String> seen) {
    if (!seen.add(type.getFullName()) || type.getFullName().equals("google.rpc.Status")) {
      return;
    }
    assertThat(type.getFile().getPackage()).isIn("siskin.v1", "google.protobuf");
    if (type.getFile().getPackage().equals("google.protobuf")) {
      assertThat(type.getName()).isIn("Timestamp", "Duration");
      return;
    }
    for (FieldDescriptor field : type.getFields()) {
      assertThat(field.getType()).isNotIn(FieldDescriptor.Type.BYTES, FieldDescriptor.Type.GROUP);
      if (field.isMapField()) {
        assertThat(field.getMessageType().findFieldByName("key").getType())
            .isEqualTo(FieldDescriptor.Type.STRING);
      }
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        check(field.getMessageType(), seen);
      }
    }
  }
}
