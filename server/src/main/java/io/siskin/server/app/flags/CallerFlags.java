package io.siskin.server.app.flags;

import io.siskin.client.ClientOptions;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say who calls a server, and how the connection is encrypted. */
public final class CallerFlags {
  private static final String KEY_VARIABLE = "SISKIN_KEY";
  private static final int KEY_FILE_BYTES_MAX = 4_096;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description =
          "A file with the key of the caller, for a server that asks for one. Default: the key in"
              + " the variable SISKIN_KEY, if it is set. There is no option for the key itself,"
              + " because other users of the machine can read command lines.")
  private @Nullable Path keyFile;

  @Option(
      names = "--tls",
      description = "Encrypts the connection, and trusts the certificates of the JDK.")
  private boolean encrypts;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description =
          "Encrypts the connection, and trusts the certificates in this file, in PEM, and no"
              + " others. Default: none.")
  private @Nullable Path authorities;

  @Option(
      names = "--tls-server-name",
      paramLabel = "NAME",
      description =
          "The name that the server's certificate must carry. Default: the host of --target.")
  private @Nullable String serverName;

  @Option(
      names = "--tls-client-certificate",
      paramLabel = "FILE",
      description =
          "The certificate of the caller in PEM, for a server that asks for one; with"
              + " --tls-client-key. Default: none.")
  private @Nullable Path clientCertificate;

  @Option(
      names = "--tls-client-key",
      paramLabel = "FILE",
      description = "The key of that certificate: PEM, PKCS #8, not encrypted. Default: none.")
  private @Nullable Path clientKey;

  /**
   * Adds the key, and how to encrypt.
   *
   * @param options where the server is
   * @throws InvalidInputException when what was given cannot be used
   */
  public ClientOptions secured(ClientOptions options) {
    String key = key();
    ClientOptions withKey;
    try {
      withKey = key == null ? options : options.withApiKey(key);
    } catch (IllegalArgumentException malformed) {
      // Never with the text, which may be a key with a blank in it.
      throw new InvalidInputException(
          keyFile == null ? KEY_VARIABLE : "--key-file",
          "a text of another form",
          "one key, as 'siskin keys create' prints it");
    }
    if ((clientCertificate == null) != (clientKey == null)) {
      throw new InvalidInputException(
          clientKey == null ? "--tls-client-key" : "--tls-client-certificate",
          "missing",
          "both options, or none");
    }
    boolean tls =
        encrypts || authorities != null || serverName != null || clientCertificate != null;
    return tls
        ? withKey.withTls(
            new ClientOptions.Tls(authorities, serverName, clientCertificate, clientKey))
        : withKey;
  }

  private @Nullable String key() {
    if (keyFile == null) {
      String key = System.getenv(KEY_VARIABLE);
      return key == null || key.isBlank() ? null : key.strip();
    }
    try {
      return new String(
              BoundedFile.readInput(keyFile, KEY_FILE_BYTES_MAX), StandardCharsets.US_ASCII)
          .strip();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
