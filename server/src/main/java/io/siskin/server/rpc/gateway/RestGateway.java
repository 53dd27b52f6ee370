package io.siskin.server.rpc.gateway;

import java.util.List;
import java.util.function.Consumer;

/**
 * The methods of all services, for the one who speaks HTTP. Safe for concurrent use.
 *
 * <p>A request is answered once, by the thread that ends the call. That may be the one that makes
 * it.
 */
public interface RestGateway {
  /** The one of these headers that has a list, which may come in several parts. */
  String TRACE_STATE = "tracestate";

  /** The headers that are passed on to the services, in lower case. */
  List<String> METADATA_NAMES =
      List.of("authorization", "x-api-key", "traceparent", TRACE_STATE, "user-agent");

  /** Returns all routes, in the order of the services and their methods. */
  List<RestRoute> routes();

  /**
   * Describes all routes in the form of OpenAPI 3.0.3. Takes some milliseconds.
   *
   * @param version the version of the program
   * @return JSON in UTF-8
   */
  byte[] openApi(String version);

  /**
   * Finds what a request is for.
   *
   * @param method the method in upper case
   * @param path the path as it was sent, percent-encoded, without a query
   */
  RestMatch find(String method, String path);

  /**
   * Makes a call.
   *
   * @param match what the request is for
   * @param request the request
   * @param reply takes the answer, once, from any thread; it must not block
   * @return cancels the call when it is run; the answer may come nevertheless
   */
  Runnable call(RestMatch.Found match, RestRequest request, Consumer<RestAnswer> reply);
}
