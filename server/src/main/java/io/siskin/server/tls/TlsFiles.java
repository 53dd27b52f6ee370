package io.siskin.server.tls;

import io.siskin.index.error.InvalidInputException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a certificate is: files in PEM.
 *
 * @param certificate the server's certificate, followed by those that vouch for it
 * @param privateKey its key, unencrypted, in PKCS #8
 * @param clientCa the certificates that vouch for those of clients; null when clients need none
 * @param clients whether clients must show a certificate
 */
public record TlsFiles(
    Path certificate, Path privateKey, @Nullable Path clientCa, Clients clients) {
  /** Whether clients show a certificate. */
  public enum Clients {
    /** They are not asked for one. */
    NONE,

    /** They may show one, which is then verified. */
    OPTIONAL,

    /** They must show one. */
    REQUIRED
  }

  /** Checks what belongs together. */
  public TlsFiles {
    if ((clientCa == null) != (clients == Clients.NONE)) {
      throw new InvalidInputException(
          "client_ca",
          clientCa == null ? "missing" : "set",
          "set if client_certificates is optional or required, and only then");
    }
  }
}
