package io.siskin.server.access;

/**
 * The caller's fault: its key does not allow what it asks for. The message is the same whether the
 * collection exists or not.
 */
public final class AccessDeniedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Role role;
  private final String collection;

  /**
   * Creates the error.
   *
   * @param role the role that is needed
   * @param collection the collection for which it is needed, as the request names it; {@link
   *     Grant#ALL} for all; empty where it is needed for one that is not known yet
   */
  public AccessDeniedException(Role role, String collection) {
    super(message(role, collection), null, false, false);
    this.role = role;
    this.collection = collection;
  }

  private static String message(Role role, String collection) {
    String needed = "the role '" + role.spelling() + "' is needed for ";
    if (collection.isEmpty()) {
      return needed + "a collection; the key has it for none";
    }
    return collection.equals(Grant.ALL)
        ? needed + "all collections, and the key does not have it"
        : needed + "collection '" + collection + "', and the key does not have it";
  }

  /** Returns the role that is needed. */
  public Role role() {
    return role;
  }

  /** Returns the collection for which it is needed; {@link Grant#ALL} for all, empty for any. */
  public String collection() {
    return collection;
  }
}
