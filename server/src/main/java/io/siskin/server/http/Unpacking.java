package io.siskin.server.http;

import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
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
  static final long ZSTD_WINDOW_BYTES = 1L << Unpacking.ZSTD_WINDOW_LOG;

  private static final int ZSTD_WINDOW_LOG = 23;
  private static final int PIECE_BYTES = 64 << 10;

  // Without a limit of its own, the decoder passes on what it has from time to time. With one, it
  // would keep all of it.
  private static final int IN_PIECES = 0;

  /** Makes a handler. */
  Unpacking() {
    super(IN_PIECES);
  }

  @Override
  protected @Nullable EmbeddedChannel newContentDecoder(String encoding) {
    return switch (encoding.toLowerCase(Locale.ROOT)) {
      case "gzip", "x-gzip" ->
          embedded(ZlibCodecFactory.newZlibDecoder(ZlibWrapper.GZIP, IN_PIECES));
      case "zstd" -> embedded(new ZstdDecoder(PIECE_BYTES, ZSTD_WINDOW_LOG));
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

  private EmbeddedChannel embedded(ChannelHandler decoder) {
    return EmbeddedChannel.builder()
        .channelId(ctx.channel().id())
        .hasDisconnect(ctx.channel().metadata().hasDisconnect())
        .config(ctx.channel().config())
        .handlers(decoder)
        .build();
  }
}
