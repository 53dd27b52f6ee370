package io.siskin.server.rpc.transport;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Tells whose call it is, as a text, for limits and fair shares. It is the id of the caller's key
 * where an earlier interceptor has put one into the context. Otherwise it is the address of the
 * client: all clients behind one proxy are one caller then, as are all on a Unix socket. Calls
 * within the process have the empty text.
 *
 * <p>Safe for concurrent use.
 */
public final class CallerIds implements ServerInterceptor {
  /** The caller of a call, in its context. */
  public static final Context.Key<String> KEY = Context.key("io.siskin.server.caller");

  // A network of IPv6 has so many bytes of an address; whoever has one of its addresses has all.
  private static final int IPV6_NETWORK_LENGTH_BYTES = 8;

  /** Returns the caller of the current call; the empty text outside of a call. */
  public static String current() {
    String id = KEY.get();
    return id == null ? "" : id;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (KEY.get() != null) {
      return next.startCall(call, headers);
    }
    Context context = Context.current().withValue(KEY, ofConnection(call.getAttributes()));
    return Contexts.interceptCall(context, call, headers, next);
  }

  private static String ofConnection(Attributes attributes) {
    SocketAddress address = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    if (address instanceof InetSocketAddress internet && internet.getAddress() != null) {
      return ofAddress(internet.getAddress());
    }
    return address == null ? "" : "unix";
  }

  /**
   * Returns the text for an address: all of IPv4, and the network of IPv6.
   *
   * @param address the address
   */
  static String ofAddress(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length <= 4) {
      return address.getHostAddress();
    }
    StringBuilder network = new StringBuilder();
    for (int i = 0; i < IPV6_NETWORK_LENGTH_BYTES; i += 2) {
      network
          .append(Integer.toHexString(((bytes[i] & 0xff) << 8) | (bytes[i + 1] & 0xff)))
          .append(':');
    }
    return network.append(":/64").toString();
  }
}
