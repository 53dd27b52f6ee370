package io.siskin.server.rpc.transport;

import com.google.protobuf.Message;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.siskin.server.rpc.mapping.RequestLimits;

/**
 * Refuses requests with texts that are too long, see {@link RequestLimits}. It throws, so that the
 * guard ends the call. Streams check their requests themselves, because one wrong request must not
 * end a stream. Safe for concurrent use.
 */
public final class RequestSizes implements ServerInterceptor {
  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    ServerCall.Listener<Q> listener = next.startCall(call, headers);
    if (!call.getMethodDescriptor().getType().clientSendsOneMessage()) {
      return listener;
    }
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onMessage(Q message) {
        if (message instanceof Message request) {
          RequestLimits.check(request);
        }
        super.onMessage(message);
      }
    };
  }
}
