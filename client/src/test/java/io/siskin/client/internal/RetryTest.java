package io.siskin.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.siskin.client.ClientOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A unary method is repeated when a server did not start it, if repeating it does no harm; streams
 * are not.
 */
@Timeout(60)
class RetryTest {
  // A second call of these would fail, since the first one may have been done.
  private static final Set<String> NOT_REPEATED =
      Set.of(
          "CreateCollection",
          "DropCollection",
          "DeleteAlias",
          "CreateSnapshot",
          "DeleteSnapshot",
          "DeletePipeline",
          "RestoreSnapshot");

  static Stream<MethodDescriptor<?, ?>> unaryMethods() {
    return Stream.concat(Channels.SERVICES.stream(), Stream.of(HealthGrpc.getServiceDescriptor()))
        .flatMap(service -> service.getMethods().stream())
        .filter(method -> method.getType() == MethodDescriptor.MethodType.UNARY);
  }

  @ParameterizedTest
  @MethodSource("unaryMethods")
  void aUnaryCallIsRepeatedIfThatDoesNoHarm(MethodDescriptor<?, ?> method) throws Exception {
    boolean repeated = !NOT_REPEATED.contains(method.getBareMethodName());
    assertThat(callsUntilEnded(method, 2)).isEqualTo(repeated ? 2 : 1);
  }

  @Test
  void withOneAttemptNothingIsRepeated() throws Exception {
    MethodDescriptor<?, ?> method = unaryMethods().findFirst().orElseThrow();
    assertThat(callsUntilEnded(method, 1)).isEqualTo(1);
  }

  @Test
  void everyServiceOfTheProtocolIsKnown() throws Exception {
    List<String> found = new ArrayList<>();
    for (JavaClass type : new ClassFileImporter().importPackages("io.siskin.proto.v1")) {
      if (type.getSimpleName().endsWith("Grpc")) {
        ServiceDescriptor service =
            (ServiceDescriptor) type.reflect().getMethod("getServiceDescriptor").invoke(null);
        found.add(service.getName());
      }
    }
    assertThat(found)
        .hasSizeGreaterThan(2)
        .containsExactlyInAnyOrderElementsOf(
            Channels.SERVICES.stream().map(ServiceDescriptor::getName).toList());
  }

  @Test
  void everyMethodSaysWhetherItMayBeRepeated() {
    for (ServiceDescriptor service : Channels.SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        ProtoMethodDescriptorSupplier schema =
            (ProtoMethodDescriptorSupplier) method.getSchemaDescriptor();
        boolean isKnown =
            schema.getMethodDescriptor().getOptions().getIdempotencyLevel()
                != IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
        assertThat(isKnown)
            .as(method.getFullMethodName())
            .isEqualTo(!NOT_REPEATED.contains(method.getBareMethodName()));
      }
    }
  }

  /**
   * Calls a server that refuses the first call of each method, and returns how often it was called.
   */
  private static int callsUntilEnded(MethodDescriptor<?, ?> method, int maxAttempts)
      throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(refusingOnce(method, calls))
            .build()
            .start();
    EventLoopGroup loop = Channels.newEventLoop();
    ClientOptions options =
        ClientOptions.of("127.0.0.1:" + server.getPort()).withMaxAttempts(maxAttempts);
    ManagedChannel channel = Channels.open(options, TargetParser.parse(options.target()), loop);
    try {
      Status end = call(channel, method);
      assertThat(end.getCode())
          .isEqualTo(calls.get() > 1 ? Status.Code.OK : Status.Code.UNAVAILABLE);
      return calls.get();
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
      assertThat(server.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private static <Q, A> ServerServiceDefinition refusingOnce(
      MethodDescriptor<Q, A> method, AtomicInteger calls) {
    return ServerServiceDefinition.builder(method.getServiceName())
        .addMethod(
            method,
            ServerCalls.asyncUnaryCall(
                (request, observer) -> {
                  if (calls.getAndIncrement() == 0) {
                    observer.onError(Status.UNAVAILABLE.asRuntimeException());
                    return;
                  }
                  observer.onNext(method.parseResponse(java.io.InputStream.nullInputStream()));
                  observer.onCompleted();
                }))
        .build();
  }

  private static <Q, A> Status call(ManagedChannel channel, MethodDescriptor<Q, A> method) {
    Q empty = method.parseRequest(java.io.InputStream.nullInputStream());
    try {
      ClientCalls.blockingUnaryCall(
          channel, method, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), empty);
      return Status.OK;
    } catch (io.grpc.StatusRuntimeException e) {
      return e.getStatus();
    }
  }
}
