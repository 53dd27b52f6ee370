package io.siskin.server.rpc.gateway;

import java.util.List;
import java.util.Map;

/** What a method and a path of HTTP lead to. */
public sealed interface RestMatch {
  /**
   * A method of a service.
   *
   * @param route which
   * @param variables the values of the path's variables, by the names of the fields that they set
   */
  record Found(RestRoute route, Map<String, String> variables) implements RestMatch {}

  /**
   * The path exists, but not with this method.
   *
   * @param allowed the methods that it has, in ascending order
   */
  record OtherMethods(List<String> allowed) implements RestMatch {}

  /** There is no such path. */
  record NoPath() implements RestMatch {}
}
