package io.siskin.server.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One request, whole. Immutable; its body must not be changed. Safe for concurrent use. */
public final class Request {
  private final String method;
  private final String path;
  private final String query;
  private final HttpHeaders headers;
  private final byte[] body;
  private final InetSocketAddress client;

  /**
   * Makes a request of its parts.
   *
   * @param method the method
   * @param target what stands behind it: path and query
   * @param headers the headers
   * @param body the body, unpacked; empty for none
   * @param client where it came from
   */
  Request(
      String method, String target, HttpHeaders headers, byte[] body, InetSocketAddress client) {
    int mark = target.indexOf('?');
    this.method = method;
    this.path = mark < 0 ? target : target.substring(0, mark);
    this.query = mark < 0 ? "" : target.substring(mark + 1);
    this.headers = headers;
    this.body = body;
    this.client = client;
  }

  /** Returns the method in upper case. */
  public String method() {
    return method;
  }

  /** Returns the path as it was sent, percent-encoded. */
  public String path() {
    return path;
  }

  /** Returns what stands after the {@code ?} as it was sent; empty for nothing. */
  public String query() {
    return query;
  }

  /**
   * Returns the first value of a header.
   *
   * @param name the header, in any case
   * @return the value; null if it was not sent
   */
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /**
   * Returns all values of a header that has a list, as one list.
   *
   * @param name the header, in any case
   * @return the values, separated by commas; null if it was not sent
   */
  @Nullable String headers(String name) {
    List<String> values = headers.getAll(name);
    return values.isEmpty() ? null : String.join(",", values);
  }

  /** Returns the body, unpacked; empty for none. */
  public byte[] body() {
    return body;
  }

  /** Returns where the request came from. */
  public InetSocketAddress client() {
    return client;
  }

  /** Tells whether it wants to read a page: GET, or HEAD, whose answer is sent without its body. */
  boolean isRead() {
    return method.equals("GET") || method.equals("HEAD");
  }
}
