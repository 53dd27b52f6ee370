package io.siskin.loadtest.attack;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A connection that sends any bytes, frames of HTTP/2 among them, whether they are allowed or not.
 * It reads only to see whether the server has closed it.
 *
 * <p>Used by one thread.
 */
final class RawConnection implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int TIMEOUT_MILLIS = 2_000;

  private final Socket socket = new Socket();
  private final OutputStream out;

  /**
   * Connects, and says nothing yet.
   *
   * @param port the server's port on the loopback interface
   * @param receiveBytes how much the kernel keeps of what the server sends; 0 for its own choice
   */
  RawConnection(int port, int receiveBytes) throws IOException {
    if (receiveBytes > 0) {
      socket.setReceiveBufferSize(receiveBytes);
    }
    // Another address than that of the normal client, so that it is another caller.
    socket.bind(new InetSocketAddress("127.0.0.2", 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    out = socket.getOutputStream();
  }

  /** Sends bytes. */
  void send(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  /** Begins to speak HTTP/2, with settings in pairs of an id and a value. */
  void begin(int... settings) throws IOException {
    send(PREFACE.getBytes(StandardCharsets.US_ASCII));
    ByteBuffer payload = ByteBuffer.allocate(settings.length * 3);
    for (int i = 0; i < settings.length; i += 2) {
      payload.putShort((short) settings[i]).putInt(settings[i + 1]);
    }
    send(frame(SETTINGS, 0, 0, payload.array()));
  }

  /** Returns a frame. */
  static byte[] frame(int type, int flags, int stream, byte... payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  /** Returns a number as a payload. */
  static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  /**
   * Returns the headers of a call, encoded without any table.
   *
   * @param path the method's path
   */
  static byte[] callHeaders(String path) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", path);
    header(block, ":authority", "localhost");
    header(block, "content-type", "application/grpc");
    header(block, "te", "trailers");
    return block.toByteArray();
  }

  /** Adds a header, encoded as a literal that no table keeps. */
  static void header(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    text(block, name);
    text(block, value);
  }

  /** Adds a header that the server is to keep in its table. */
  static void keptHeader(ByteArrayOutputStream block, String name, String value) {
    block.write(0x40);
    text(block, name);
    text(block, value);
  }

  private static void text(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length < 127) {
      block.write(bytes.length);
    } else {
      block.write(127);
      int left = bytes.length - 127;
      while (left >= 128) {
        block.write(left % 128 + 128);
        left /= 128;
      }
      block.write(left);
    }
    block.writeBytes(bytes);
  }

  /** Returns a message of gRPC: five bytes and the message. */
  static byte[] message(byte[] encoded) {
    return ByteBuffer.allocate(5 + encoded.length)
        .put((byte) 0)
        .putInt(encoded.length)
        .put(encoded)
        .array();
  }

  /** Throws away what the server has sent. */
  void skipInput() throws IOException {
    int available = socket.getInputStream().available();
    if (available > 0) {
      socket.getInputStream().skipNBytes(available);
    }
  }

  /**
   * Tells whether the server closes the connection within some time. Throws away what it sends.
   *
   * @param millis how long to wait, 1 or more
   */
  boolean isClosedWithin(int millis) {
    long deadline = System.nanoTime() + millis * 1_000_000L;
    byte[] ignored = new byte[8_192];
    try {
      while (System.nanoTime() < deadline) {
        socket.setSoTimeout((int) Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        if (socket.getInputStream().read(ignored) < 0) {
          return true;
        }
      }
      return false;
    } catch (SocketTimeoutException stillOpen) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException ignored) {
      // Nothing more is wanted of it.
    }
  }
}
