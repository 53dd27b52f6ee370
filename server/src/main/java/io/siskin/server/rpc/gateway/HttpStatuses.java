package io.siskin.server.rpc.gateway;

import io.grpc.Status;

/** Which status of HTTP stands for which status of gRPC; docs/http.md has the same table. */
final class HttpStatuses {
  private HttpStatuses() {}

  /**
   * Translates a code.
   *
   * @param code the code of gRPC
   */
  static int of(Status.Code code) {
    return switch (code) {
      case OK -> 200;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
      case UNAUTHENTICATED -> 401;
      case PERMISSION_DENIED -> 403;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS, ABORTED -> 409;
      case RESOURCE_EXHAUSTED -> 429;
      // No standard has a status for it, and nobody is there to read it.
      case CANCELLED -> 499;
      case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case DEADLINE_EXCEEDED -> 504;
    };
  }
}
