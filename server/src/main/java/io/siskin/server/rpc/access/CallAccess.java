package io.siskin.server.rpc.access;

import io.grpc.Context;
import io.siskin.server.access.AccessDeniedException;
import io.siskin.server.access.ApiKey;
import io.siskin.server.access.Grant;
import io.siskin.server.access.KeyStore;
import io.siskin.server.access.Role;
import io.siskin.server.access.UnauthenticatedException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the caller of one call may do. {@link AccessControl} puts it into the gRPC context; services
 * ask it there. Safe for concurrent use.
 */
public final class CallAccess {
  /** Everything is allowed, because the server asks for no keys. */
  public static final CallAccess EVERYTHING = new CallAccess(null, null, null, _ -> {});

  /**
   * Nothing is allowed. It is what a call has whose context has been lost, so that a mistake closes
   * the door and does not open it.
   */
  private static final CallAccess NOTHING = new CallAccess(null, null, null, _ -> {});

  static final Context.Key<CallAccess> KEY = Context.key("io.siskin.server.access");

  private final @Nullable KeyStore keys;
  private final @Nullable ApiKey key;
  private final @Nullable Need need;
  private final Consumer<RuntimeException> refused;

  private CallAccess(
      @Nullable KeyStore keys,
      @Nullable ApiKey key,
      @Nullable Need need,
      Consumer<RuntimeException> refused) {
    this.keys = keys;
    this.key = key;
    this.need = need;
    this.refused = refused;
  }

  /**
   * Makes the rights of a call with a key.
   *
   * @param keys knows whether the key is still valid
   * @param key the key
   * @param need what the method needs
   * @param refused is told of each refusal
   */
  static CallAccess of(KeyStore keys, ApiKey key, Need need, Consumer<RuntimeException> refused) {
    return new CallAccess(keys, key, need, refused);
  }

  /**
   * Returns the rights of the call that the calling thread works for: within interceptors and
   * service methods.
   */
  public static CallAccess current() {
    CallAccess found = KEY.get();
    return found == null ? NOTHING : found;
  }

  /** Returns whether the server asks for keys. */
  public boolean areKeysRequired() {
    return this != EVERYTHING;
  }

  /** Returns the caller's key; null when the server asks for none. */
  public @Nullable ApiKey key() {
    return key;
  }

  /** Returns the id of the caller's key; empty when the server asks for none. */
  public String keyId() {
    return key == null ? "" : key.id();
  }

  /**
   * Returns whether the caller may read a collection.
   *
   * @param collection its name or an alias
   */
  public boolean mayRead(String collection) {
    return allows(Role.READ, collection);
  }

  private boolean allows(Role role, String collection) {
    if (this == EVERYTHING) {
      return true;
    }
    if (key == null) {
      return false;
    }
    return collection.equals(Grant.ALL) ? key.allowsAll(role) : key.allows(role, collection);
  }

  /**
   * Checks one request of a stream. The key is looked up again, because a stream may outlive it.
   *
   * @param message the request
   * @throws UnauthenticatedException when the key was revoked or has expired
   * @throws AccessDeniedException when it does not allow the request
   */
  public void checkElement(Object message) {
    if (this == EVERYTHING) {
      return;
    }
    try {
      CallAccess now =
          keys == null || key == null ? this : of(keys, keys.refresh(key), needed(), refused);
      now.check(message);
    } catch (UnauthenticatedException | AccessDeniedException refusal) {
      refused.accept(refusal);
      throw refusal;
    }
  }

  private Need needed() {
    if (need == null) {
      throw new IllegalStateException("a call with a key has a need");
    }
    return need;
  }

  /**
   * Checks a request against the need of its method.
   *
   * @param message the request
   * @throws AccessDeniedException when the caller may not make it
   */
  void check(Object message) {
    switch (needed()) {
      case Need.AnyKey _ -> {}
      case Need.Collections(Role role, var collections, _) ->
          require(role, collections.apply(message));
      case Need.Open(var collections) -> require(Role.READ, collections.apply(message));
    }
  }

  private void require(Role role, List<String> collections) {
    for (String collection : collections) {
      if (!allows(role, collection)) {
        throw new AccessDeniedException(role, collection);
      }
    }
  }
}
