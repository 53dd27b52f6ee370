package io.siskin.server.http;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.compression.ZlibCodecFactory;
import io.netty.handler.codec.compression.ZlibWrapper;
import io.netty.handler.codec.compression.ZstdDecoder;
import io.netty.handler.codec.http.HttpContentDecompressor;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks bodies that are packed by gzip or zstd, piece by piece, so that {@link HttpConnection}
 * counts the bytes as they appear and stops at its limit, however well a body is packed. Bodies
 * that are packed by anything else pass through as they are. One per connection.
 */
final class Unpacking extends HttpContentDecompressor {
  /** What can be unpacked, as a header says it. */
  static final String ENCODINGS = "gzip, zstd";

  /**
   * The memory that zstd may take for the window of one body, in bytes: 8 MiB, which RFC 9659 asks
   * of those who take zstd.
   */
  static final long ZSTD_WINDOW_BYTES = 8L << 20;

  private static final int ZSTD_WINDOW_LOG = 23;
  private static final int PIECE_BYTES = 64 << 10;

  // Without a limit of its own, the decoder passes on what it has from time to time. With one, it
  // would keep all of it.
  private static final int IN_PIECES = 0;

  private final ByteBudget budget;

  /** Says that all connections together hold too much to unpack one more body. */
  static final class NoMemoryException extends DecoderException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Makes a handler.
   *
   * @param budget counts what the connections of a server hold
   */
  Unpacking(ByteBudget budget) {
    super(IN_PIECES);
    this.budget = budget;
  }

  @Override
  protected @Nullable EmbeddedChannel newContentDecoder(String encoding) {
    return switch (encoding.toLowerCase(Locale.ROOT)) {
      case "gzip", "x-gzip" ->
          embedded(ZlibCodecFactory.newZlibDecoder(ZlibWrapper.GZIP, IN_PIECES));
      case "zstd" -> {
        if (!budget.take(ZSTD_WINDOW_BYTES)) {
          throw new NoMemoryException();
        }
        yield embedded(new ZstdDecoder(PIECE_BYTES, ZSTD_WINDOW_LOG), new Window(budget));
      }
      default -> null;
    };
  }

  /**
   * Tells whether bodies of a header are taken.
   *
   * @param encodings the values of {@code Content-Encoding}
   */
  static boolean takes(List<String> encodings) {
    return encodings.isEmpty()
        || (encodings.size() == 1
            && List.of("identity", "gzip", "x-gzip", "zstd")
                .contains(encodings.getFirst().trim().toLowerCase(Locale.ROOT)));
  }

  private EmbeddedChannel embedded(ChannelHandler... decoders) {
    return EmbeddedChannel.builder()
        .channelId(ctx.channel().id())
        .hasDisconnect(ctx.channel().metadata().hasDisconnect())
        .config(ctx.channel().config())
        .handlers(decoders)
        .build();
  }

  /** Gives the memory of a window back when its body has ended, or its connection. */
  private static final class Window extends ChannelHandlerAdapter {
    private final ByteBudget budget;

    Window(ByteBudget budget) {
      this.budget = budget;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      budget.giveBack(ZSTD_WINDOW_BYTES);
    }
  }
}
