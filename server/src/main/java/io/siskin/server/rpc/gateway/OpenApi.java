package io.siskin.server.rpc.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Describes the routes in the form of OpenAPI 3.0.3, made of the API's files and their comments.
 * (Most generators of clients read 3.0 better than 3.1, and nothing here needs 3.1.) Used by one
 * thread.
 */
final class OpenApi {
  /** What an operation may answer instead of 200, and what it means. */
  static final Map<Integer, String> ERRORS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry(400, "The request is not valid, or cannot be done in this state."),
              Map.entry(401, "The key is missing or unknown."),
              Map.entry(403, "The key, or the page in the browser, may not do this."),
              Map.entry(404, "What the request names does not exist."),
              Map.entry(408, "The request did not arrive in time."),
              Map.entry(409, "The name is taken."),
              Map.entry(413, "The body is too long."),
              Map.entry(415, "The body is not JSON, or is packed in an unknown way."),
              Map.entry(421, "The server does not have the name that the header Host says."),
              Map.entry(429, "The server is busy, or something is too long; see the details."),
              Map.entry(500, "The server or its data has a fault."),
              Map.entry(501, "The server does not have this method."),
              Map.entry(503, "The server starts, ends, or has no memory for it now."),
              Map.entry(504, "The deadline passed.")));

  private static final String EXAMPLES = "openapi-examples.json";
  private static final String SCHEMAS = "#/components/schemas/";
  private static final long UINT32_MAX = 4_294_967_295L;

  private final ObjectMapper mapper = new ObjectMapper();
  private final ApiComments comments = ApiComments.read();
  private final ObjectNode schemas = mapper.createObjectNode();
  private final Set<Descriptor> described = new LinkedHashSet<>();
  private final JsonNode examples;
  private final String version;
  private final boolean keysRequired;

  /**
   * Prepares a description.
   *
   * @param version the version of the program
   * @param keysRequired whether the server asks for keys
   */
  OpenApi(String version, boolean keysRequired) {
    this.version = version;
    this.keysRequired = keysRequired;
    try (InputStream in = OpenApi.class.getResourceAsStream(EXAMPLES)) {
      this.examples = mapper.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Describes routes.
   *
   * @param routes the routes
   * @return JSON in UTF-8
   */
  byte[] write(List<RestRoute> routes) {
    ObjectNode root = mapper.createObjectNode();
    root.put("openapi", "3.0.3");
    ObjectNode info = root.putObject("info");
    info.put("title", "Siskin");
    info.put(
        "description",
        "A search server for learned sparse retrieval. Numbers of 64 bits are texts, as in all JSON"
            + " of protobuf. docs/http.md says more.");
    info.put("version", version);
    info.putObject("license").put("name", "Apache-2.0");
    // Relative to this document, so that it is right below the path of a proxy too.
    root.putArray("servers").addObject().put("url", "./");
    ArrayNode security = root.putArray("security");
    if (!keysRequired) {
      // An object without a scheme says that a call without a key is right too.
      security.addObject();
    }
    security.addObject().putArray("bearer");
    tags(root.putArray("tags"), routes);
    ObjectNode paths = root.putObject("paths");
    for (RestRoute route : routes) {
      operation(
          paths
              .withObjectProperty(route.template())
              .putObject(route.method().toLowerCase(Locale.ROOT)),
          route);
    }
    components(root.putObject("components"));
    try {
      return mapper.writeValueAsBytes(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tags(ArrayNode tags, List<RestRoute> routes) {
    Set<ServiceDescriptor> services = new LinkedHashSet<>();
    routes.forEach(route -> services.add(route.descriptor().getService()));
    for (ServiceDescriptor service : services) {
      tags.addObject().put("name", service.getName()).put("description", comments.of(service));
    }
  }

  private void operation(ObjectNode operation, RestRoute route) {
    var method = route.descriptor();
    operation.putArray("tags").add(method.getService().getName());
    operation.put("operationId", operationId(route));
    String comment = comments.of(method);
    int sentence = comment.indexOf(". ");
    String summary = sentence < 0 ? comment : comment.substring(0, sentence + 1);
    operation.put("summary", summary.replace('\n', ' '));
    operation.put("description", comment);
    ArrayNode parameters = operation.putArray("parameters");
    for (RestRoute.Segment segment : route.path()) {
      if (segment instanceof RestRoute.Segment.Variable variable) {
        parameter(parameters.addObject(), variable.field(), "path").put("required", true);
      }
    }
    for (FieldDescriptor field : route.queryFields()) {
      parameter(parameters.addObject(), field, "query");
    }
    parameters.addObject().put("$ref", "#/components/parameters/timeout");
    if (route.hasBody()) {
      body(operation.putObject("requestBody"), route);
    }
    responses(operation.putObject("responses"), route);
  }

  /** Returns the name of an operation, which is unique among all services. */
  static String operationId(RestRoute route) {
    return route.descriptor().getService().getName() + "_" + route.descriptor().getName();
  }

  private ObjectNode parameter(ObjectNode parameter, FieldDescriptor field, String in) {
    parameter.put("name", field.getName());
    parameter.put("in", in);
    parameter.put("description", comments.of(field));
    value(parameter.putObject("schema"), field);
    return parameter;
  }

  /** The body has the fields of the request that the path does not have. */
  private void body(ObjectNode body, RestRoute route) {
    Descriptor request = route.descriptor().getInputType();
    Set<FieldDescriptor> inPath = new LinkedHashSet<>();
    for (RestRoute.Segment segment : route.path()) {
      if (segment instanceof RestRoute.Segment.Variable variable) {
        inPath.add(variable.field());
      }
    }
    String name = request.getName() + (inPath.isEmpty() ? "" : "Body");
    ObjectNode schema = schemas.putObject(name);
    object(schema, request, inPath);
    // An answer may get more members with time; a request may not have any that are unknown.
    schema.put("additionalProperties", false);
    if (inPath.isEmpty()) {
      described.add(request);
    }
    body.put("required", request.getFields().size() > inPath.size());
    ObjectNode content = body.putObject("content").putObject("application/json");
    content.putObject("schema").put("$ref", SCHEMAS + name);
    JsonNode example = examples.path(operationId(route)).path("request");
    if (!example.isMissingNode()) {
      content.set("example", example);
    }
  }

  private void responses(ObjectNode responses, RestRoute route) {
    ObjectNode ok = responses.putObject("200");
    Descriptor answer = route.descriptor().getOutputType();
    ok.put("description", comments.of(answer));
    ObjectNode content = ok.putObject("content").putObject("application/json");
    content.putObject("schema").put("$ref", reference(answer));
    JsonNode example = examples.path(operationId(route)).path("answer");
    if (!example.isMissingNode()) {
      content.set("example", example);
    }
    for (int status : ERRORS.keySet()) {
      responses
          .putObject(Integer.toString(status))
          .put("$ref", "#/components/responses/error" + status);
    }
  }

  private void components(ObjectNode components) {
    components.set("schemas", schemas);
    ObjectNode error = schemas.putObject("Status");
    error.put("type", "object");
    error.put("description", "What went wrong: a google.rpc.Status.");
    error.putArray("required").add("code").add("message").add("details");
    ObjectNode properties = error.putObject("properties");
    properties
        .putObject("code")
        .put("type", "integer")
        .put("description", "A code of google.rpc.Code; 3 is INVALID_ARGUMENT.");
    properties.putObject("message").put("type", "string");
    ObjectNode details = properties.putObject("details").put("type", "array");
    ObjectNode detail = details.putObject("items").put("type", "object");
    detail.putObject("properties").putObject("@type").put("type", "string");
    detail.put("additionalProperties", true);
    ObjectNode responses = components.putObject("responses");
    ERRORS.forEach(
        (status, meaning) ->
            responses
                .putObject("error" + status)
                .put("description", meaning)
                .putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("$ref", SCHEMAS + "Status"));
    ObjectNode timeout = components.putObject("parameters").putObject("timeout");
    timeout.put("name", "X-Timeout-Millis").put("in", "header");
    timeout.put("description", "How long the answer may take, in milliseconds. Unset: no limit.");
    timeout.putObject("schema").put("type", "integer").put("minimum", 1).put("maximum", 3_600_000);
    components
        .putObject("securitySchemes")
        .putObject("bearer")
        .put("type", "http")
        .put("scheme", "bearer")
        .put("description", "A key, where the server asks for keys.");
  }

  /** Returns the place of a type's schema, which is made if it is not there yet. */
  private String reference(Descriptor type) {
    if (described.add(type)) {
      object(schemas.putObject(type.getName()), type, Set.of());
    }
    return SCHEMAS + type.getName();
  }

  private void object(ObjectNode schema, Descriptor type, Set<FieldDescriptor> without) {
    schema.put("type", "object");
    schema.put("description", (comments.of(type) + choices(type)).strip());
    ObjectNode properties = schema.putObject("properties");
    for (FieldDescriptor field : type.getFields()) {
      if (!without.contains(field)) {
        property(properties, field);
      }
    }
  }

  private static String choices(Descriptor type) {
    return type.getRealOneofs().stream()
        .map(
            oneof ->
                "\n\nAt most one of "
                    + oneof.getFields().stream()
                        .map(field -> "`" + field.getJsonName() + "`")
                        .collect(Collectors.joining(", "))
                    + ".")
        .collect(Collectors.joining());
  }

  private void property(ObjectNode properties, FieldDescriptor field) {
    ObjectNode property = properties.putObject(field.getJsonName());
    if (field.isMapField()) {
      property.put("type", "object");
      value(
          property.putObject("additionalProperties"),
          field.getMessageType().findFieldByName("value"));
    } else if (field.isRepeated()) {
      property.put("type", "array");
      value(property.putObject("items"), field);
    } else {
      value(property, field);
    }
    String comment = comments.of(field);
    if (property.has("$ref")) {
      // Beside a reference, OpenAPI 3.0 ignores everything.
      String reference = property.path("$ref").asText();
      property.removeAll();
      property.put("description", comment);
      property.putArray("allOf").addObject().put("$ref", reference);
    } else {
      property.put("description", comment);
    }
  }

  /** Describes one value: of the field, or an element of its list. */
  private void value(ObjectNode schema, FieldDescriptor field) {
    switch (field.getType()) {
      case STRING -> schema.put("type", "string");
      case BOOL -> schema.put("type", "boolean");
      case FLOAT -> schema.put("type", "number").put("format", "float");
      case DOUBLE -> schema.put("type", "number").put("format", "double");
      case UINT32, FIXED32 ->
          schema
              .put("type", "integer")
              .put("format", "int64")
              .put("minimum", 0)
              .put("maximum", UINT32_MAX);
      case INT32, SINT32, SFIXED32 -> schema.put("type", "integer").put("format", "int32");
      case UINT64, FIXED64 -> schema.put("type", "string").put("pattern", "^[0-9]{1,20}$");
      case INT64, SINT64, SFIXED64 ->
          schema.put("type", "string").put("pattern", "^-?[0-9]{1,19}$");
      case BYTES -> schema.put("type", "string").put("format", "byte");
      case ENUM -> {
        schema.put("type", "string");
        ArrayNode values = schema.putArray("enum");
        for (EnumValueDescriptor value : field.getEnumType().getValues()) {
          values.add(value.getName());
        }
      }
      case MESSAGE, GROUP -> message(schema, field.getMessageType());
    }
  }

  private void message(ObjectNode schema, Descriptor type) {
    switch (MessageShape.of(type).form()) {
      case TIMESTAMP -> schema.put("type", "string").put("format", "date-time");
      case DURATION -> schema.put("type", "string").put("pattern", "^-?[0-9]+(\\.[0-9]{1,9})?s$");
      case OBJECT -> {
        if (type.getFullName().equals("google.rpc.Status")) {
          schema.put("$ref", SCHEMAS + "Status");
        } else {
          schema.put("$ref", reference(type));
        }
      }
    }
  }
}
