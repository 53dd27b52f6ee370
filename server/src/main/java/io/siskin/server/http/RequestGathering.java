package io.siskin.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A request of which the head has arrived, and whose body is arriving. Used by one thread.
 *
 * <p>What cannot be taken is known as early as possible: from the head, if that says it.
 */
final class RequestGathering {
  /** What is answered when all connections together hold too much. */
  static final Answer NO_MEMORY =
      Answer.error(503, "requests and answers of other clients take the memory; try again later")
          .with("Retry-After", "1");

  private final HttpRequest head;
  private final HttpOptions.Limits limits;
  private final ByteBudget budget;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
  private final @Nullable Answer refusal;
  private long heldBytes;

  /**
   * Begins a request.
   *
   * @param head its head, without the header that names its packing if it is unpacked
   * @param limits what is taken
   * @param budget counts what is held
   */
  RequestGathering(HttpRequest head, HttpOptions.Limits limits, ByteBudget budget) {
    this.head = head;
    this.limits = limits;
    this.budget = budget;
    this.refusal = checkHead();
  }

  /** Returns what to answer because of the head; null if it is right. */
  @Nullable Answer refusal() {
    return refusal;
  }

  private @Nullable Answer checkHead() {
    if (head.decoderResult().isFailure()) {
      return undecodable(head.decoderResult().cause());
    }
    HttpHeaders headers = head.headers();
    if (headers.size() > limits.headerCountMax()) {
      return Answer.error(
          431, headers.size() + " headers; allowed: " + limits.headerCountMax() + " at most");
    }
    HttpVersion version = head.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      return Answer.error(505, "the version is unknown; allowed: HTTP/1.1, HTTP/1.0");
    }
    int hosts = headers.getAll(HttpHeaderNames.HOST).size();
    if (hosts > 1 || (hosts == 0 && version.equals(HttpVersion.HTTP_1_1))) {
      return Answer.error(400, "the header Host is there " + hosts + " times; allowed: once");
    }
    if (!Unpacking.takes(headers.getAll(HttpHeaderNames.CONTENT_ENCODING))) {
      return Answer.error(
              415, "the header Content-Encoding is unknown; allowed: " + Unpacking.ENCODINGS)
          .with("Accept-Encoding", Unpacking.ENCODINGS);
    }
    if (headers.contains(HttpHeaderNames.EXPECT) && !HttpUtil.is100ContinueExpected(head)) {
      return Answer.error(417, "the header Expect is unknown; allowed: 100-continue");
    }
    if (HttpUtil.getContentLength(head, 0L) > limits.bodyBytesMax()) {
      return tooLong();
    }
    return null;
  }

  private static Answer undecodable(@Nullable Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException _ -> Answer.error(414, "the path is too long");
      case TooLongHttpHeaderException _ -> Answer.error(431, "the headers are too long");
      case null, default -> Answer.error(400, "the request is not HTTP/1.1");
    };
  }

  private Answer tooLong() {
    return Answer.error(
        413, "the body is too long; allowed: " + limits.bodyBytesMax() + " bytes, unpacked");
  }

  /**
   * Takes a piece of the body.
   *
   * @param piece the bytes, which are copied
   * @return what to answer because of it; null if it is right
   */
  @Nullable Answer add(ByteBuf piece) {
    int bytes = piece.readableBytes();
    if (bytes == 0) {
      return null;
    }
    if (body.size() + (long) bytes > limits.bodyBytesMax()) {
      return tooLong();
    }
    if (!budget.take(bytes)) {
      return NO_MEMORY;
    }
    heldBytes += bytes;
    try {
      piece.readBytes(body, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return null;
  }

  /** Tells whether the client wants the connection to stay open. */
  boolean keepAlive() {
    return HttpUtil.isKeepAlive(head);
  }

  /**
   * Returns the request, once its last piece was taken.
   *
   * @param client where it came from
   */
  Request whole(InetSocketAddress client) {
    return new Request(
        head.method().name().toUpperCase(Locale.ROOT),
        target(head.uri()),
        head.headers(),
        body.toByteArray(),
        client);
  }

  /** Returns path and query of a target, which may be a whole URL. */
  private static String target(String uri) {
    if (uri.startsWith("/")) {
      return uri;
    }
    String lower = uri.toLowerCase(Locale.ROOT);
    if (lower.startsWith("http://") || lower.startsWith("https://")) {
      int path = uri.indexOf('/', uri.indexOf("//") + 2);
      return path < 0 ? "/" : uri.substring(path);
    }
    return uri;
  }

  /** Returns what the body takes of the budget; the caller gives it back from now on. */
  long takeHeldBytes() {
    long taken = heldBytes;
    heldBytes = 0;
    return taken;
  }

  /** Gives back what the body takes of the budget. */
  void giveBack() {
    budget.giveBack(takeHeldBytes());
  }
}
