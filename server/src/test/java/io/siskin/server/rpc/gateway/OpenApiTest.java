package io.siskin.server.rpc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.ServerServiceGrpc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OpenApiTest {
  private static final RouteTable TABLE =
      RouteTable.of(
          List.of(
              CollectionServiceGrpc.getServiceDescriptor(),
              PipelineServiceGrpc.getServiceDescriptor(),
              SearchServiceGrpc.getServiceDescriptor(),
              DocumentServiceGrpc.getServiceDescriptor(),
              EncodeServiceGrpc.getServiceDescriptor(),
              ServerServiceGrpc.getServiceDescriptor()));

  private final JsonNode root = read();

  private static JsonNode read() {
    try {
      return new ObjectMapper().readTree(new OpenApi("1.2.3", false).write(TABLE.routes()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode operation(RestRoute route) {
    return root.path("paths").path(route.template()).path(route.method().toLowerCase(Locale.ROOT));
  }

  @Test
  void aCallWithoutAKeyIsOnlyDescribedWhereTheServerTakesIt() throws IOException {
    for (boolean keysRequired : new boolean[] {false, true}) {
      JsonNode security =
          new ObjectMapper()
              .readTree(new OpenApi("1", keysRequired).write(TABLE.routes()))
              .get("security");
      assertThat(security.get(0).isEmpty()).isNotEqualTo(keysRequired);
      assertThat(security).anySatisfy(one -> assertThat(one.has("bearer")).isTrue());
    }
  }

  @Test
  void everyRouteIsAnOperationWithItsErrors() {
    Set<String> ids = new HashSet<>();
    for (RestRoute route : TABLE.routes()) {
      JsonNode operation = operation(route);
      assertThat(ids.add(operation.path("operationId").asText())).as(route.template()).isTrue();
      assertThat(operation.path("summary").asText()).endsWith(".");
      assertThat(operation.path("responses").has("200")).isTrue();
      OpenApi.ERRORS
          .keySet()
          .forEach(
              status ->
                  assertThat(operation.path("responses").has(Integer.toString(status))).isTrue());
      assertThat(operation.has("requestBody")).isEqualTo(route.hasBody());
    }
    int count = 0;
    for (JsonNode path : root.path("paths")) {
      count += path.size();
    }
    assertThat(count).isEqualTo(TABLE.routes().size());
    assertThat(root.path("info").path("version").asText()).isEqualTo("1.2.3");
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    Set<String> references = new HashSet<>();
    for (JsonNode reference : root.findValues("$ref")) {
      references.add(reference.asText());
    }
    assertThat(references).hasSizeGreaterThan(50);
    for (String reference : references) {
      assertThat(root.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
    }
  }

  /** The comments of the API's files are there: each of them is a sentence. */
  @Test
  void everythingIsDescribed() {
    root.path("components")
        .path("schemas")
        .properties()
        .forEach(
            schema -> {
              assertThat(schema.getValue().path("description").asText())
                  .as(schema.getKey())
                  .isNotEmpty();
              if (!schema.getKey().equals("Status")) {
                schema
                    .getValue()
                    .path("properties")
                    .properties()
                    .forEach(
                        property ->
                            assertThat(property.getValue().path("description").asText())
                                .as(schema.getKey() + "." + property.getKey())
                                .isNotEmpty());
              }
            });
    assertThat(root.at("/components/schemas/SearchRequestBody/properties/k/description").asText())
        .startsWith("How many hits to return: 1 to 10,000.");
    for (JsonNode tag : root.path("tags")) {
      assertThat(tag.path("description").asText()).isNotEmpty();
    }
  }

  @Test
  void whatThePathSaysIsNotInTheBody() {
    JsonNode search = root.at("/components/schemas/SearchRequestBody");
    assertThat(search.path("properties").has("collection")).isFalse();
    assertThat(search.path("additionalProperties").asBoolean(true)).isFalse();
    assertThat(root.at("/components/schemas/SearchRequest/properties").has("collection")).isTrue();
  }

  /** The examples are messages: each request as a client may send it, each answer as we send it. */
  @Test
  void examplesAreRight() throws IOException {
    int requests = 0;
    for (RestRoute route : TABLE.routes()) {
      JsonNode request = operation(route).at("/requestBody/content/application~1json/example");
      if (!request.isMissingNode()) {
        requests++;
        read(request, RestRoute.prototype(route.rpc().getRequestMarshaller()));
      }
      JsonNode answer = operation(route).at("/responses/200/content/application~1json/example");
      if (!answer.isMissingNode()) {
        Message message = read(answer, RestRoute.prototype(route.rpc().getResponseMarshaller()));
        assertThat(new ObjectMapper().readTree(MessageWriter.write(message, Integer.MAX_VALUE)))
            .isEqualTo(answer);
      }
    }
    assertThat(requests).isGreaterThan(8);
  }

  private static Message read(JsonNode json, Message prototype) {
    Message.Builder message = prototype.newBuilderForType();
    MessageReader.read(json.toString().getBytes(StandardCharsets.UTF_8), message);
    return message.build();
  }
}
