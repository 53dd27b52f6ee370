package io.siskin.server.rpc.gateway;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One method of a service and how HTTP reaches it, from its {@code google.api.http} option. Of
 * these options, get, post, put and delete are supported, with variables that are one segment each,
 * and with {@code body: "*"} or no body. Immutable.
 */
public final class RestRoute {
  private static final Pattern LITERAL = Pattern.compile("[a-z0-9-]+");
  private static final Pattern VARIABLE = Pattern.compile("\\{([a-z][a-z0-9_]*)}");

  private final MethodDescriptor<Message, Message> rpc;
  private final Descriptors.MethodDescriptor descriptor;
  private final String method;
  private final List<Segment> path;
  private final boolean hasBody;

  /** One segment of a path. */
  sealed interface Segment {
    /**
     * A word that stands as it is.
     *
     * @param text the word
     */
    record Literal(String text) implements Segment {}

    /**
     * A value of the request.
     *
     * @param field which field it sets: a string
     */
    record Variable(FieldDescriptor field) implements Segment {}
  }

  private RestRoute(
      MethodDescriptor<Message, Message> rpc,
      Descriptors.MethodDescriptor descriptor,
      String method,
      List<Segment> path,
      boolean hasBody) {
    this.rpc = rpc;
    this.descriptor = descriptor;
    this.method = method;
    this.path = List.copyOf(path);
    this.hasBody = hasBody;
  }

  /**
   * Reads the option of a method.
   *
   * @param rpc a method of a generated service
   * @return the route; empty for a method without the option
   * @throws IllegalArgumentException when the option asks for what is not supported
   */
  @SuppressWarnings("unchecked") // Generated methods take and return messages.
  static Optional<RestRoute> of(MethodDescriptor<?, ?> rpc) {
    if (!(rpc.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier generated)) {
      throw new IllegalArgumentException(rpc.getFullMethodName() + " has no description");
    }
    Descriptors.MethodDescriptor descriptor = generated.getMethodDescriptor();
    if (!descriptor.getOptions().hasExtension(AnnotationsProto.http)) {
      return Optional.empty();
    }
    return Optional.of(
        of(
            (MethodDescriptor<Message, Message>) rpc,
            descriptor,
            descriptor.getOptions().getExtension(AnnotationsProto.http)));
  }

  /**
   * Reads a rule; see {@link #of(MethodDescriptor)}.
   *
   * @param rpc the method
   * @param descriptor its description
   * @param rule how HTTP reaches it
   */
  static RestRoute of(
      MethodDescriptor<Message, Message> rpc,
      Descriptors.MethodDescriptor descriptor,
      HttpRule rule) {
    String name = descriptor.getFullName();
    if (rpc.getType() != MethodDescriptor.MethodType.UNARY) {
      throw refused(name, "a stream", "methods with one request and one answer");
    }
    String method;
    String template;
    switch (rule.getPatternCase()) {
      case GET -> {
        method = "GET";
        template = rule.getGet();
      }
      case POST -> {
        method = "POST";
        template = rule.getPost();
      }
      case PUT -> {
        method = "PUT";
        template = rule.getPut();
      }
      case DELETE -> {
        method = "DELETE";
        template = rule.getDelete();
      }
      default -> throw refused(name, rule.getPatternCase().name(), "get, post, put and delete");
    }
    boolean hasBody = method.equals("POST") || method.equals("PUT");
    String body = hasBody ? "*" : "";
    if (!rule.getBody().equals(body)) {
      throw refused(name, "body: \"" + rule.getBody() + "\"", "body: \"" + body + "\"");
    }
    if (rule.getAdditionalBindingsCount() > 0 || !rule.getResponseBody().isEmpty()) {
      throw refused(name, "a further part of the rule", "one pattern and a body");
    }
    return new RestRoute(rpc, descriptor, method, segments(descriptor, template), hasBody);
  }

