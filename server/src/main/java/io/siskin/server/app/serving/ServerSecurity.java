package io.siskin.server.app.serving;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.access.KeyFile;
import io.siskin.server.access.KeyStore;
import io.siskin.server.config.SecurityConfig;
import io.siskin.server.config.ServerConfig;
import io.siskin.server.counters.CertificateState;
import io.siskin.server.rpc.GrpcServerOptions;
import io.siskin.server.rpc.Protection;
import io.siskin.server.rpc.access.AuditLog;
import io.siskin.server.rpc.access.AuditOptions;
import io.siskin.server.tls.ReloadingTls;
import io.siskin.server.tls.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may call a server and how connections are encrypted, made of its configuration: the keys and
 * the certificate, which follow their files. Owns both. Safe for concurrent use.
 */
public final class ServerSecurity implements AutoCloseable {
  /** Everybody may call, in plain text: for loopback. */
  static final ServerSecurity NONE = new ServerSecurity(Protection.NONE);

  private static final String AUDIT_LOG = ".audit.log";
  private static final int MEBIBYTE_BITS = 20;

  private final Protection protection;

  private ServerSecurity(Protection protection) {
    this.protection = protection;
  }

  /**
   * Reads keys and certificate.
   *
   * @param config the configuration
   * @throws InvalidInputException when the server would be open to others than its machine, or when
   *     a file is malformed
   */
  public static ServerSecurity open(ServerConfig config) throws IOException {
    check(config);
    SecurityConfig security = config.security();
    Path keysFile = keysFile(config);
    TlsFiles tlsFiles = tlsFiles(security.tls());
    KeyStore keys = null;
    AuditLog audit = null;
    boolean opened = false;
    try {
      keys = keysFile == null ? null : openKeys(keysFile);
      audit = audit(config, keys);
      ReloadingTls tls = tlsFiles == null ? null : ReloadingTls.open(tlsFiles);
      opened = true;
      return new ServerSecurity(new Protection(keys, security.unixSocketKeys(), tls, audit));
    } finally {
      if (!opened) {
        close(keys, audit);
      }
    }
  }

  private static @Nullable AuditLog audit(ServerConfig config, @Nullable KeyStore keys) {
    SecurityConfig.AuditConfig settings = config.security().audit();
    Path path = settings.path();
    Path data = config.data().dir();
    // A directory that cannot be written is one that nobody changes over this server.
    if (path == null && keys != null && data != null && Files.isWritable(data)) {
      path = data.resolve(AUDIT_LOG);
    }
    if (path == null) {
      return null;
    }
    AuditLog audit =
        AuditLog.start(
            new AuditOptions(
                path,
                settings.documents(),
                (long) settings.fileMibMax() << MEBIBYTE_BITS,
                settings.filesMax()));
    if (keys != null) {
      keys.onChange(audit::addKeyChange);
    }
    return audit;
  }

  private static void close(@Nullable KeyStore keys, @Nullable AuditLog audit) {
    if (keys != null) {
      keys.close();
    }
    if (audit != null) {
      audit.close();
    }
  }

  private static KeyStore openKeys(Path file) throws IOException {
    try {
      return KeyStore.open(file, InstantSource.system());
    } catch (NoSuchFileException missing) {
      throw new InvalidInputException(
          "security.keys_file",
          file,
          "a file that exists; 'siskin keys create --keys-file " + file + "' makes one");
    }
  }

  /**
   * Checks that nobody but this machine can reach what is not protected, and that the certificate
   * can be used.
   *
   * @param config the configuration
   * @throws InvalidInputException when it is not so; it says what to do
   */
  static void check(ServerConfig config) throws IOException {
    SecurityConfig security = config.security();
    TlsFiles tls = tlsFiles(security.tls());
    if (tls != null) {
      ReloadingTls.check(tls);
    }
    boolean keys = keysFile(config) != null;
    if (security.insecure()) {
      return;
    }
    if (config.grpc().port() != GrpcServerOptions.NO_TCP) {
      requireSafe("grpc.host", config.grpc().host(), keys, tls != null);
    }
    int httpPort = ServerParts.httpPort(config);
    if (httpPort >= 0) {
      requireSafe("http.host", config.http().host(), keys, tls != null);
    }
    if (config.metrics().port() != null) {
      requireSafe("metrics.host", config.metrics().host(), keys, tls != null);
    }
  }

  /**
   * Checks that one listener is safe.
   *
   * @param setting the setting that names the address
   * @param host the address
   * @param keys whether callers need a key
   * @param tls whether connections are encrypted
   * @throws InvalidInputException when others than this machine can reach it and one of both is
   *     missing
   */
  static void requireSafe(String setting, String host, boolean keys, boolean tls) {
    if ((keys && tls) || isLoopback(host)) {
      return;
    }
    List<String> steps = new ArrayList<>();
    if (!keys) {
      steps.add("make a key with 'siskin keys create --data DIR --role admin --collection \"*\"'");
    }
    if (!tls) {
      steps.add("set security.tls.certificate and security.tls.private_key");
    }
    throw new InvalidInputException(
        setting,
        host,
        "127.0.0.1 or another loopback address, because "
            + (keys ? "what is sent is not encrypted" : "callers need no key")
            + ". To open it to others, "
            + String.join(", and ", steps)
            + " (docs/security.md). Where something else protects the network, set"
            + " security.insecure: true or give --insecure");
  }

  /** A name that cannot be resolved is none of this machine. */
  private static boolean isLoopback(String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (!address.isLoopbackAddress()) {
          return false;
        }
      }
      return true;
    } catch (UnknownHostException unknown) {
      return false;
    }
  }

  /**
   * Returns the file of keys; null when callers need none.
   *
   * @param config the configuration
   */
  static @Nullable Path keysFile(ServerConfig config) {
    if (config.security().keysFile() != null) {
      return config.security().keysFile();
    }
    Path data = config.data().dir();
    Path file = data == null ? null : data.resolve(KeyFile.NAME);
    return file != null && Files.exists(file) ? file : null;
  }

  private static @Nullable TlsFiles tlsFiles(SecurityConfig.TlsConfig tls) {
    if (tls.certificate() == null && tls.privateKey() == null) {
      if (tls.clientCa() != null
          || tls.clientCertificates() != SecurityConfig.ClientCertificates.NONE) {
        throw new InvalidInputException(
            "security.tls.certificate", "missing", "set where clients show certificates");
      }
      return null;
    }
    if (tls.certificate() == null || tls.privateKey() == null) {
      throw new InvalidInputException(
          tls.certificate() == null ? "security.tls.certificate" : "security.tls.private_key",
          "missing",
          "both of certificate and private_key, or none");
    }
    return new TlsFiles(
        tls.certificate(),
        tls.privateKey(),
        tls.clientCa(),
        switch (tls.clientCertificates()) {
          case NONE -> TlsFiles.Clients.NONE;
          case OPTIONAL -> TlsFiles.Clients.OPTIONAL;
          case REQUIRED -> TlsFiles.Clients.REQUIRED;
        });
  }

  /** Returns who may call and how connections are encrypted. */
  public Protection protection() {
    return protection;
  }

  /** Returns how the certificate is; null when there is none. */
  @Nullable CertificateState certificate() {
    ReloadingTls tls = protection.tls();
    return tls == null
        ? null
        : new CertificateState(
            Duration.between(Instant.now(), tls.expires()).toSeconds(), tls.problem() != null);
  }

  @Override
  public void close() {
    close(protection.keys(), protection.audit());
    if (protection.tls() != null) {
      protection.tls().close();
    }
  }
}
