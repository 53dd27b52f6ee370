package io.siskin.server.rpc.service;

import io.siskin.proto.v1.GetCallerResponse;
import io.siskin.proto.v1.Grant;
import io.siskin.proto.v1.Role;

/**
 * What the caller of the current call may do. Asked on the thread of the service method, in the
 * call's context. Safe for concurrent use.
 */
public interface CallerRights {
  /** Everybody may do everything, because nobody is asked for a key. */
  CallerRights EVERYBODY =
      new CallerRights() {
        @Override
        public boolean areKeysRequired() {
          return false;
        }

        @Override
        public GetCallerResponse caller() {
          return GetCallerResponse.newBuilder()
              .addGrants(Grant.newBuilder().setRole(Role.ROLE_ADMIN).addCollections("*"))
              .build();
        }

        @Override
        public boolean mayRead(String collection) {
          return true;
        }
      };

  /** Returns whether callers need a key. */
  boolean areKeysRequired();

  /** Returns what the caller may do. */
  GetCallerResponse caller();

  /**
   * Returns whether the caller may read a collection.
   *
   * @param collection its name or an alias, as requests give it
   */
  boolean mayRead(String collection);
}
