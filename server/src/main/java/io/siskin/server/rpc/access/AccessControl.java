package io.siskin.server.rpc.access;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.siskin.server.access.AccessDeniedException;
import io.siskin.server.access.ApiKey;
import io.siskin.server.access.AttemptLimit;
import io.siskin.server.access.Grant;
import io.siskin.server.access.KeyStore;
import io.siskin.server.access.KeyText;
import io.siskin.server.access.Refusal;
import io.siskin.server.access.Role;
import io.siskin.server.access.TooManyAttemptsException;
import io.siskin.server.access.UnauthenticatedException;
import io.siskin.server.counters.AccessCounts;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.rpc.transport.CallerIds;
import io.siskin.server.rpc.transport.LineLimit;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a call pass when its key allows it. A call without a valid key, and one whose key cannot
 * allow the method for any collection, is refused when its headers arrive, before its message is
 * read. A request that names collections is judged when it has been read. The requests of a stream
 * are judged one by one by {@link CallAccess#checkElement}.
 *
 * <p>A refusal is thrown, so that the guard around the services ends the call with a proper status.
 * Safe for concurrent use.
 */
public final class AccessControl implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(AccessControl.class);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> API_KEY =
      Metadata.Key.of("x-api-key", Metadata.ASCII_STRING_MARSHALLER);
  private static final String LOCAL = "local";
  private static final long LINE_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final @Nullable KeyStore keys;
  private final boolean localCallersNeedKeys;
  private final @Nullable AuditLog audit;
  private final AttemptLimit attempts = new AttemptLimit(System::nanoTime);
  private final Map<Refusal, LongAdder> refusals = new EnumMap<>(Refusal.class);
  private final LineLimit unauthenticated = new LineLimit(LINE_INTERVAL_NANOS, System::nanoTime);
  private final LineLimit forbidden = new LineLimit(LINE_INTERVAL_NANOS, System::nanoTime);

  /**
   * Creates the interceptor.
   *
   * @param keys the keys; null when the server asks for none
   * @param localCallersNeedKeys whether callers over a Unix socket need a key too; else the
   *     permissions of its file say who may do everything
   * @param audit where changes are written down; null for nowhere. Closed by its owner
   */
  public AccessControl(
      @Nullable KeyStore keys, boolean localCallersNeedKeys, @Nullable AuditLog audit) {
    this.keys = keys;
    this.audit = audit;
    this.localCallersNeedKeys = localCallersNeedKeys;
    for (Refusal refusal : Refusal.values()) {
      refusals.put(refusal, new LongAdder());
    }
  }

  /** Returns whether the server asks for keys. */
  public boolean areKeysRequired() {
    return keys != null;
  }

  /** Returns what was refused so far, and how the keys are. */
  public AccessCounts counts() {
    Map<String, Long> byReason = new TreeMap<>();
    refusals.forEach((reason, count) -> byReason.put(reason.spelling(), count.sum()));
    return new AccessCounts(
        byReason,
        keys == null ? 0 : keys.count(),
        keys != null && keys.problem() != null,
        audit == null ? 0 : audit.written(),
        audit == null ? 0 : audit.lost());
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    Need need = AccessTable.of(method);
    String client = address(call);
    if (keys == null || (!localCallersNeedKeys && isLocal(call))) {
      return start(call, headers, next, CallAccess.EVERYTHING, need, client);
    }
    return switch (need) {
      case null -> throw refused(new AccessDeniedException(Role.ADMIN, ""), method, client, "");
      case Need.Open open -> {
        KeyStore known = keys;
        yield new Judging<>(
            next.startCall(call, headers),
            message -> {
              if (!open.collections().apply(message).isEmpty()) {
                access(known, open, headers, method, client).check(message);
              }
            },
            method,
            client,
            "");
      }
      default ->
          start(call, headers, next, admit(keys, need, headers, method, client), need, client);
    };
  }

  /**
   * Judges a request for a page that tells about all collections, as calls are judged: failures are
   * counted, logged and limited together with those of calls.
   *
   * @param page the page, as the log shall name it
   * @param client where the request comes from
   * @param authorization the header {@code authorization}; null if it was not sent
   * @param apiKey the header {@code x-api-key}; null if it was not sent
   * @throws UnauthenticatedException when there is no valid key
   * @throws TooManyAttemptsException the same, when too many attempts of the address have failed
   * @throws AccessDeniedException when the key does not allow to read all collections
   */
  public void checkPage(
      String page,
      InetSocketAddress client,
      @Nullable String authorization,
      @Nullable String apiKey) {
    if (keys == null) {
      return;
    }
    String address = address(client);
    ApiKey key;
    try {
      key = authenticate(keys, authorization, apiKey);
    } catch (UnauthenticatedException refusal) {
      throw refused(refusal, page, address, "");
    }
    if (!key.allowsAll(Role.READ)) {
      throw refused(new AccessDeniedException(Role.READ, Grant.ALL), page, address, key.id());
    }
  }

  private static ApiKey authenticate(
      KeyStore known, @Nullable String authorization, @Nullable String apiKey) {
    String sent = KeyText.ofHeaders(authorization, apiKey);
    if (sent == null) {
      throw new UnauthenticatedException(Refusal.NO_KEY);
    }
    return known.authenticate(sent);
  }

  /** Starts a call that its headers allow. */
  private <Q, A> ServerCall.Listener<Q> start(
      ServerCall<Q, A> call,
      Metadata headers,
      ServerCallHandler<Q, A> next,
      CallAccess access,
      @Nullable Need need,
      String client) {
    Context context = Context.current().withValue(CallAccess.KEY, access);
    if (!access.keyId().isEmpty()) {
      // Limits and shares go by key, wherever its holder calls from.
      context = context.withValue(CallerIds.KEY, access.keyId());
    }
    CallRecord.current().setKeyId(access.keyId());
    AuditedCall<Q, A> audited =
        audit != null
                && need instanceof Need.Collections(_, var collections, _)
                && audit.takes(need)
            ? new AuditedCall<>(call, audit, collections, access.keyId(), client)
            : null;
    ServerCall.Listener<Q> listener =
        Contexts.interceptCall(context, audited == null ? call : audited, headers, next);
    if (access.areKeysRequired() && !isStream(call)) {
      String method = call.getMethodDescriptor().getFullMethodName();
      listener =
          new Judging<>(listener, message -> access.check(message), method, client, access.keyId());
    }
    return audited == null ? listener : audited.listener(listener);
  }

  private CallAccess admit(
      KeyStore known, Need need, Metadata headers, String method, String client) {
    CallAccess access;
    try {
      access = access(known, need, headers, method, client);
    } catch (UnauthenticatedException refusal) {
      throw refused(refusal, method, client, "");
    }
    ApiKey key = access.key();
    if (need instanceof Need.Collections(Role role, _, _) && key != null && !key.allowsAny(role)) {
      throw refused(new AccessDeniedException(role, ""), method, client, access.keyId());
    }
    return access;
  }

  private CallAccess access(
      KeyStore known, Need need, Metadata headers, String method, String client) {
    ApiKey key = authenticate(known, headers.get(AUTHORIZATION), headers.get(API_KEY));
    return CallAccess.of(known, key, need, refusal -> refused(refusal, method, client, key.id()));
  }

  private static boolean isStream(ServerCall<?, ?> call) {
    MethodType type = call.getMethodDescriptor().getType();
    return !type.clientSendsOneMessage();
  }

  private static @Nullable SocketAddress remote(ServerCall<?, ?> call) {
    return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
  }

  private static boolean isLocal(ServerCall<?, ?> call) {
    return remote(call) instanceof DomainSocketAddress;
  }

  private static String address(ServerCall<?, ?> call) {
    return remote(call) instanceof InetSocketAddress address ? address(address) : LOCAL;
  }

  private static String address(InetSocketAddress client) {
    return client.getAddress() == null ? LOCAL : client.getAddress().getHostAddress();
  }

  /** Counts and logs a refusal. Returns what the caller is told. */
  private RuntimeException refused(
      RuntimeException refusal, String method, String client, String keyId) {
    if (refusal instanceof UnauthenticatedException failed) {
      if (attempts.isTooMany(client)) {
        count(Refusal.TOO_MANY);
        return new TooManyAttemptsException(AttemptLimit.retryAfter());
      }
      count(failed.reason());
      log(unauthenticated, method, client, keyId, failed);
    } else {
      count(Refusal.FORBIDDEN);
      log(forbidden, method, client, keyId, refusal);
    }
    return refusal;
  }

  private void count(Refusal reason) {
    LongAdder counter = refusals.get(reason);
    if (counter != null) {
      counter.increment();
    }
  }

  private static void log(
      LineLimit limit, String method, String client, String keyId, RuntimeException refusal) {
    long heldBack = limit.take();
    if (heldBack != LineLimit.HELD_BACK) {
      LOG.warn(
          "{}: refused for {}{}: {} ({} more since the last such line)",
          method,
          client,
          keyId.isEmpty() ? "" : ", key " + keyId,
          refusal.getMessage(),
          heldBack);
    }
  }

  /** Judges a message, see {@link CallAccess#check}. */
  @FunctionalInterface
  private interface Judge {
    void judge(Object message);
  }

  /** Lets the service see a request when it is allowed. */
  private final class Judging<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Judge judge;
    private final String method;
    private final String client;
    private final String keyId;

    Judging(
        ServerCall.Listener<Q> listener, Judge judge, String method, String client, String keyId) {
      super(listener);
      this.judge = judge;
      this.method = method;
      this.client = client;
      this.keyId = keyId;
    }

    @Override
    public void onMessage(Q message) {
      try {
        judge.judge(message);
      } catch (UnauthenticatedException | AccessDeniedException refusal) {
        throw refused(refusal, method, client, keyId);
      }
      super.onMessage(message);
    }
  }
}