  private static List<Segment> segments(Descriptors.MethodDescriptor method, String template) {
    List<Segment> segments = new ArrayList<>();
    if (!template.startsWith("/")) {
      throw refused(method.getFullName(), template, "a path that begins with a slash");
    }
    for (String part : template.substring(1).split("/", -1)) {
      var variable = VARIABLE.matcher(part);
      if (variable.matches()) {
        segments.add(new Segment.Variable(field(method, variable.group(1))));
      } else if (LITERAL.matcher(part).matches()) {
        segments.add(new Segment.Literal(part));
      } else {
        throw refused(method.getFullName(), part, "words, and variables of one segment");
      }
    }
    return segments;
  }

  private static FieldDescriptor field(Descriptors.MethodDescriptor method, String name) {
    FieldDescriptor field = method.getInputType().findFieldByName(name);
    if (field == null
        || field.isRepeated()
        || field.getJavaType() != FieldDescriptor.JavaType.STRING) {
      throw refused(method.getFullName(), "{" + name + "}", "names of fields that are strings");
    }
    return field;
  }

  private static IllegalArgumentException refused(String method, String is, String allowed) {
    return new IllegalArgumentException(
        "the google.api.http option of " + method + " has " + is + "; allowed: " + allowed);
  }

  /** Returns the full name of the method of gRPC, {@code siskin.v1.SearchService/Search}. */
  public String rpcName() {
    return rpc.getFullMethodName();
  }

  /** Returns the method of HTTP in upper case. */
  public String method() {
    return method;
  }

  /** Returns the path with its variables in braces. */
  public String template() {
    StringBuilder template = new StringBuilder();
    for (Segment segment : path) {
      switch (segment) {
        case Segment.Literal literal -> template.append('/').append(literal.text());
        case Segment.Variable variable ->
            template.append("/{").append(variable.field().getName()).append('}');
      }
    }
    return template.toString();
  }

  /** Tells whether the request is in the body; otherwise it is in path and query. */
  public boolean hasBody() {
    return hasBody;
  }

  /** Returns the method of gRPC. */
  MethodDescriptor<Message, Message> rpc() {
    return rpc;
  }

  /** Returns the description of the method. */
  Descriptors.MethodDescriptor descriptor() {
    return descriptor;
  }

  /**
   * Returns the empty message that a marshaller of a generated service reads into.
   *
   * @param marshaller of requests or of answers
   */
  static Message prototype(MethodDescriptor.Marshaller<Message> marshaller) {
    return Objects.requireNonNull(
        ((MethodDescriptor.PrototypeMarshaller<Message>) marshaller).getMessagePrototype(),
        "generated marshallers have one");
  }

  /** Returns the fields that the query can set: for a route without a body, all but variables. */
  List<FieldDescriptor> queryFields() {
    if (hasBody) {
      return List.of();
    }
    List<FieldDescriptor> fields = new ArrayList<>(descriptor.getInputType().getFields());
    for (Segment segment : path) {
      if (segment instanceof Segment.Variable variable) {
        fields.remove(variable.field());
      }
    }
    fields.removeIf(
        field -> field.isRepeated() || field.getJavaType() == FieldDescriptor.JavaType.MESSAGE);
    return fields;
  }

  /** Returns the path, segment by segment. */
  List<Segment> path() {
    return path;
  }

  /**
   * Reads the values of the variables from a path that has as many segments.
   *
   * @param segments the path, decoded
   * @param variables takes the values
   * @return whether the path is of this route; if not, some values may have been put
   */
  boolean matches(List<String> segments, Map<String, String> variables) {
    for (int i = 0; i < path.size(); i++) {
      switch (path.get(i)) {
        case Segment.Literal literal -> {
          if (!literal.text().equals(segments.get(i))) {
            return false;
          }
        }
        case Segment.Variable variable -> {
          if (segments.get(i).isEmpty()) {
            return false;
          }
          variables.put(variable.field().getName(), segments.get(i));
        }
      }
    }
    return true;
  }
}
