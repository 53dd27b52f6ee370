package io.siskin.server.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Judges the certificates of clients by the authorities that are current. Without authorities it
 * refuses all. Safe for concurrent use.
 */
final class CurrentTrustManager extends X509ExtendedTrustManager {
  private static final X509Certificate[] NONE = {};

  private volatile @Nullable X509ExtendedTrustManager current;

  CurrentTrustManager(@Nullable X509ExtendedTrustManager first) {
    this.current = first;
  }

  /** Replaces the authorities. */
  void set(@Nullable X509ExtendedTrustManager trust) {
    current = trust;
  }

  private X509ExtendedTrustManager required() throws CertificateException {
    X509ExtendedTrustManager trust = current;
    if (trust == null) {
      throw new CertificateException("no certificates of clients are taken");
    }
    return trust;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    required().checkClientTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    required().checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    required().checkClientTrusted(chain, type, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("this is a server");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException("this is a server");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("this is a server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    X509ExtendedTrustManager trust = current;
    return trust == null ? NONE : trust.getAcceptedIssuers();
  }
}
