package io.siskin.server.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** A certificate that can be read again. Safe for concurrent use. */
final class TlsContext {
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);

  private final HttpOptions.Tls files;
  private volatile SslContext current;

  /**
   * Reads a certificate.
   *
   * @param files where it is
   * @throws IOException when it cannot be read, or does not fit its key
   */
  TlsContext(HttpOptions.Tls files) throws IOException {
    this.files = files;
    this.current = read(files);
  }

  /**
   * Reads the same files again. New connections get what they hold now; when they cannot be read,
   * the certificate stays what it was.
   *
   * @throws IOException when they cannot be read, or do not fit
   */
  void reload() throws IOException {
    current = read(files);
  }

  private static SslContext read(HttpOptions.Tls files) throws IOException {
    try {
      return SslContextBuilder.forServer(
              files.certificateChain().toFile(), files.privateKey().toFile())
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .build();
    } catch (IllegalArgumentException | SSLException e) {
      throw new IOException(
          files.certificateChain()
              + " and "
              + files.privateKey()
              + " are not a certificate with its key in PEM",
          e);
    }
  }

  /**
   * Makes the handler of a new connection.
   *
   * @param memory where its buffers come from
   */
  SslHandler newHandler(ByteBufAllocator memory) {
    SslHandler handler = current.newHandler(memory);
    handler.setHandshakeTimeoutMillis(HANDSHAKE.toMillis());
    return handler;
  }
}
