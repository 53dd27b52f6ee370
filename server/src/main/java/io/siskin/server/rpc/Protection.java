package io.siskin.server.rpc;

import io.siskin.server.access.KeyStore;
import io.siskin.server.rpc.access.AuditLog;
import io.siskin.server.tls.ReloadingTls;
import org.jspecify.annotations.Nullable;

/**
 * Who may call a server, and how connections are encrypted. The server owns neither.
 *
 * @param keys the keys of callers; null when the server asks for none
 * @param localCallersNeedKeys whether callers over the Unix socket need a key too
 * @param tls the certificate for TCP; null for plain text. Unix sockets are always plain
 * @param audit where changes are written down; null for nowhere
 */
public record Protection(
    @Nullable KeyStore keys,
    boolean localCallersNeedKeys,
    @Nullable ReloadingTls tls,
    @Nullable AuditLog audit) {
  /** Everybody may call, in plain text: for loopback. */
  public static final Protection NONE = new Protection(null, true, null, null);
}
