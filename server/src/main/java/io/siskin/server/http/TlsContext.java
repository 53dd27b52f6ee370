package io.siskin.server.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.siskin.server.tls.ReloadingTls;
import io.siskin.server.tls.TlsFiles;
import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/**
 * Encrypts connections with a certificate that follows its files. Safe for concurrent use; does not
 * own the certificate.
 */
final class TlsContext {
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);

  private final SslContext context;

  /**
   * Makes a context. It asks for the certificate at each handshake.
   *
   * @param tls the certificate
   * @throws IOException when this platform cannot use it
   */
  TlsContext(ReloadingTls tls) throws IOException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(tls.keyManager())
            .sslProvider(SslProvider.JDK)
            .protocols(ReloadingTls.PROTOCOLS);
    if (tls.clients() != TlsFiles.Clients.NONE) {
      builder
          .trustManager(tls.trustManager())
          .clientAuth(
              tls.clients() == TlsFiles.Clients.REQUIRED
                  ? ClientAuth.REQUIRE
                  : ClientAuth.OPTIONAL);
    }
    try {
      context = builder.build();
    } catch (SSLException e) {
      throw new IOException("this Java platform cannot encrypt connections of HTTP", e);
    }
  }

  /**
   * Makes the handler of a new connection.
   *
   * @param memory where its buffers come from
   */
  SslHandler newHandler(ByteBufAllocator memory) {
    SslHandler handler = context.newHandler(memory);
    handler.setHandshakeTimeoutMillis(HANDSHAKE.toMillis());
    return handler;
  }
}
