package io.siskin.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: gathers requests, gives them to the site one after the other, and sends the
 * answers in the same order. It holds the limits of {@link HttpOptions} for what has been decoded.
 *
 * <p>Everything runs on the event loop of the connection, except that answers may come from any
 * thread. While a request is answered, the next ones are read, so that it is noticed when the
 * client goes away; then the work for it is given up. A connection whose request cannot be
 * understood is closed after an error was sent for it: nobody knows where its next request begins.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

  /** How long what is still sent is thrown away before a connection is closed. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  /** Answers of up to this length do not count as held. */
  private static final int SMALL_ANSWER_BYTES = 64 << 10;

  private final Shared shared;
  private final Deque<Task> waiting = new ArrayDeque<>();
  private @Nullable Channel channel;
  private @Nullable Expiry expiry;
  private @Nullable RequestGathering gathering;
  private @Nullable Exchange current;
  private State state = State.IDLE;
  private boolean running;
  private boolean bytesSinceRequest;
  private boolean ending;

  /**
   * What the connections of a server share.
   *
   * @param options the limits
   * @param site answers the requests
   * @param budget counts what all connections hold
   * @param draining tells whether connections end with their next answer
   */
  record Shared(HttpOptions options, Endpoint site, ByteBudget budget, BooleanSupplier draining) {}

  /** What a connection is waiting for. */
  private enum State {
    /** For a request. */
    IDLE,
    /** For the rest of a request. */
    RECEIVING,
    /** For the answer to a request. */
    ANSWERING,
    /** For the client to take an answer. */
    SENDING,
    /** For the client to go. */
    LINGERING
  }

  /** What is to be answered next. */
  private sealed interface Task {
    /**
     * A request.
     *
     * @param request the request
     * @param keepAlive whether the connection stays open
     * @param heldBytes what its body takes of the budget
     */
    record Ask(Request request, boolean keepAlive, long heldBytes) implements Task {}

    /**
     * An answer that is known already; the connection ends with it.
     *
     * @param answer the answer
     */
    record Refuse(Answer answer) implements Task {}
  }

  /**
   * Makes a connection.
   *
   * @param shared what it shares with the others
   */
  HttpConnection(Shared shared) {
    this.shared = shared;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    expiry = new Expiry(ctx.channel().eventLoop(), this::expired);
    expiry.in(shared.options.times().request());
  }

  private Channel channel() {
    return Objects.requireNonNull(channel, "set when the handler was added");
  }

  private Expiry expiry() {
    return Objects.requireNonNull(expiry, "set when the handler was added");
  }

  /**
   * Hears that bytes have arrived, before they are decoded.
   *
   * @return whether they are wanted
   */
  boolean bytesArrive() {
    if (ending) {
      return false;
    }
    bytesSinceRequest = true;
    if (state == State.IDLE) {
      state = State.RECEIVING;
      expiry().in(shared.options.times().request());
    }
    return true;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (ending) {
        return;
      }
      if (message instanceof HttpRequest head) {
        begin(ctx, head);
      }
      if (message instanceof HttpContent content && !ending && gathering != null) {
        gather(content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest head) {
    RequestGathering request = new RequestGathering(head, shared.options.limits(), shared.budget);
    gathering = request;
    Answer refusal = request.refusal();
    if (refusal != null) {
      refuse(refusal);
    } else if (HttpUtil.is100ContinueExpected(head) && current == null && waiting.isEmpty()) {
      var _ =
          ctx.writeAndFlush(
              new DefaultFullHttpResponse(
                  HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
  }

  private void gather(HttpContent content) {
    RequestGathering request = Objects.requireNonNull(gathering, "a request has begun");
    Answer refusal =
        content.decoderResult().isFailure()
            ? Answer.error(400, "the body is not what its head says: it cannot be decoded")
            : request.add(content.content());
    if (refusal != null) {
      refuse(refusal);
      return;
    }
    if (state == State.RECEIVING) {
      expiry().in(extended(shared.options.times().request(), content.content().readableBytes()));
    }
    if (content instanceof LastHttpContent) {
      gathering = null;
      bytesSinceRequest = false;
      enqueue(
          new Task.Ask(
              request.whole((InetSocketAddress) channel().remoteAddress()),
              request.keepAlive(),
              request.takeHeldBytes()));
    }
  }

  /** The time that is given for a number of bytes, beside a fixed one. */
  private Duration extended(Duration fixed, long bytes) {
    return fixed.plusMillis(bytes * 1_000 / shared.options.times().bytesPerSecondMin());
  }

  /** Reads no more requests, and ends the connection with this answer, after those before it. */
  private void refuse(Answer answer) {
    ending = true;
    release(gathering);
    gathering = null;
    enqueue(new Task.Refuse(answer));
  }

  private static void release(@Nullable RequestGathering request) {
    if (request != null) {
      request.giveBack();
    }
  }

  private void enqueue(Task task) {
    waiting.add(task);
    if (waiting.size() >= shared.options.limits().pipelinedMax()) {
      channel().config().setAutoRead(false);
    }
    run();
  }

  /** Answers what waits, unless an answer is outstanding. An answer may come within the call. */
  private void run() {
    if (running) {
      return;
    }
    running = true;
    try {
      while (current == null && state != State.LINGERING) {
        Task next = waiting.poll();
        if (next == null) {
          return;
        }
        if (waiting.size() < shared.options.limits().pipelinedMax()) {
          channel().config().setAutoRead(true);
        }
        start(next);
      }
    } finally {
      running = false;
    }
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: the one who asks gets an answer.
  private void start(Task task) {
    state = State.ANSWERING;
    expiry().never();
    switch (task) {
      case Task.Refuse refusal -> {
        Exchange exchange = new Exchange(false, 0);
        current = exchange;
        exchange.accept(refusal.answer());
      }
      case Task.Ask ask -> {
        Exchange exchange = new Exchange(ask.keepAlive(), ask.heldBytes());
        current = exchange;
        try {
          exchange.cancel = shared.site.answer(ask.request(), exchange);
        } catch (RuntimeException failed) {
          LOG.error("{} {}", ask.request().method(), ask.request().path(), failed);
          exchange.accept(Answer.error(500, "internal error"));
        }
      }
    }
  }

  private void send(Exchange exchange, Answer answer) {
    if (exchange != current || !channel().isActive()) {
      return;
    }
    long held = answer.body().length > SMALL_ANSWER_BYTES ? answer.body().length : 0;
    Answer sent = answer;
    if (!shared.budget.take(held)) {
      held = 0;
      sent = RequestGathering.NO_MEMORY;
    }
    long taken = held;
    boolean keepAlive = exchange.keepAlive && !shared.draining.getAsBoolean();
    ending |= !keepAlive;
    state = State.SENDING;
    expiry().in(extended(shared.options.times().answer(), sent.body().length));
    channel()
        .writeAndFlush(response(sent, keepAlive))
        .addListener(
            (ChannelFutureListener)
                written -> {
                  shared.budget.giveBack(taken);
                  sent(written.isSuccess(), keepAlive);
                });
  }

  private static FullHttpResponse response(Answer answer, boolean keepAlive) {
    ByteBuf body = Unpooled.wrappedBuffer(answer.body());
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), body);
    answer.headers().forEach((name, value) -> response.headers().set(name, value));
    if (answer.type() != null) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.type());
    }
    if (answer.status() != 204 && answer.status() != 304) {
      response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
    }
    response.headers().set(HttpHeaderNames.DATE, DateHeader.now());
    response
        .headers()
        .set(
            HttpHeaderNames.CONNECTION,
            keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
    return response;
  }

  private void sent(boolean isSuccess, boolean keepAlive) {
    current = null;
    if (!isSuccess) {
      var _ = channel().close();
    } else if (!keepAlive) {
      linger();
    } else if (waiting.isEmpty()) {
      state = bytesSinceRequest ? State.RECEIVING : State.IDLE;
      expiry()
          .in(bytesSinceRequest ? shared.options.times().request() : shared.options.times().idle());
    } else {
      run();
    }
  }

  /**
   * Closes, but not at once where the client may still be sending: its computer would then be told
   * that the connection was reset, and might throw away the answer that explains it.
   */
  private void linger() {
    state = State.LINGERING;
    expiry().in(LINGER);
    channel().config().setAutoRead(true);
    if (channel() instanceof SocketChannel socket
        && socket.pipeline().get(SslHandler.class) == null) {
      var _ = socket.shutdownOutput();
    }
  }

  /**
   * Sends an error for a request of which not even the head has arrived. The handlers that write
   * answers cannot do that, because they write one answer for one head.
   */
  private void sendWithoutRequest(Answer answer) {
    ending = true;
    state = State.SENDING;
    expiry().in(shared.options.times().answer());
    String head =
        "HTTP/1.1 "
            + HttpResponseStatus.valueOf(answer.status())
            + "\r\nContent-Type: "
            + answer.type()
            + "\r\nContent-Length: "
            + answer.body().length
            + "\r\nConnection: close\r\n\r\n";
    channel()
        .pipeline()
        .context(HttpPipeline.Arrivals.class)
        .writeAndFlush(
            Unpooled.wrappedBuffer(head.getBytes(StandardCharsets.US_ASCII), answer.body()))
        .addListener(
            (ChannelFutureListener)
                written -> {
                  if (written.isSuccess()) {
                    linger();
                  }
                });
  }

  private void expired() {
    switch (state) {
      case RECEIVING -> {
        Answer late = Answer.error(408, "the request did not arrive in time");
        if (gathering == null) {
          sendWithoutRequest(late);
        } else {
          refuse(late);
        }
      }
      case ANSWERING -> {}
      case IDLE, SENDING, LINGERING -> {
        var _ = channel().close();
      }
    }
  }

  /** Ends the connection, at once if nothing is being answered; to be called on its event loop. */
  void drain() {
    if (state == State.IDLE || state == State.RECEIVING) {
      var _ = channel().close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    expiry().close();
    ending = true;
    release(gathering);
    gathering = null;
    for (Task task : waiting) {
      if (task instanceof Task.Ask ask) {
        shared.budget.giveBack(ask.heldBytes());
      }
    }
    waiting.clear();
    Exchange open = current;
    if (open != null) {
      open.giveUp();
    }
    super.channelInactive(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException || !ctx.channel().isActive()) {
      var _ = ctx.close();
    } else if (ending) {
      LOG.debug("{}: after its last request", ctx.channel().remoteAddress(), cause);
    } else if (cause instanceof Unpacking.NoMemoryException) {
      refuse(RequestGathering.NO_MEMORY);
    } else if (cause instanceof DecoderException) {
      LOG.debug("{}: cannot be decoded", ctx.channel().remoteAddress(), cause);
      refuse(Answer.error(400, "the request cannot be decoded"));
    } else {
      LOG.warn("{}: the connection is closed", ctx.channel().remoteAddress(), cause);
      var _ = ctx.close();
    }
  }

  /** One request that is being answered. Takes the first answer, from any thread. */
  private final class Exchange implements Consumer<Answer> {
    private final boolean keepAlive;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final long heldBytes;
    private Runnable cancel = Endpoint.NOTHING_TO_CANCEL;

    Exchange(boolean keepAlive, long heldBytes) {
      this.keepAlive = keepAlive;
      this.heldBytes = heldBytes;
    }

    @Override
    public void accept(Answer answer) {
      if (!answered.compareAndSet(false, true)) {
        return;
      }
      shared.budget.giveBack(heldBytes);
      if (channel().eventLoop().inEventLoop()) {
        send(this, answer);
      } else {
        channel().eventLoop().execute(() -> send(this, answer));
      }
    }

    void giveUp() {
      if (!answered.get()) {
        cancel.run();
      }
    }
  }
}
