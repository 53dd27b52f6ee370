package io.siskin.server.http;

import io.siskin.server.rpc.gateway.RestGateway;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What requests of pages in browsers may do, and the headers that tell browsers what they may do
 * with an answer. Safe for concurrent use.
 *
 * <p>A page of another server can make its reader's browser send requests, also to a server that
 * listens on the loopback interface only. It is kept out in three ways. A request with an {@code
 * Origin} of another server is refused, unless that origin is allowed. A request for a name that is
 * not the server's is refused, because a page could let a name of its own point here. And a body
 * must say that it is JSON, which a page of another server cannot without asking first.
 */
final class BrowserRules {
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-fA-F:.%]+]");
  private static final Pattern PORT = Pattern.compile(":[0-9]*$");
  private static final String ALL = "*";
  private static final String METHODS = "GET, POST, PUT, DELETE";
  private static final String PREFLIGHT_SECONDS = "600";
  private static final String API_POLICY = "default-src 'none'; frame-ancestors 'none'";

  private final Set<String> origins;
  private final Set<String> hosts = new TreeSet<>();
  private final boolean anyHost;

  /**
   * Creates the rules.
   *
   * @param options what is allowed
   */
  BrowserRules(HttpOptions options) {
    this.origins = lower(options.browsers().origins());
    this.hosts.addAll(lower(options.browsers().hosts()));
    String listening = options.listening().host();
    this.anyHost = hosts.contains(ALL) || (hosts.isEmpty() && !HttpOptions.isLoopback(listening));
    hosts.add("localhost");
    hosts.add(listening.toLowerCase(Locale.ROOT));
  }

  private static Set<String> lower(Iterable<String> names) {
    Set<String> lower = new TreeSet<>();
    names.forEach(name -> lower.add(name.toLowerCase(Locale.ROOT)));
    return lower;
  }

  /**
   * Checks a request.
   *
   * @param request the request
   * @return what to answer instead; null if it is right
   */
  @Nullable Answer refusal(Request request) {
    String host = request.header("Host");
    if (!anyHost && host != null && !isOurs(host)) {
      return Answer.error(
          421,
          "the header Host is '"
              + shown(host)
              + "'; allowed: addresses, "
              + String.join(", ", hosts)
              + ", and what the option for the names of the server lists");
    }
    String origin = request.header("Origin");
    if (origin != null && !isAllowed(origin) && !isSameOrigin(request, origin, host)) {
      return Answer.error(
          403,
          "the header Origin is '"
              + shown(origin)
              + "'; allowed: pages of this server, and those that the option for origins lists");
    }
    return null;
  }

  private boolean isOurs(String host) {
    String name = PORT.matcher(host).replaceFirst("").toLowerCase(Locale.ROOT);
    return ADDRESS.matcher(name).matches() || hosts.contains(name);
  }

  private boolean isAllowed(String origin) {
    return origins.contains(ALL) || origins.contains(origin.toLowerCase(Locale.ROOT));
  }

  /** A browser says itself whether a page is of this server; older ones only say where from. */
  private static boolean isSameOrigin(Request request, String origin, @Nullable String host) {
    if ("same-origin".equals(request.header("Sec-Fetch-Site"))) {
      return true;
    }
    int authority = origin.indexOf("://");
    return authority > 0
        && host != null
        && withoutUsualPort(origin.substring(authority + 3)).equals(withoutUsualPort(host));
  }

  private static String withoutUsualPort(String authority) {
    String lower = authority.toLowerCase(Locale.ROOT);
    return lower.endsWith(":80") || lower.endsWith(":443")
        ? lower.substring(0, lower.lastIndexOf(':'))
        : lower;
  }

  private static String shown(String value) {
    return value.length() <= 100 ? value : value.substring(0, 100) + "…";
  }

  /**
   * Answers the question of a browser whether a page of another server may send a request.
   *
   * @param request the request, which was not refused
   * @return the answer; null if it is no such question
   */
  @Nullable Answer preflight(Request request) {
    if (!request.method().equals("OPTIONS")
        || request.header("Origin") == null
        || request.header("Access-Control-Request-Method") == null) {
      return null;
    }
    return Answer.empty(204)
        .with("Access-Control-Allow-Methods", METHODS)
        .with(
            "Access-Control-Allow-Headers",
            "Content-Type, "
                + RestEndpoint.TIMEOUT_HEADER
                + ", "
                + String.join(", ", RestGateway.METADATA_NAMES))
        .with("Access-Control-Max-Age", PREFLIGHT_SECONDS);
  }

  /**
   * Adds what browsers need to know to an answer.
   *
   * @param request the request
   * @param answer the answer to it
   */
  Answer finish(Request request, Answer answer) {
    Answer finished =
        answer
            .with("X-Content-Type-Options", "nosniff")
            .with("Vary", origins.isEmpty() ? "Accept-Encoding" : "Accept-Encoding, Origin");
    if (!answer.headers().containsKey("Cache-Control")) {
      finished = finished.with("Cache-Control", "no-store");
    }
    if (!answer.headers().containsKey("Content-Security-Policy")) {
      finished = finished.with("Content-Security-Policy", API_POLICY);
    }
    String origin = request.header("Origin");
    if (origin != null && isAllowed(origin)) {
      finished =
          finished
              .with("Access-Control-Allow-Origin", origins.contains(ALL) ? ALL : origin)
              .with("Access-Control-Expose-Headers", "Retry-After");
    }
    return finished;
  }
}
