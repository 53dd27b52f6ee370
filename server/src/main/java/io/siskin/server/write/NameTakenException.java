package io.siskin.server.write;

/** A name is that of another thing already. */
public final class NameTakenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String kind;
  private final String name;

  /**
   * Creates the error.
   *
   * @param kind what has the name: {@code collection}, {@code alias} or {@code snapshot}
   * @param name the name
   */
  public NameTakenException(String kind, String name) {
    super("there is a" + (kind.equals("alias") ? "n " : " ") + kind + " '" + name + "' already");
    this.kind = kind;
    this.name = name;
  }

  /** Returns what has the name. */
  public String kind() {
    return kind;
  }

  /** Returns the name. */
  public String name() {
    return name;
  }
}
