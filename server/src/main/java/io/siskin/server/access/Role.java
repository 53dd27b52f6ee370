package io.siskin.server.access;

import java.util.Locale;

/** What a caller may do with a collection. Each role includes those before it. */
public enum Role {
  /** Search, read documents, encode texts with the collection's encoders, describe it. */
  READ,

  /** Upsert, update and delete documents, and flush. */
  WRITE,

  /** Create, drop, compact, snapshot and restore collections, and set aliases. */
  ADMIN;

  /**
   * Returns whether one with this role may do what another role is needed for.
   *
   * @param needed the role that is needed
   */
  public boolean includes(Role needed) {
    return compareTo(needed) >= 0;
  }

  /** Returns the role as files, options and messages spell it: in lower case. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }
}
