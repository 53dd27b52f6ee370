package io.siskin.client.internal;

/** Where a server is, as read from what the user wrote. */
sealed interface Target {
  /**
   * A Unix domain socket.
   *
   * @param path the path of its file
   */
  record UnixSocket(String path) implements Target {
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /**
   * A name that gRPC resolves.
   *
   * @param name a gRPC target, with its port where the scheme has ports
   */
  record Name(String name) implements Target {
    @Override
    public String toString() {
      return name;
    }
  }
}
