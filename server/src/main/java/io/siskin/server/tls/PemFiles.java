package io.siskin.server.tls;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and private keys in PEM. Pure functions over files. */
final class PemFiles {
  private static final int LENGTH_BYTES_MAX = 1 << 20;
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  /** The kinds of key that TLS 1.2 and 1.3 use; a key says its kind only to the right factory. */
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private PemFiles() {}

  /**
   * Reads certificates.
   *
   * @param file the file
   * @return one or more
   * @throws InvalidInputException when there is none; it names the file
   */
  static List<X509Certificate> certificates(Path file) throws IOException {
    byte[] content = BoundedFile.readInput(file, LENGTH_BYTES_MAX);
    try {
      List<X509Certificate> found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!found.isEmpty()) {
        return found;
      }
    } catch (CertificateException e) {
      throw wrong(file, "no certificate (" + e.getMessage() + ")", "certificates in PEM");
    }
    throw wrong(file, "without a certificate", "certificates in PEM");
  }

  /**
   * Reads a private key.
   *
   * @param file the file
   * @throws InvalidInputException when there is none that can be read; it names the file
   */
  static PrivateKey privateKey(Path file) throws IOException {
    String content =
        new String(BoundedFile.readInput(file, LENGTH_BYTES_MAX), StandardCharsets.ISO_8859_1);
    Matcher pem = PKCS8.matcher(content);
    if (!pem.find()) {
      String found =
          content.contains("ENCRYPTED")
              ? "encrypted"
              : content.contains("-----BEGIN ") ? "of another form" : "no key";
      throw wrong(
          file,
          found,
          "an unencrypted key in PKCS #8, which begins with BEGIN PRIVATE KEY; 'openssl pkcs8"
              + " -topk8 -nocrypt -in OLD -out NEW' makes one of another form");
    }
    try {
      PKCS8EncodedKeySpec key =
          new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
      for (String algorithm : ALGORITHMS) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(key);
        } catch (GeneralSecurityException other) {
          // The next kind.
        }
      }
    } catch (IllegalArgumentException notBase64) {
      // Told below.
    }
    throw wrong(file, "no key that can be read", "a key of the kind EC, RSA or Ed25519");
  }

  private static InvalidInputException wrong(Path file, String found, String allowed) {
    return new InvalidInputException("content", found, allowed).at(file.toString());
  }
}
