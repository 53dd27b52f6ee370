package io.siskin.server.collection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object of a manifest, read member by member. Every failure names the file, the member,
 * what was expected and what was found, in own words.
 */
final class ManifestMembers {
  private static final int SHOWN_LENGTH_MAX = 80;

  private final String file;
  private final String place;
  private final JsonNode object;

  /**
   * Begins to read an object.
   *
   * @param file where it stands, for messages
   * @param place what members are called with in messages, for example {@code log.}
   * @param object the object
   * @param known the names of its members; all of them must be there, and no others
   */
  ManifestMembers(String file, String place, JsonNode object, Set<String> known)
      throws CorruptSegmentException {
    this(file, place, object, known, Set.of());
  }

  /**
   * Begins to read an object.
   *
   * @param file where it stands, for messages
   * @param place what members are called with in messages, for example {@code log.}
   * @param object the object
   * @param known the names of its members; all of them must be there
   * @param optional the names of members that may be there; no others may
   */
  ManifestMembers(
      String file, String place, JsonNode object, Set<String> known, Set<String> optional)
      throws CorruptSegmentException {
    this.file = file;
    this.place = place;
    this.object = object;
    boolean isRoot = place.isEmpty();
    String name = isRoot ? "content" : place.substring(0, place.length() - 1);
    require(file, object.isObject(), name, isRoot ? "one object" : "an object", object);
    for (String member : known) {
      require(object.has(member), member, "the member");
    }
    for (var member : object.properties()) {
      require(
          file,
          known.contains(member.getKey()) || optional.contains(member.getKey()),
          JsonNodeFactory.instance.textNode(shorten(member.getKey())).toString(),
          "no such member",
          member.getValue());
    }
  }

  /** Returns a member that is an object. */
  ManifestMembers object(String name, Set<String> known) throws CorruptSegmentException {
    return new ManifestMembers(file, place + name + ".", object.path(name), known);
  }

  /** Returns a member that is an object, some of whose members may be missing. */
  ManifestMembers object(String name, Set<String> known, Set<String> optional)
      throws CorruptSegmentException {
    return new ManifestMembers(file, place + name + ".", object.path(name), known, optional);
  }

  /** Returns a member that is an object, or null when it is {@code null}. */
  @Nullable ManifestMembers optionalObject(String name, Set<String> known)
      throws CorruptSegmentException {
    return object.path(name).isNull() ? null : object(name, known);
  }

  /** Returns the members of a member that is an array of objects. */
  List<ManifestMembers> objects(String name, Set<String> known) throws CorruptSegmentException {
    return objects(name, known, Set.of());
  }

  /** Returns the members of a member that is an array of objects; some of theirs may be missing. */
  List<ManifestMembers> objects(String name, Set<String> known, Set<String> optional)
      throws CorruptSegmentException {
    JsonNode array = object.path(name);
    require(array.isArray(), name, "an array");
    List<ManifestMembers> elements = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      elements.add(
          new ManifestMembers(file, place + name + "[" + i + "].", array.get(i), known, optional));
    }
    return elements;
  }

  /** Returns a member as it is. */
  JsonNode node(String name) {
    return object.path(name);
  }

  /** Returns a member that is a text. */
  String text(String name) throws CorruptSegmentException {
    require(object.path(name).isTextual(), name, "a text");
    return object.path(name).textValue();
  }

  /** Returns a member that is true or false. */
  boolean flag(String name) throws CorruptSegmentException {
    require(object.path(name).isBoolean(), name, "true or false");
    return object.path(name).booleanValue();
  }

  /** Returns a member that is a number. */
  double real(String name) throws CorruptSegmentException {
    require(object.path(name).isNumber(), name, "a number");
    return object.path(name).doubleValue();
  }

  /** Returns a member that is a whole number in a range. */
  long number(String name, long min, long max) throws CorruptSegmentException {
    JsonNode value = object.path(name);
    require(
        value.isIntegralNumber()
            && value.canConvertToLong()
            && value.longValue() >= min
            && value.longValue() <= max,
        name,
        "a whole number of " + min + " to " + max);
    return value.longValue();
  }

  /** Checks a member. */
  void require(boolean holds, String name, String expected) throws CorruptSegmentException {
    require(file, holds, place + name, expected, object.path(name));
  }

  /** Makes a value of the members; what it refuses is damage here. */
  <T> T made(Supplier<T> value) throws CorruptSegmentException {
    try {
      return value.get();
    } catch (InvalidInputException refused) {
      throw new CorruptSegmentException(
          file,
          0,
          (place.isEmpty() ? "" : place.substring(0, place.length() - 1) + ": ")
              + refused.field()
              + ": "
              + refused.allowed(),
          refused.value());
    }
  }

  private static void require(
      String file, boolean holds, String member, String expected, JsonNode found)
      throws CorruptSegmentException {
    if (!holds) {
      throw new CorruptSegmentException(file, 0, member + ": " + expected, shown(found));
    }
  }

  /** As JSON, which shows control characters as escapes. */
  static String shown(JsonNode value) {
    return value.isMissingNode() ? "nothing" : shorten(value.toString());
  }

  private static String shorten(String text) {
    return text.length() <= SHOWN_LENGTH_MAX ? text : text.substring(0, SHOWN_LENGTH_MAX) + "…";
  }
}
