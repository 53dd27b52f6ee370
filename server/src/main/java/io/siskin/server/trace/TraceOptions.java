package io.siskin.server.trace;

import io.siskin.index.error.InvalidInputException;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Whether, how often and where to traces are sent. Immutable.
 *
 * @param enabled whether traces are recorded and sent. Default: false. No variable of the
 *     environment changes it
 * @param endpoint where a collector takes OTLP over HTTP, with its path, for example {@code
 *     http://127.0.0.1:4318/v1/traces}; empty for what {@code OTEL_EXPORTER_OTLP_ENDPOINT} and the
 *     other variables of OpenTelemetry say, or else that very address. Default: empty
 * @param sampleRatio the share of the calls without a caller's trace that is recorded, 0 to 1; a
 *     call with one is recorded when its caller's is. Raising it raises work and traffic. Default:
 *     0.01
 * @param serviceName what the server is called in traces, at most 255 characters; empty for what
 *     {@code OTEL_SERVICE_NAME} says, or else {@code siskin}. Default: empty
 */
public record TraceOptions(
    boolean enabled, String endpoint, double sampleRatio, String serviceName) {
  /** Nothing is recorded. */
  public static final TraceOptions DEFAULTS = new TraceOptions(false, "", 0.01, "");

  private static final int NAME_LENGTH_MAX = 255;

  /**
   * Checks the ranges.
   *
   * @throws InvalidInputException when one is left
   */
  public TraceOptions {
    if (!endpoint.isEmpty()) {
      checkEndpoint(endpoint);
    }
    if (!(sampleRatio >= 0 && sampleRatio <= 1)) {
      throw new InvalidInputException("traces.sample_ratio", sampleRatio, "0 to 1");
    }
    if (serviceName.length() > NAME_LENGTH_MAX) {
      throw new InvalidInputException(
          "traces.service_name",
          serviceName.length() + " characters",
          "at most " + NAME_LENGTH_MAX + " characters");
    }
  }

  private static void checkEndpoint(String endpoint) {
    boolean fits;
    try {
      URI address = new URI(endpoint);
      String scheme = address.getScheme();
      fits = address.getHost() != null && ("http".equals(scheme) || "https".equals(scheme));
    } catch (URISyntaxException malformed) {
      fits = false;
    }
    if (!fits) {
      throw new InvalidInputException(
          "traces.endpoint",
          endpoint,
          "an http or https address, as http://127.0.0.1:4318/v1/traces");
    }
  }
}
