package io.siskin.server.tls;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of a server, which follows its files: new connections get what the files hold,
 * about a second after they have changed. Connections that are open stay open. When the new files
 * cannot be used, or do not fit each other, the certificate stays what it was; that is logged, and
 * {@link #problem} says it until the files are right again.
 *
 * <p>Safe for concurrent use. Owns the thread that follows the files.
 */
public final class ReloadingTls implements AutoCloseable {
  /** The versions of TLS that listeners speak. */
  public static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  private static final long WATCH_INTERVAL_MILLIS = 500;
  private static final Logger LOG = LoggerFactory.getLogger(ReloadingTls.class);

  private final TlsFiles files;
  private final CurrentKeyManager keyManager;
  private final CurrentTrustManager trustManager;
  private final Thread watcher;
  private volatile Instant expires;
  private volatile @Nullable String problem;
  private @Nullable List<Object> seen;
  private volatile boolean closed;

  private ReloadingTls(TlsFiles files) throws IOException {
    this.files = files;
    this.seen = stamps();
    Identity identity = Identity.read(files);
    this.keyManager = new CurrentKeyManager(identity);
    this.trustManager = new CurrentTrustManager(identity.trust());
    this.expires = identity.expires();
    this.watcher = Thread.ofPlatform().daemon().name("siskin-certificate").unstarted(this::watch);
  }

  /**
   * Reads a certificate and follows its files.
   *
   * @param files the files
   * @throws InvalidInputException when one is malformed, or when they do not fit each other
   * @throws IOException when one cannot be read
   */
  public static ReloadingTls open(TlsFiles files) throws IOException {
    ReloadingTls tls = new ReloadingTls(files);
    tls.watcher.start();
    return tls;
  }

  /**
   * Checks files without following them.
   *
   * @param files the files
   * @throws InvalidInputException when one is malformed, or when they do not fit each other
   * @throws IOException when one cannot be read
   */
  public static void check(TlsFiles files) throws IOException {
    Identity _ = Identity.read(files);
  }

  /** Returns what gives the certificate to each new connection. */
  public X509ExtendedKeyManager keyManager() {
    return keyManager;
  }

  /** Returns what judges the certificates of clients; it refuses all when none are asked for. */
  public X509ExtendedTrustManager trustManager() {
    return trustManager;
  }

  /** Returns whether clients show a certificate. */
  public TlsFiles.Clients clients() {
    return files.clients();
  }

  /**
   * Makes a context of the JDK for listeners that use the JDK's TLS. It follows the files too.
   *
   * @throws IllegalStateException when the platform has no TLS
   */
  public SSLContext sslContext() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {keyManager}, new TrustManager[] {trustManager}, new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the Java platform has no TLS", e);
    }
  }

  /** Returns when the certificate, or one of those that vouch for it in its file, expires. */
  public Instant expires() {
    return expires;
  }

  /** Returns why the files, as they are now, cannot be used; null when they are in use. */
  public @Nullable String problem() {
    return problem;
  }

  private void watch() {
    while (!closed) {
      try {
        Thread.sleep(WATCH_INTERVAL_MILLIS);
      } catch (InterruptedException ended) {
        return;
      }
      look();
    }
  }

  /** Reads the files again if one of them is another one than before. */
  synchronized void look() {
    try {
      List<Object> now = stamps();
      if (now.equals(seen)) {
        return;
      }
      seen = now;
      Identity identity = Identity.read(files);
      trustManager.set(identity.trust());
      keyManager.set(identity);
      expires = identity.expires();
      problem = null;
      LOG.info("the certificate was read again; it is valid until {}", expires);
    } catch (IOException | InvalidInputException failed) {
      report(failed);
    }
  }

  private void report(Exception failed) {
    String reason = String.valueOf(failed.getMessage());
    if (failed instanceof IOException) {
      // It may pass without a change of the files.
      seen = null;
    }
    if (!reason.equals(problem)) {
      problem = reason;
      LOG.error("the certificate cannot be read again, the old one stays in use: {}", reason);
    }
  }

  private List<Object> stamps() throws IOException {
    List<Object> stamps = new ArrayList<>();
    for (Path file :
        files.clientCa() == null
            ? List.of(files.certificate(), files.privateKey())
            : List.of(files.certificate(), files.privateKey(), files.clientCa())) {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      stamps.add(String.valueOf(attributes.fileKey()));
      stamps.add(attributes.size());
      stamps.add(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
    }
    return stamps;
  }

  /** Ends the thread that follows the files. The certificate stays in use. */
  @Override
  public void close() {
    closed = true;
    watcher.interrupt();
  }
}
