package io.siskin.client.internal;

import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.util.concurrent.FastThreadLocalThread;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.MetadataUtils;
import io.siskin.client.ClientOptions;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.ServerServiceGrpc;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Makes channels: how to reach a target, what to repeat, which threads to use. */
final class Channels {
  // How much of the responses may be on its way before it has been read.
  private static final int FLOW_CONTROL_WINDOW_BYTES = 4 << 20;

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** The services of Siskin that a client calls. */
  static final List<ServiceDescriptor> SERVICES =
      List.of(
          SearchServiceGrpc.getServiceDescriptor(),
          CollectionServiceGrpc.getServiceDescriptor(),
          DocumentServiceGrpc.getServiceDescriptor(),
          EncodeServiceGrpc.getServiceDescriptor(),
          PipelineServiceGrpc.getServiceDescriptor(),
          ServerServiceGrpc.getServiceDescriptor());

  /** The thread of a client that reads and writes its connection. */
  static final class NetworkThread extends FastThreadLocalThread {
    NetworkThread(Runnable work) {
      super(work, "siskin-client");
      setDaemon(true);
    }
  }

  private Channels() {}

  /** Makes the network thread of one client: one, because there is one connection. */
  static EventLoopGroup newEventLoop() {
    return new MultiThreadIoEventLoopGroup(
        1,
        (java.util.concurrent.ThreadFactory) NetworkThread::new,
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /**
   * Makes a channel. Does not connect.
   *
   * @param options how
   * @param target where to
   * @param loop the network thread
   */
  static ManagedChannel open(ClientOptions options, Target target, EventLoopGroup loop) {
    NettyChannelBuilder builder =
        switch (target) {
          case Target.UnixSocket(String path) -> unix(path);
          case Target.Name(String name) -> tcp(name, options.tls());
        };
    if (options.maxAttempts() > 1) {
      builder.enableRetry().defaultServiceConfig(serviceConfig(options.maxAttempts()));
    } else {
      builder.disableRetry();
    }
    if (options.apiKey() != null) {
      Metadata headers = new Metadata();
      headers.put(AUTHORIZATION, "Bearer " + options.apiKey());
      builder.intercept(MetadataUtils.newAttachHeadersInterceptor(headers));
    }
    return builder
        .eventLoopGroup(loop)
        .directExecutor()
        .maxInboundMessageSize(options.responseBytesMax())
        // A fixed window: with a growing one gRPC measures the connection by a ping with nearly
        // every response.
        .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
        // An idle connection is kept, so that the next search does not pay for connecting, and
        // probed, so that it is
        // noticed when it has died.
        .idleTimeout(1, TimeUnit.DAYS)
        .keepAliveTime(30, TimeUnit.SECONDS)
        .keepAliveTimeout(20, TimeUnit.SECONDS)
        .keepAliveWithoutCalls(true)
        .build();
  }

  private static NettyChannelBuilder unix(String path) {
    if (!Epoll.isAvailable()) {
      throw new UnsupportedOperationException(
          path + ": Unix sockets need Linux with epoll", Epoll.unavailabilityCause());
    }
    return NettyChannelBuilder.forAddress(new DomainSocketAddress(path))
        .channelType(EpollDomainSocketChannel.class)
        // gRPC sets it; Unix sockets do not have it and Netty would warn.
        .withOption(ChannelOption.SO_KEEPALIVE, null)
        .overrideAuthority("localhost")
        .usePlaintext();
  }

  private static NettyChannelBuilder tcp(String name, ClientOptions.@Nullable Tls tls) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget(name)
            .channelType(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class);
    if (tls == null) {
      return builder.usePlaintext();
    }
    try {
      SslContextBuilder context = GrpcSslContexts.forClient();
      if (tls.trustedCertificates() != null) {
        context.trustManager(tls.trustedCertificates().toFile());
      }
      if (tls.clientCertificate() != null && tls.clientKey() != null) {
        context.keyManager(tls.clientCertificate().toFile(), tls.clientKey().toFile());
      }
      builder.sslContext(context.build());
    } catch (SSLException | IllegalArgumentException e) {
      throw new IllegalArgumentException("the certificates cannot be used: " + e.getMessage(), e);
    }
    return tls.serverName() == null ? builder : builder.overrideAuthority(tls.serverName());
  }

  /**
   * Says which calls are repeated: those of each unary method that the protocol declares free of
   * side effects or idempotent. They are repeated only on statuses that say that the server did not
   * do the work; anything else would fail again or double the load. The throttle stops repetitions
   * when more than about one call in ten fails, so that they cannot keep an overloaded server down.
   * A delay that a busy server asks for is kept instead of the back-off.
   */
  private static Map<String, ?> serviceConfig(int maxAttempts) {
    return Map.of(
        "methodConfig",
        List.of(
            Map.of(
                "name",
                repeatable().map(Channels::methodName).toList(),
                "retryPolicy",
                Map.of(
                    // The service config is JSON, whose numbers are doubles.
                    "maxAttempts",
                    (double) maxAttempts,
                    "initialBackoff",
                    "0.01s",
                    "maxBackoff",
                    "0.2s",
                    "backoffMultiplier",
                    2.0,
                    "retryableStatusCodes",
                    List.of("UNAVAILABLE", "RESOURCE_EXHAUSTED")))),
        "retryThrottling",
        Map.of("maxTokens", 10.0, "tokenRatio", 0.1));
  }

  /** Returns the methods whose calls are repeated, as the descriptors of the services have them. */
  private static Stream<MethodDescriptor<?, ?>> repeatable() {
    return Stream.concat(
        SERVICES.stream()
            .flatMap(service -> service.getMethods().stream())
            .filter(method -> method.getType() == MethodDescriptor.MethodType.UNARY)
            .filter(Channels::mayBeRepeated),
        // The health protocol declares nothing, but its check only asks.
        Stream.of(HealthGrpc.getCheckMethod()));
  }

  private static boolean mayBeRepeated(MethodDescriptor<?, ?> method) {
    return method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema
        && schema.getMethodDescriptor().getOptions().getIdempotencyLevel()
            != IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
  }

  private static Map<String, String> methodName(MethodDescriptor<?, ?> method) {
    return Map.of(
        "service",
        Objects.requireNonNull(method.getServiceName()),
        "method",
        Objects.requireNonNull(method.getBareMethodName()));
  }
}
