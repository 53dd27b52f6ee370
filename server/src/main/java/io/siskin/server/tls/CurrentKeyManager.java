package io.siskin.server.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Gives connections the certificate that is current. A handshake asks for an alias first, and for
 * chain and key later. So an alias has the number of its certificate, and the one before is kept:
 * no handshake gets the chain of one and the key of another. Safe for concurrent use.
 */
final class CurrentKeyManager extends X509ExtendedKeyManager {
  private static final String PREFIX = "siskin-";

  private volatile Generations generations;

  private record Generations(long number, Identity current, Identity before) {}

  CurrentKeyManager(Identity first) {
    this.generations = new Generations(0, first, first);
  }

  /** Replaces the certificate. Called by one thread at a time. */
  void set(Identity identity) {
    Generations old = generations;
    generations = new Generations(old.number + 1, identity, old.current);
  }

  private @Nullable String alias(@Nullable String keyType) {
    Generations now = generations;
    String algorithm = now.current.privateKey().getAlgorithm();
    // BoringSSL asks for EC keys by the kind of signature too: EC_EC, EC_RSA.
    boolean fits =
        keyType != null && (keyType.equals(algorithm) || keyType.startsWith(algorithm + "_"));
    return fits ? PREFIX + now.number : null;
  }

  private @Nullable Identity identity(@Nullable String alias) {
    Generations now = generations;
    if ((PREFIX + now.number).equals(alias)) {
      return now.current;
    }
    return (PREFIX + (now.number - 1)).equals(alias) ? now.before : null;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(keyType);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = alias(keyType);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Identity found = identity(alias);
    return found == null ? null : found.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Identity found = identity(alias);
    return found == null ? null : found.privateKey();
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
