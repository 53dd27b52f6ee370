package io.siskin.server.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.siskin.server.rpc.gateway.RestAnswer;
import io.siskin.server.rpc.gateway.RestGateway;
import io.siskin.server.rpc.gateway.RestMatch;
import io.siskin.server.rpc.gateway.RestRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The REST form of the API: passes requests to the services. Safe for concurrent use. */
final class RestEndpoint implements Endpoint {
  /** The header that says how long an answer may take, in milliseconds. */
  static final String TIMEOUT_HEADER = "X-Timeout-Millis";

  private static final long TIMEOUT_MILLIS_MAX = 3_600_000;
  private static final int PARAMETERS_MAX = 64;
  private static final int PARAMETERS_LENGTH_MAX = 8 << 10;
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,9}");
  private static final Pattern JSON_TYPE =
      Pattern.compile("application/json *(; *charset=\"?utf-8\"? *)?");

  private final RestGateway gateway;

  /**
   * Creates the endpoint.
   *
   * @param gateway makes the calls
   */
  RestEndpoint(RestGateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public Runnable answer(Request request, Consumer<Answer> reply) {
    String method = request.method().equals("HEAD") ? "GET" : request.method();
    return switch (gateway.find(method, request.path())) {
      case RestMatch.Found found -> call(found, request, reply);
      case RestMatch.OtherMethods others -> refuse(reply, Site.otherMethod(others.allowed()));
      case RestMatch.NoPath _ ->
          refuse(
              reply,
              Answer.error(404, "there is no such path; allowed: those that docs/http.md lists"));
    };
  }

  private static Runnable refuse(Consumer<Answer> reply, Answer refusal) {
    reply.accept(refusal);
    return NOTHING_TO_CANCEL;
  }

  private Runnable call(RestMatch.Found found, Request request, Consumer<Answer> reply) {
    Answer refusal = checkBody(found, request);
    if (refusal != null) {
      return refuse(reply, refusal);
    }
    String timeout = request.header(TIMEOUT_HEADER);
    long timeoutMillis = 0;
    if (timeout != null) {
      timeoutMillis = DIGITS.matcher(timeout).matches() ? Long.parseLong(timeout) : 0;
      if (timeoutMillis < 1 || timeoutMillis > TIMEOUT_MILLIS_MAX) {
        return refuse(
            reply,
            Answer.error(
                400,
                "the header "
                    + TIMEOUT_HEADER
                    + " is no number in its range; allowed: 1 to "
                    + TIMEOUT_MILLIS_MAX
                    + " ms"));
      }
    }
    List<Map.Entry<String, String>> query = new ArrayList<>();
    if (!parse(request.query(), query)) {
      return refuse(
          reply,
          Answer.error(
              400,
              "the query cannot be read; allowed: name=value, separated by &, percent-encoded, at"
                  + " most "
                  + PARAMETERS_MAX));
    }
    return gateway.call(
        found,
        new RestRequest(
            query,
            request.body(),
            metadata(request),
            timeout == null ? null : Duration.ofMillis(timeoutMillis),
            request.client()),
        answer -> reply.accept(toAnswer(answer)));
  }

  private static @Nullable Answer checkBody(RestMatch.Found found, Request request) {
    if (request.body().length == 0) {
      return null;
    }
    if (!found.route().hasBody()) {
      return Answer.error(400, "the request has a body; allowed: none with this method and path");
    }
    String type = request.header("Content-Type");
    if (type == null || !JSON_TYPE.matcher(type.trim().toLowerCase(Locale.ROOT)).matches()) {
      return Answer.error(
          415,
          (type == null ? "the header Content-Type is missing" : "the header Content-Type is wrong")
              + "; allowed: application/json (curl sends it with --json)");
    }
    return null;
  }

  private static boolean parse(String query, List<Map.Entry<String, String>> parameters) {
    if (query.isEmpty()) {
      return true;
    }
    if (query.length() > PARAMETERS_LENGTH_MAX) {
      return false;
    }
    try {
      new QueryStringDecoder(query, StandardCharsets.UTF_8, false, PARAMETERS_MAX)
          .parameters()
          .forEach(
              (name, values) -> values.forEach(value -> parameters.add(Map.entry(name, value))));
      return true;
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  private static Map<String, String> metadata(Request request) {
    Map<String, String> metadata = new HashMap<>();
    for (String name : RestGateway.METADATA_NAMES) {
      // A list may be sent in parts, in several headers of one name.
      String value =
          name.equals(RestGateway.TRACE_STATE) ? request.headers(name) : request.header(name);
      if (value != null) {
        metadata.put(name, value);
      }
    }
    return metadata;
  }

  private static Answer toAnswer(RestAnswer answer) {
    Answer made = Answer.of(answer.status(), Answer.JSON, answer.body());
    Duration retryAfter = answer.retryAfter();
    return retryAfter == null ? made : made.retryAfter(retryAfter);
  }
}
