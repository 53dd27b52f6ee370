package io.siskin.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be chosen about a {@link SearchClient}. Immutable; made by {@link #of} and
 * refined by the {@code with} methods.
 *
 * @param target where the server is: {@code host}, {@code host:port}, {@code unix:///path} (Linux),
 *     or another name that gRPC resolves, for example {@code dns:///siskin.example:7700}. A host
 *     without a port gets 7700
 * @param deadline how long a call may take unless its request says otherwise, above 0
 * @param maxAttempts how often a call is tried at most, 1 to 5. A call is repeated when the server
 *     did not start it or refused it as busy (UNAVAILABLE, RESOURCE_EXHAUSTED), after a growing,
 *     jittered delay, within the same deadline. Streams are never repeated
 * @param responseBytesMax the longest response that is accepted, in bytes
 * @param streamInFlightMax how many requests of one {@link SearchStream} or {@link EncodeStream}
 *     may be unanswered before submitting waits
 * @param tls how to encrypt; null for plain text
 * @param apiKey the key that is sent with every call, as {@code siskin keys create} prints it; null
 *     for none. {@link #toString} does not show it. Without TLS, everybody on the way can read it
 */
public record ClientOptions(
    String target,
    Duration deadline,
    int maxAttempts,
    int responseBytesMax,
    int streamInFlightMax,
    @Nullable Tls tls,
    @Nullable String apiKey) {
  private static final int ATTEMPTS_MAX = 5;
  private static final Pattern API_KEY = Pattern.compile("[\\x21-\\x7e]{1,512}");

  /**
   * How to encrypt.
   *
   * @param trustedCertificates the certificates to trust, a file in PEM; null for those of the
   *     platform
   * @param serverName the name that the server's certificate must carry; null for the host of the
   *     target
   * @param clientCertificate the client's own certificate, a file in PEM, for servers that ask for
   *     one; null for none
   * @param clientKey its key, a file in PEM, PKCS #8, not encrypted; null for none
   */
  public record Tls(
      @Nullable Path trustedCertificates,
      @Nullable String serverName,
      @Nullable Path clientCertificate,
      @Nullable Path clientKey) {
    /** Checks that certificate and key come together. */
    public Tls {
      check(
          (clientCertificate == null) == (clientKey == null),
          "clientKey",
          String.valueOf(clientKey),
          "set with clientCertificate, and only then");
    }

    /**
     * A client without a certificate.
     *
     * @param trustedCertificates as above
     * @param serverName as above
     */
    public Tls(@Nullable Path trustedCertificates, @Nullable String serverName) {
      this(trustedCertificates, serverName, null, null);
    }
  }

  /** Checks the ranges. */
  public ClientOptions {
    check(!target.isBlank(), "target", target, "host:port or unix:///path");
    check(deadline.isPositive(), "deadline", deadline, "above 0");
    check(
        maxAttempts >= 1 && maxAttempts <= ATTEMPTS_MAX,
        "maxAttempts",
        maxAttempts,
        "1 to " + ATTEMPTS_MAX);
    check(responseBytesMax >= 1, "responseBytesMax", responseBytesMax, "at least 1");
    check(streamInFlightMax >= 1, "streamInFlightMax", streamInFlightMax, "at least 1");
    check(
        apiKey == null || API_KEY.matcher(apiKey).matches(),
        "apiKey",
        "of another form",
        "a key as 'siskin keys create' prints it");
  }

  /**
   * The defaults: a deadline of 5 s, 4 attempts, responses of up to 64 MiB, 64 unanswered requests
   * per stream, plain text.
   *
   * @param target where the server is
   */
  public static ClientOptions of(String target) {
    return new ClientOptions(target, Duration.ofSeconds(5), 4, 64 << 20, 64, null, null);
  }

  /**
   * Returns the same options with another deadline.
   *
   * @param newDeadline how long a call may take, above 0
   */
  public ClientOptions withDeadline(Duration newDeadline) {
    return new ClientOptions(
        target, newDeadline, maxAttempts, responseBytesMax, streamInFlightMax, tls, apiKey);
  }

  /**
   * Returns the same options with another number of attempts.
   *
   * @param newMaxAttempts 1 (no repetition) to 5
   */
  public ClientOptions withMaxAttempts(int newMaxAttempts) {
    return new ClientOptions(
        target, deadline, newMaxAttempts, responseBytesMax, streamInFlightMax, tls, apiKey);
  }

  /**
   * Returns the same options with another limit on responses.
   *
   * @param newResponseBytesMax bytes, above 0
   */
  public ClientOptions withResponseBytesMax(int newResponseBytesMax) {
    return new ClientOptions(
        target, deadline, maxAttempts, newResponseBytesMax, streamInFlightMax, tls, apiKey);
  }

  /**
   * Returns the same options with another bound on streams.
   *
   * @param newStreamInFlightMax unanswered requests, above 0; a number above the server's own bound
   *     has no further effect
   */
  public ClientOptions withStreamInFlightMax(int newStreamInFlightMax) {
    return new ClientOptions(
        target, deadline, maxAttempts, responseBytesMax, newStreamInFlightMax, tls, apiKey);
  }

  /**
   * Returns the same options, encrypted.
   *
   * @param newTls how
   */
  public ClientOptions withTls(Tls newTls) {
    return new ClientOptions(
        target, deadline, maxAttempts, responseBytesMax, streamInFlightMax, newTls, apiKey);
  }

  /**
   * Returns the same options with a key.
   *
   * @param newApiKey the key; null for none
   */
  public ClientOptions withApiKey(@Nullable String newApiKey) {
    return new ClientOptions(
        target, deadline, maxAttempts, responseBytesMax, streamInFlightMax, tls, newApiKey);
  }

  /** Shows all but the key. */
  @Override
  public String toString() {
    return "ClientOptions[target="
        + target
        + ", deadline="
        + deadline
        + ", maxAttempts="
        + maxAttempts
        + ", responseBytesMax="
        + responseBytesMax
        + ", streamInFlightMax="
        + streamInFlightMax
        + ", tls="
        + tls
        + ", apiKey="
        + (apiKey == null ? "none" : "set")
        + "]";
  }

  private static void check(boolean ok, String option, Object value, String allowed) {
    if (!ok) {
      throw new IllegalArgumentException(option + " is " + value + "; allowed: " + allowed);
    }
  }
}
