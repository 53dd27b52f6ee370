package io.siskin.client.internal;

import java.util.Set;
import java.util.regex.Pattern;

/** Reads what the user wrote as a target, and adds the default port where none was given. */
final class TargetParser {
  /** The port that Siskin serves on unless it is told otherwise. */
  static final int DEFAULT_PORT = 7700;

  private static final String FORMS =
      "HOST, HOST:PORT, [IPv6]:PORT, unix:///PATH or dns:///HOST:PORT, where the port is "
          + DEFAULT_PORT
          + " unless it is given";
  private static final String UNIX_SCHEME = "unix:";
  private static final String DNS_SCHEME = "dns:";
  private static final Set<String> OTHER_SCHEMES = Set.of("ipv4:", "ipv6:", "xds:");
  private static final Pattern HOST = Pattern.compile("[^\\s/@?#]+");
  private static final int PORT_MAX = 65_535;

  private TargetParser() {}

  /**
   * Reads a target.
   *
   * @param text one of the forms that the message of the error lists, or a target of another scheme
   *     that gRPC resolves, which is taken as it is
   * @throws IllegalArgumentException when it is none of them; the message names it and the forms
   */
  static Target parse(String text) {
    if (text.startsWith(UNIX_SCHEME)) {
      String path = text.substring(UNIX_SCHEME.length());
      // unix:///path is the form of a URI; gRPC also writes unix:path.
      String plain = path.startsWith("//") ? path.substring(2) : path;
      if (plain.isEmpty()) {
        throw malformed(text);
      }
      return new Target.UnixSocket(plain);
    }
    if (text.startsWith(DNS_SCHEME)) {
      // The host is what follows the last slash: dns:host, dns:///host or dns://resolver/host.
      int host = Math.max(text.lastIndexOf('/') + 1, DNS_SCHEME.length());
      return new Target.Name(text.substring(0, host) + withPort(text.substring(host), text));
    }
    boolean otherScheme = OTHER_SCHEMES.stream().anyMatch(text::startsWith);
    return new Target.Name(otherScheme ? text : withPort(text, text));
  }

  private static String withPort(String hostAndPort, String text) {
    int bracket = hostAndPort.lastIndexOf(']');
    int colon = hostAndPort.lastIndexOf(':');
    boolean bareIpv6 = bracket < 0 && hostAndPort.indexOf(':') != colon;
    if (bareIpv6) {
      return "[" + checkHost(hostAndPort, text) + "]:" + DEFAULT_PORT;
    }
    if (colon <= bracket) {
      return checkHost(hostAndPort, text) + ":" + DEFAULT_PORT;
    }
    String host = checkHost(hostAndPort.substring(0, colon), text);
    return host + ":" + checkPort(hostAndPort.substring(colon + 1), text);
  }

  private static String checkHost(String host, String text) {
    boolean bracketsMatch =
        host.startsWith("[") ? host.indexOf(']') == host.length() - 1 : host.indexOf(']') < 0;
    if (!bracketsMatch || !HOST.matcher(host).matches()) {
      throw malformed(text);
    }
    return host;
  }

  private static int checkPort(String port, String text) {
    try {
      int number = Integer.parseInt(port);
      if (number >= 1 && number <= PORT_MAX) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // Refused below, as a number out of range is.
    }
    throw malformed(text);
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException("target is '" + text + "'; allowed: " + FORMS);
  }
}
