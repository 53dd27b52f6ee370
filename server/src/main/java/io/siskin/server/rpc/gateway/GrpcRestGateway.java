package io.siskin.server.rpc.gateway;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.RetryInfo;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.siskin.server.retrieve.ResponseTooLargeException;
import io.siskin.server.rpc.mapping.StatusMapper;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes gRPC calls of requests over HTTP, on an in-process server. Safe for concurrent use. Owns
 * its channel, not the server.
 */
public final class GrpcRestGateway implements RestGateway, AutoCloseable {
  private final RouteTable routes;
  private final RequestReader reader;
  private final StatusMapper statusMapper;
  private final boolean keysRequired;
  private final int answerBytesMax;
  private final ManagedChannel channel;
  private final Map<String, MethodDescriptor<Supplier<Message>, Message>> methods = new HashMap<>();

  /**
   * Creates a gateway to an in-process server that is up, and that {@link #intercept} has seen.
   *
   * @param name the name of the in-process server
   * @param services the services that it has
   * @param statusMapper translates failures
   * @param keysRequired whether the server asks for keys
   * @param requestBytesMax the longest request, in bytes as protobuf writes it
   * @param answerBytesMax the longest answer, in bytes of JSON
   */
  public GrpcRestGateway(
      String name,
      List<ServiceDescriptor> services,
      StatusMapper statusMapper,
      boolean keysRequired,
      int requestBytesMax,
      int answerBytesMax) {
    this.routes = RouteTable.of(services);
    this.reader = new RequestReader(requestBytesMax);
    this.statusMapper = statusMapper;
    this.keysRequired = keysRequired;
    this.answerBytesMax = answerBytesMax;
    this.channel =
        InProcessChannelBuilder.forName(name)
            .directExecutor()
            // Nobody measures messages; asking for their length would read them.
            .assumedMessageSize(0)
            .build();
    for (RestRoute route : routes.routes()) {
      methods.put(
          route.rpcName(),
          route.rpc().toBuilder(RequestMarshaller.ONLY, route.rpc().getResponseMarshaller())
              .build());
    }
  }

  /** Returns a name that no other in-process server has. */
  public static String newName() {
    return "siskin-rest-" + UUID.randomUUID();
  }

  /**
   * Lets an in-process server tell its services the addresses of the clients of HTTP. To be called
   * after everything else was added to it, so that all interceptors see them.
   *
   * @param server the server that is being built
   */
  public static void intercept(InProcessServerBuilder server) {
    server.intercept(new ClientAddress());
  }

  @Override
  public List<RestRoute> routes() {
    return routes.routes();
  }

  @Override
  public byte[] openApi(String version) {
    return new OpenApi(version, keysRequired).write(routes.routes());
  }

  @Override
  public RestMatch find(String method, String path) {
    return routes.find(method, path);
  }

  @Override
  public Runnable call(RestMatch.Found match, RestRequest request, Consumer<RestAnswer> reply) {
    CallOptions options = CallOptions.DEFAULT;
    Duration timeout = request.timeout();
    if (timeout != null) {
      options = options.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }
    MethodDescriptor<Supplier<Message>, Message> method = methods.get(match.route().rpcName());
    if (method == null) {
      throw new IllegalArgumentException(match.route().rpcName() + " is no method of this gateway");
    }
    ClientCall<Supplier<Message>, Message> call = channel.newCall(method, options);
    call.start(new Listener(reply), metadata(request));
    call.request(2);
    call.sendMessage(() -> reader.read(match, request));
    call.halfClose();
    return () -> call.cancel("the connection was closed", null);
  }

  private static Metadata metadata(RestRequest request) {
    Metadata metadata = new Metadata();
    for (String name : METADATA_NAMES) {
      String value = request.metadata().get(name);
      if (value != null) {
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
      }
    }
    metadata.put(ClientAddress.KEY, request.client());
    return metadata;
  }

  /** Makes the answer for a failure that happened before or after the call. */
  private RestAnswer failed(Throwable error) {
    var ended = statusMapper.toException(error);
    return failed(ended.getStatus(), ended.getTrailers());
  }

  private RestAnswer failed(Status status, @Nullable Metadata trailers) {
    // The channel may notice first, and would tell about itself.
    Status told =
        status.getCode() == Status.Code.DEADLINE_EXCEEDED
            ? status.withDescription("the deadline passed before the work was done")
            : status;
    com.google.rpc.Status details =
        StatusProto.fromStatusAndTrailers(told, trailers == null ? new Metadata() : trailers);
    return new RestAnswer(
        HttpStatuses.of(status.getCode()),
        MessageWriter.write(details, Integer.MAX_VALUE),
        retryAfter(details));
  }

  private static @Nullable Duration retryAfter(com.google.rpc.Status status) {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(RetryInfo.class)) {
        try {
          var delay = detail.unpack(RetryInfo.class).getRetryDelay();
          return Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException("a detail that this server made cannot be read", e);
        }
      }
    }
    return null;
  }

  /** Ends; calls that are open are cancelled. The in-process server is ended by its owner. */
  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** Waits for the one message of an answer and for the end of the call. */
  private final class Listener extends ClientCall.Listener<Message> {
    private final Consumer<RestAnswer> reply;
    private @Nullable Message answer;

    Listener(Consumer<RestAnswer> reply) {
      this.reply = reply;
    }

    @Override
    public void onMessage(Message message) {
      answer = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (!status.isOk()) {
        reply.accept(failed(status, trailers));
      } else if (answer == null) {
        reply.accept(failed(new IllegalStateException("a call ended without an answer")));
      } else {
        reply.accept(written(answer));
      }
    }

    private RestAnswer written(Message message) {
      try {
        return new RestAnswer(
            HttpStatuses.of(Status.Code.OK), MessageWriter.write(message, answerBytesMax), null);
      } catch (ResponseTooLargeException e) {
        return failed(e);
      }
    }
  }

  /** Passes requests on as bytes that are made when they are wanted. */
  private enum RequestMarshaller implements MethodDescriptor.Marshaller<Supplier<Message>> {
    ONLY;

    @Override
    public InputStream stream(Supplier<Message> message) {
      return new LazyBytes(message);
    }

    @Override
    public Supplier<Message> parse(InputStream bytes) {
      throw new UnsupportedOperationException("requests are only sent");
    }
  }
}
