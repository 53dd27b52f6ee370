package io.siskin.server.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Who may call the server, and how connections are encrypted. */
public record SecurityConfig(
    @Setting(
            doc =
                "The file of keys. While there is one, callers need a key; 'siskin keys' makes and"
                    + " revokes them. The server follows changes of the file.",
            label = "FILE",
            allowed = "a file that exists",
            defaultText = "DIR/.keys.json in the data directory, if it exists at the start",
            flags = "--keys-file")
        @Nullable Path keysFile,
    @Setting(
            doc =
                "Whether callers over the Unix socket need a key too, where others do. Without, who"
                    + " may write to the socket may do everything.",
            defaultValue = "true")
        boolean unixSocketKeys,
    @Setting(
            doc =
                "Lets the server listen on other addresses than loopback without keys or without"
                    + " TLS: everybody who reaches it may then do everything, or read what is sent."
                    + " For networks that something else protects.",
            flags = "--insecure")
        boolean insecure,
    @Section("How connections over TCP are encrypted.") TlsConfig tls,
    @Section("The audit log: a line of JSON for each change.") AuditConfig audit) {
  /** How connections over TCP are encrypted. */
  public record TlsConfig(
      @Setting(
              doc =
                  "The server's certificate in PEM, followed by those that vouch for it. With it,"
                      + " connections are encrypted. The server follows changes of the file.",
              label = "FILE",
              allowed = "a file that exists",
              flags = "--tls-certificate")
          @Nullable Path certificate,
      @Setting(
              doc = "The private key of the certificate: PEM, PKCS #8, not encrypted.",
              label = "FILE",
              allowed = "a file that exists",
              flags = "--tls-private-key")
          @Nullable Path privateKey,
      @Setting(
              doc = "The certificates in PEM that vouch for those of clients.",
              label = "FILE",
              allowed = "a file that exists")
          @Nullable Path clientCa,
      @Setting(
              doc =
                  "Whether clients must show a certificate (mutual TLS). It says that a client may"
                      + " connect, not what it may do: that is for its key.",
              defaultValue = "none")
          ClientCertificates clientCertificates) {}

  /** Whether clients must show a certificate. */
  public enum ClientCertificates {
    /** They are not asked for one. */
    NONE,

    /** They may show one, which is then verified. */
    OPTIONAL,

    /** They must show one. */
    REQUIRED
  }

  /** The audit log. */
  public record AuditConfig(
      @Setting(
              doc = "The file of the audit log.",
              label = "FILE",
              allowed = "a file in a folder that exists",
              defaultText =
                  "DIR/.audit.log in the data directory where callers need keys, else no audit log",
              flags = "--audit-log")
          @Nullable Path path,
      @Setting(
              doc =
                  "Whether writes of documents are in it too, beside the changes of collections,"
                      + " aliases and snapshots.")
          boolean documents,
      @Setting(
              doc = "How long the file may become before a new one is begun.",
              unit = "MiB",
              min = 1,
              max = 1 << 20,
              defaultValue = "64")
          int fileMibMax,
      @Setting(
              doc = "How many files there are at most, the one that is written included.",
              min = 1,
              max = 1_000,
              defaultValue = "10")
          int filesMax) {}
}
