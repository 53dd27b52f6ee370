package io.siskin.server.rpc.access;

import io.siskin.server.access.Grant;
import io.siskin.server.access.Role;
import java.util.List;
import java.util.function.Function;

/** What a method needs of its caller, on a server that asks for keys. */
sealed interface Need {
  /** A valid key, whatever it allows. Methods that list things show what the caller may read. */
  record AnyKey() implements Need {}

  /**
   * A role for each collection that a request names.
   *
   * @param role the role
   * @param collections the collections of a request; {@link Grant#ALL} for all of them
   * @param change what the method is to the audit log
   */
  record Collections(Role role, Function<Object, List<String>> collections, Change change)
      implements Need {}

  /**
   * No key, except where a request names collections: then the role {@code read} for them.
   *
   * @param collections the collections of a request
   */
  record Open(Function<Object, List<String>> collections) implements Need {}

  /** What a method changes. */
  enum Change {
    /** Nothing. */
    NONE,

    /** Documents. */
    DOCUMENTS,

    /** Collections, aliases or snapshots. */
    COLLECTIONS
  }
}
