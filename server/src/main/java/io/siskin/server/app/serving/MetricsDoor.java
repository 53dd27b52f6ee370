package io.siskin.server.app.serving;

import io.siskin.server.access.AccessDeniedException;
import io.siskin.server.access.TooManyAttemptsException;
import io.siskin.server.access.UnauthenticatedException;
import io.siskin.server.http.Page;
import io.siskin.server.http.Request;
import io.siskin.server.rpc.GrpcServer;
import org.jspecify.annotations.Nullable;

/**
 * Lets those see the metrics who may read all collections, because metrics name them all. Safe for
 * concurrent use.
 */
final class MetricsDoor implements Page.Door {
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int TOO_MANY_REQUESTS = 429;

  private final GrpcServer grpc;

  /**
   * Creates the door.
   *
   * @param grpc knows the keys, and counts failures
   */
  MetricsDoor(GrpcServer grpc) {
    this.grpc = grpc;
  }

  @Override
  public Page.@Nullable Refusal judge(Request request) {
    try {
      grpc.checkPage(
          request.path(),
          request.client(),
          request.header("Authorization"),
          request.header("X-API-Key"));
      return null;
    } catch (UnauthenticatedException refused) {
      return new Page.Refusal(UNAUTHORIZED, String.valueOf(refused.getMessage()), null);
    } catch (TooManyAttemptsException refused) {
      return new Page.Refusal(
          TOO_MANY_REQUESTS, String.valueOf(refused.getMessage()), refused.retryAfter());
    } catch (AccessDeniedException refused) {
      return new Page.Refusal(FORBIDDEN, String.valueOf(refused.getMessage()), null);
    }
  }
}
