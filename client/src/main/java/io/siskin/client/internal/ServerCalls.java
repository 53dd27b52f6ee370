package io.siskin.client.internal;

import com.google.protobuf.Timestamp;
import io.siskin.client.CallerInfo;
import io.siskin.client.ServerInfo;
import io.siskin.client.SlowQuery;
import io.siskin.proto.v1.GetCallerRequest;
import io.siskin.proto.v1.GetCallerResponse;
import io.siskin.proto.v1.GetServerRequest;
import io.siskin.proto.v1.GetServerResponse;
import io.siskin.proto.v1.Grant;
import io.siskin.proto.v1.ListSlowQueriesRequest;
import io.siskin.proto.v1.ListSlowQueriesResponse;
import io.siskin.proto.v1.Role;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.ServerServiceGrpc.ServerServiceStub;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The calls of {@code ServerService}. Immutable; safe for concurrent use. */
public final class ServerCalls {
  private static final int K_DEFAULT = 10;

  private final ServerServiceStub stub;
  private final ErrorMapper errors;
  private final Duration deadline;

  ServerCalls(ServerServiceStub stub, ErrorMapper errors, Duration deadline) {
    this.stub = stub;
    this.errors = errors;
    this.deadline = deadline;
  }

  /** Asks what the server is. */
  public CompletableFuture<ServerInfo> server() {
    UnaryFuture<GetServerRequest, GetServerResponse, ServerInfo> answer =
        new UnaryFuture<>(
            told ->
                new ServerInfo(
                    told.getVersion(),
                    instant(told.getStartTime()),
                    told.getKernels(),
                    told.getKeysRequired()),
            errors);
    stub.withDeadlineAfter(deadline).getServer(GetServerRequest.getDefaultInstance(), answer);
    return answer;
  }

  /** Asks what the caller may do. */
  public CompletableFuture<CallerInfo> caller() {
    UnaryFuture<GetCallerRequest, GetCallerResponse, CallerInfo> answer =
        new UnaryFuture<>(
            told ->
                new CallerInfo(
                    told.getKeyId(),
                    told.getGrantsList().stream().map(ServerCalls::grant).toList(),
                    told.hasExpireTime() ? instant(told.getExpireTime()) : null),
            errors);
    stub.withDeadlineAfter(deadline).getCaller(GetCallerRequest.getDefaultInstance(), answer);
    return answer;
  }

  /** Asks for slow searches. */
  public CompletableFuture<List<SlowQuery>> slowQueries(String collection, int countMax) {
    UnaryFuture<ListSlowQueriesRequest, ListSlowQueriesResponse, List<SlowQuery>> answer =
        new UnaryFuture<>(
            told -> told.getQueriesList().stream().map(ServerCalls::slowQuery).toList(), errors);
    ListSlowQueriesRequest request =
        ListSlowQueriesRequest.newBuilder().setCollection(collection).setPageSize(countMax).build();
    stub.withDeadlineAfter(deadline).listSlowQueries(request, answer);
    return answer;
  }

  private static CallerInfo.Grant grant(Grant grant) {
    return new CallerInfo.Grant(role(grant.getRole()), grant.getCollectionsList());
  }

  private static CallerInfo.Role role(Role role) {
    return switch (role) {
      case ROLE_READ -> CallerInfo.Role.READ;
      case ROLE_WRITE -> CallerInfo.Role.WRITE;
      case ROLE_ADMIN -> CallerInfo.Role.ADMIN;
      case ROLE_UNSPECIFIED, UNRECOGNIZED -> CallerInfo.Role.UNKNOWN;
    };
  }

  private static SlowQuery slowQuery(io.siskin.proto.v1.SlowQuery message) {
    SearchRequest request = message.getRequest();
    return new SlowQuery(
        instant(message.getEndTime()),
        message.getKeyId(),
        message.getTraceId(),
        request.getCollection(),
        request.hasText() ? request.getText() : null,
        request.hasK() ? request.getK() : K_DEFAULT,
        message.hasMode() ? ProtoMapper.toMode(message.getMode()) : null,
        ProtoMapper.toTimings(message.getTimings()),
        ProtoMapper.toCounters(message.getCounters()),
        message.getHitCount());
  }

  private static Instant instant(Timestamp time) {
    long seconds = time.getSeconds();
    int nanos = time.getNanos();
    return Instant.ofEpochSecond(seconds, nanos);
  }
}
