package io.siskin.server.rpc.gateway;

import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The routes of all methods, by the number of their segments. Immutable. */
final class RouteTable {
  private final List<RestRoute> routes;
  private final Map<Integer, List<RestRoute>> bySegmentCount;

  private RouteTable(List<RestRoute> routes) {
    this.routes = List.copyOf(routes);
    Map<Integer, List<RestRoute>> byCount = new HashMap<>();
    for (RestRoute route : routes) {
      byCount.computeIfAbsent(route.path().size(), _ -> new ArrayList<>()).add(route);
    }
    this.bySegmentCount = Map.copyOf(byCount);
  }

  /**
   * Reads the options of all methods.
   *
   * @param services the services
   * @throws IllegalArgumentException when an option asks for what is not supported, or when two
   *     methods have the same path and method
   */
  static RouteTable of(List<ServiceDescriptor> services) {
    List<RestRoute> routes = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (ServiceDescriptor service : services) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        RestRoute.of(method)
            .ifPresent(
                route -> {
                  String shape = route.method() + shape(route);
                  if (!taken.add(shape)) {
                    throw new IllegalArgumentException("two methods have " + shape);
                  }
                  routes.add(route);
                });
      }
    }
    return new RouteTable(routes);
  }

  private static String shape(RestRoute route) {
    return route.template().replaceAll("\\{[^}]*}", "{}");
  }

  /** Returns all routes, in the order of the services and their methods. */
  List<RestRoute> routes() {
    return routes;
  }

  /**
   * Finds a route. A word of a path goes before a variable.
   *
   * @param method the method in upper case
   * @param path the path as it was sent, percent-encoded, without a query
   */
  RestMatch find(String method, String path) {
    List<String> segments = segments(path);
    if (segments == null) {
      return new RestMatch.NoPath();
    }
    Set<String> allowed = new TreeSet<>();
    for (RestRoute route : bySegmentCount.getOrDefault(segments.size(), List.of())) {
      Map<String, String> variables = new LinkedHashMap<>();
      if (route.matches(segments, variables)) {
        if (route.method().equals(method)) {
          return new RestMatch.Found(route, variables);
        }
        allowed.add(route.method());
      }
    }
    return allowed.isEmpty()
        ? new RestMatch.NoPath()
        : new RestMatch.OtherMethods(List.copyOf(allowed));
  }

  /** Returns null for what cannot be a path of ours. */
  private static @Nullable List<String> segments(String path) {
    if (!path.startsWith("/")) {
      return null;
    }
    List<String> segments = new ArrayList<>();
    for (String segment : path.substring(1).split("/", -1)) {
      if (segment.indexOf('%') < 0) {
        segments.add(segment);
        continue;
      }
      try {
        // In a path, a plus is a plus.
        segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
      } catch (IllegalArgumentException malformed) {
        return null;
      }
    }
    return segments;
  }
}
