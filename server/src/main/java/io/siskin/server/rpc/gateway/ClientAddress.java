package io.siskin.server.rpc.gateway;

import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * Gives a call over the in-process transport the address of the client of HTTP that it is made for,
 * where {@link Grpc#TRANSPORT_ATTR_REMOTE_ADDR} of a call over a network has it. Only the
 * in-process server has this interceptor, so that no client can name an address of its own choice.
 */
final class ClientAddress implements ServerInterceptor {
  /** Carries the address from the gateway to the interceptor. */
  static final Metadata.Key<InetSocketAddress> KEY =
      Metadata.Key.of("siskin-client-address-bin", new AddressMarshaller());

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    InetSocketAddress client = headers.get(KEY);
    if (client == null) {
      return next.startCall(call, headers);
    }
    headers.discardAll(KEY);
    Attributes attributes =
        call.getAttributes().toBuilder().set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, client).build();
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public Attributes getAttributes() {
            return attributes;
          }
        },
        headers);
  }

  private static final class AddressMarshaller
      implements Metadata.BinaryMarshaller<InetSocketAddress> {
    @Override
    public byte[] toBytes(InetSocketAddress address) {
      byte[] host = address.getAddress().getAddress();
      return ByteBuffer.allocate(host.length + Short.BYTES)
          .put(host)
          .putShort((short) address.getPort())
          .array();
    }

    @Override
    public InetSocketAddress parseBytes(byte[] bytes) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      byte[] host = new byte[bytes.length - Short.BYTES];
      buffer.get(host);
      try {
        return new InetSocketAddress(
            InetAddress.getByAddress(host), Short.toUnsignedInt(buffer.getShort()));
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException("no address: " + host.length + " bytes", e);
      }
    }
  }
}
