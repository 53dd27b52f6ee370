package io.siskin.server.rpc.gateway;

import com.google.protobuf.Message;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a request that is only read from JSON when somebody wants them. That is the service,
 * behind all interceptors: so the body of a call that is refused, because its key is wrong or
 * because the server is overloaded, is never looked at. What the reading throws goes to the one who
 * wants the bytes, which is the guard of the services; it knows the errors. Used by one thread at a
 * time.
 */
final class LazyBytes extends InputStream implements KnownLength {
  private final Supplier<Message> message;
  private @Nullable ByteArrayInputStream bytes;

  /**
   * Keeps the source.
   *
   * @param message reads the message; asked at most once
   */
  LazyBytes(Supplier<Message> message) {
    this.message = message;
  }

  @Override
  public int read() {
    return bytes().read();
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    return bytes().read(target, offset, length);
  }

  @Override
  public int available() {
    return bytes().available();
  }

  private ByteArrayInputStream bytes() {
    if (bytes == null) {
      bytes = new ByteArrayInputStream(message.get().toByteArray());
    }
    return bytes;
  }
}
