package io.siskin.client.internal;

import io.grpc.Status;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Says in words why a server was not reached and what to try. Looks at the causes that the
 * transport gives; what a server answered has none.
 */
final class ConnectionFailures {
  // What gRPC quotes of a peer that speaks TLS: an alert or a handshake record of version 3.
  private static final String TLS_ALERT = "hex dump for first 5 bytes: 1503";
  private static final String TLS_HANDSHAKE = "hex dump for first 5 bytes: 1603";

  private ConnectionFailures() {}

  /**
   * Explains a failure.
   *
   * @param status what ended the call
   * @param target where the server should be
   * @return one or two sentences; null when the failure is not one of connecting
   */
  static @Nullable String explain(Status status, Target target) {
    return switch (status.getCode()) {
      // INTERNAL is what gRPC makes of a peer that speaks another protocol.
      case UNAVAILABLE, INTERNAL -> unreached(status, target);
      case DEADLINE_EXCEEDED -> late(status, target);
      default -> null;
    };
  }

  private static @Nullable String unreached(Status status, Target target) {
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      String words = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      String explanation =
          switch (cause) {
            case UnknownHostException _ ->
                "the host of " + target + " has no address. Check how it is spelled.";
            case FileNotFoundException _ ->
                "there is no socket at "
                    + target
                    + ". Is the server running, and does it serve this path?";
            case NoRouteToHostException _ ->
                "there is no route to " + target + ". Check the address and the network.";
            case ConnectException _ -> refused(words, target);
            case SSLException _ -> encryption(cause, words, target);
            case ClosedChannelException _ -> closed(target);
            default -> protocol(words, target);
          };
      if (explanation != null) {
        return explanation;
      }
    }
    boolean closed = String.valueOf(status.getDescription()).contains("Network closed");
    return closed ? closed(target) : null;
  }

  private static String refused(String words, Target target) {
    if (words.contains("permission denied")) {
      return "this user may not connect to "
          + target
          + ". See the permissions of the socket and of its folder.";
    }
    if (words.contains("timed out")) {
      return target + " does not answer. Check the address, the port and firewalls.";
    }
    return "no server listens at "
        + target
        + ". Start one with 'siskin serve', or check host and port.";
  }

  private static String encryption(Throwable error, String words, Target target) {
    if (words.contains("not an ssl/tls record")) {
      return target + " does not use TLS. Connect without TLS, or give the server a certificate.";
    }
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return "the certificate of "
            + target
            + " was refused: "
            + cause.getMessage()
            + ". Name the certificates to trust, and the name that the certificate carries.";
      }
    }
    return "no TLS connection to " + target + ": " + error.getMessage();
  }

  private static @Nullable String protocol(String words, Target target) {
    if (words.contains(TLS_ALERT) || words.contains(TLS_HANDSHAKE)) {
      return target + " uses TLS. Connect with TLS.";
    }
    if (words.contains("was not settings") || words.contains("unexpected http/1.x request")) {
      return target + " does not speak gRPC. Check the port.";
    }
    return words.contains("connection reset") || words.contains("broken pipe")
        ? closed(target)
        : null;
  }

  private static String closed(Target target) {
    return target
        + " closed the connection. The server may have stopped; if this happens each time, it may"
        + " demand TLS.";
  }

  private static @Nullable String late(Status status, Target target) {
    // gRPC's own words for a call that found no connection before its deadline.
    boolean neverSent = String.valueOf(status.getDescription()).contains("was_still_waiting");
    return neverSent
        ? "no connection to "
            + target
            + " within the deadline. Check that the server is running, the address and firewalls."
        : null;
  }
}
