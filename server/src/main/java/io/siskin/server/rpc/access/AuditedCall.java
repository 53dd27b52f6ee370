package io.siskin.server.rpc.access;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.siskin.proto.v1.DeleteResponse;
import io.siskin.proto.v1.UpdateFieldsRequest;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.proto.v1.UpsertStreamRequest;
import io.siskin.server.access.AccessDeniedException;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A call that the audit log has a line for: written once, when the call ends, however it ends. A
 * stream has one line. Safe for concurrent use.
 */
final class AuditedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
  private static final int COLLECTIONS_MAX = 16;
  private static final int NAME_LENGTH_MAX = 128;

  private final AuditLog log;
  private final Function<Object, List<String>> collectionsOf;
  private final String keyId;
  private final String client;

  @GuardedBy("this")
  private final SortedSet<String> collections = new TreeSet<>();

  @GuardedBy("this")
  private long documents;

  @GuardedBy("this")
  private boolean ended;

  AuditedCall(
      ServerCall<Q, A> call,
      AuditLog log,
      Function<Object, List<String>> collectionsOf,
      String keyId,
      String client) {
    super(call);
    this.log = log;
    this.collectionsOf = collectionsOf;
    this.keyId = keyId;
    this.client = client;
  }

  /** Returns a listener that takes the requests and hears of a cancellation. */
  ServerCall.Listener<Q> listener(ServerCall.Listener<Q> next) {
    return new SimpleForwardingServerCallListener<>(next) {
      @Override
      public void onMessage(Q message) {
        request(message);
        try {
          super.onMessage(message);
        } catch (AccessDeniedException denied) {
          end(Status.Code.PERMISSION_DENIED);
          throw denied;
        }
      }

      @Override
      public void onCancel() {
        end(Status.Code.CANCELLED);
        super.onCancel();
      }
    };
  }

  private synchronized void request(Object message) {
    for (String name : collectionsOf.apply(message)) {
      if (collections.size() < COLLECTIONS_MAX) {
        collections.add(name.substring(0, Math.min(name.length(), NAME_LENGTH_MAX)));
      }
    }
    documents +=
        switch (message) {
          case UpsertRequest upsert -> upsert.getDocumentsCount();
          case UpsertStreamRequest element -> element.getUpsert().getDocumentsCount();
          case UpdateFieldsRequest update -> update.getUpdatesCount();
          default -> 0;
        };
  }

  @Override
  public void sendMessage(A message) {
    if (message instanceof DeleteResponse deletion) {
      synchronized (this) {
        documents += deletion.getDeletedCount();
      }
    }
    super.sendMessage(message);
  }

  @Override
  public void close(Status status, Metadata trailers) {
    end(status.getCode());
    super.close(status, trailers);
  }

  /** Writes the line, the first time. */
  synchronized void end(Status.Code outcome) {
    if (!ended) {
      ended = true;
      log.add(
          new AuditLog.Entry(
              Instant.now(),
              keyId,
              client,
              getMethodDescriptor().getFullMethodName(),
              List.copyOf(collections),
              outcome.name(),
              documents));
    }
  }
}
