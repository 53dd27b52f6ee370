package io.siskin.server.rpc.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.rpc.mapping.RequestTooLargeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the message of a call from the parts of a request over HTTP. Safe for concurrent use. */
final class RequestReader {
  private static final JsonFactory JSON = new JsonFactory();

  private final int requestBytesMax;

  /**
   * Creates a reader.
   *
   * @param requestBytesMax the longest message that is passed on, in bytes as protobuf writes it
   */
  RequestReader(int requestBytesMax) {
    this.requestBytesMax = requestBytesMax;
  }

  /**
   * Makes the message.
   *
   * @param match the route, and the values of its path
   * @param request body and query
   * @throws InvalidInputException when they are no message of the route
   * @throws RequestTooLargeException when the message is longer than those of other clients may be
   */
  Message read(RestMatch.Found match, RestRequest request) {
    RestRoute route = match.route();
    Message.Builder message = newRequest(route);
    if (route.hasBody()) {
      refuseQuery(request.query());
      MessageReader.read(request.body(), message);
    } else {
      MessageReader.read(asJson(route, match, request.query()), message);
    }
    match.variables().forEach((name, value) -> setVariable(message, name, value));
    Message whole = message.build();
    if (whole.getSerializedSize() > requestBytesMax) {
      throw new RequestTooLargeException();
    }
    return whole;
  }

  private static Message.Builder newRequest(RestRoute route) {
    return RestRoute.prototype(route.rpc().getRequestMarshaller()).newBuilderForType();
  }

  private static void refuseQuery(List<Map.Entry<String, String>> query) {
    if (!query.isEmpty()) {
      throw new InvalidInputException(
          "the query", query.getFirst().getKey(), "none: what is asked for stands in the body");
    }
  }

  private static void setVariable(Message.Builder message, String name, String value) {
    FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
    String inBody = (String) message.getField(field);
    if (!inBody.isEmpty() && !inBody.equals(value)) {
      throw new InvalidInputException(
          name, inBody, "what the path says, which is '" + value + "', or nothing");
    }
    JsonPath path = JsonPath.root().field(name);
    message.setField(field, JsonValues.wellFormed(value, path));
  }

  /**
   * Writes the parameters of a query as an object of JSON. There, every scalar may be a text, so
   * that the one reader does all checks.
   */
  private static byte[] asJson(
      RestRoute route, RestMatch.Found match, List<Map.Entry<String, String>> query) {
    if (query.isEmpty()) {
      return new byte[0];
    }
    Descriptor type = route.descriptor().getInputType();
    Map<FieldDescriptor, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, String> parameter : query) {
      FieldDescriptor field = MessageShape.of(type).field(parameter.getKey());
      if (field == null
          || field.isRepeated()
          || field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          || match.variables().containsKey(field.getName())) {
        throw new InvalidInputException(
            "the query", parameter.getKey(), "the parameters " + parameters(route));
      }
      if (values.put(field, parameter.getValue()) != null) {
        throw new InvalidInputException(field.getName(), "given twice", "one value");
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      for (Map.Entry<FieldDescriptor, String> value : values.entrySet()) {
        json.writeStringField(value.getKey().getName(), value.getValue());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String parameters(RestRoute route) {
    List<String> names = new ArrayList<>();
    for (FieldDescriptor field : route.queryFields()) {
      names.add(field.getName());
    }
    return names.isEmpty() ? "of this path, which are none" : String.join(", ", names);
  }
}
