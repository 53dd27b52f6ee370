package io.siskin.server.tls;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a certificate have held at one moment.
 *
 * @param chain the server's certificate, followed by those that vouch for it
 * @param privateKey its key
 * @param trust judges the certificates of clients; null when they show none
 */
record Identity(
    List<X509Certificate> chain, PrivateKey privateKey, @Nullable X509ExtendedTrustManager trust) {
  private static final byte[] PROBE = {1, 2, 3};

  /**
   * Reads files.
   *
   * @param files the files
   * @throws InvalidInputException when one is malformed, or when key and certificate do not belong
   *     together; it names the file
   */
  static Identity read(TlsFiles files) throws IOException {
    List<X509Certificate> chain = PemFiles.certificates(files.certificate());
    PrivateKey key = PemFiles.privateKey(files.privateKey());
    if (!fit(chain.getFirst(), key)) {
      throw new InvalidInputException(
              "content", "a key of another certificate", "the key of " + files.certificate())
          .at(files.privateKey().toString());
    }
    return new Identity(
        chain,
        key,
        files.clientCa() == null ? null : trust(PemFiles.certificates(files.clientCa())));
  }

  private static boolean fit(X509Certificate certificate, PrivateKey key) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException otherKind) {
      return false;
    }
  }

  private static X509ExtendedTrustManager trust(List<X509Certificate> authorities)
      throws IOException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("authority-" + i, authorities.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new IOException("this Java platform has no trust manager for certificates");
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificates that vouch for clients cannot be used", e);
    }
  }

  /** Returns when the first certificate of the chain expires. */
  Instant expires() {
    Instant first = Instant.MAX;
    for (X509Certificate certificate : chain) {
      Instant end = certificate.getNotAfter().toInstant();
      first = end.isBefore(first) ? end : first;
    }
    return first;
  }
}
