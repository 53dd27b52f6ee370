package io.siskin.server.rpc.gateway;

import org.jspecify.annotations.Nullable;

/**
 * Where in a request a value stands, for errors: {@code documents[3].vector.weights[2]}. One object
 * serves all elements of a list. Used by one thread.
 */
final class JsonPath {
  private static final int NO_INDEX = -1;

  private final @Nullable JsonPath parent;
  private final String name;
  private int index = NO_INDEX;

  private JsonPath(@Nullable JsonPath parent, String name) {
    this.parent = parent;
    this.name = name;
  }

  /** Returns the path of the request itself. */
  static JsonPath root() {
    return new JsonPath(null, "");
  }

  /**
   * Returns the path of a field of what is here.
   *
   * @param field its name in the API's files
   */
  JsonPath field(String field) {
    return new JsonPath(this, field);
  }

  /** Goes to the next element of the list that is here; at first to element 0. */
  void nextElement() {
    index++;
  }

  /** Tells whether this is the request itself. */
  boolean isRoot() {
    return parent == null;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(text);
    return text.toString();
  }

  private void append(StringBuilder text) {
    if (parent != null) {
      parent.append(text);
      if (!text.isEmpty()) {
        text.append('.');
      }
      text.append(name);
    }
    if (index != NO_INDEX) {
      text.append('[').append(index).append(']');
    }
  }
}
