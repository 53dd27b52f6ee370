package io.siskin.server.rpc.service;

import com.google.protobuf.Timestamp;
import io.siskin.proto.v1.GetCallerResponse;
import io.siskin.proto.v1.Grant;
import io.siskin.proto.v1.Role;
import io.siskin.server.access.ApiKey;
import io.siskin.server.rpc.access.CallAccess;
import java.time.Instant;

/** What callers may do by their keys. Safe for concurrent use. */
public final class KeyRights implements CallerRights {
  private final boolean keysRequired;

  /**
   * Creates the rights.
   *
   * @param keysRequired whether callers need a key
   */
  public KeyRights(boolean keysRequired) {
    this.keysRequired = keysRequired;
  }

  @Override
  public boolean areKeysRequired() {
    return keysRequired;
  }

  @Override
  public GetCallerResponse caller() {
    ApiKey key = CallAccess.current().key();
    if (key == null) {
      return EVERYBODY.caller();
    }
    GetCallerResponse.Builder caller = GetCallerResponse.newBuilder().setKeyId(key.id());
    key.grants()
        .forEach(
            grant ->
                caller.addGrants(
                    Grant.newBuilder()
                        .setRole(role(grant.role()))
                        .addAllCollections(grant.collections())));
    Instant expires = key.expires();
    return expires == null
        ? caller.build()
        : caller
            .setExpireTime(
                Timestamp.newBuilder()
                    .setSeconds(expires.getEpochSecond())
                    .setNanos(expires.getNano()))
            .build();
  }

  private static Role role(io.siskin.server.access.Role role) {
    return switch (role) {
      case READ -> Role.ROLE_READ;
      case WRITE -> Role.ROLE_WRITE;
      case ADMIN -> Role.ROLE_ADMIN;
    };
  }

  @Override
  public boolean mayRead(String collection) {
    return CallAccess.current().mayRead(collection);
  }
}
