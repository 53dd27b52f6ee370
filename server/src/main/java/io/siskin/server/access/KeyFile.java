package io.siskin.server.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.file.BoundedFile;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The file that keys are in: JSON, readable by its owner only, replaced as a whole. It has hashes
 * of keys, so that reading it gives nobody a key.
 *
 * <p>It is read strictly. An unknown member, a repeated id and a file that others may write are
 * errors, because a grant that is misread is a hole.
 */
public final class KeyFile {
  /** The file's name in a data directory, unless the settings name another file. */
  public static final String NAME = ".keys.json";

  /** The most keys of one file. */
  public static final int KEYS_MAX = 10_000;

  private static final int VERSION = 1;
  private static final int LENGTH_BYTES_MAX = 16 << 20;
  private static final Set<PosixFilePermission> FORBIDDEN =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private KeyFile() {}

  /**
   * Reads a file.
   *
   * @param file the file
   * @return the keys by id, in the order of the file
   * @throws InvalidInputException when it is malformed, or when others may write it; it names the
   *     place
   * @throws java.nio.file.NoSuchFileException when there is none
   */
  public static Map<String, ApiKey> read(Path file) throws IOException {
    byte[] content = BoundedFile.readInput(file, LENGTH_BYTES_MAX);
    try {
      checkPermissions(file);
      return parse(content);
    } catch (InvalidInputException wrong) {
      throw wrong.at(file.toString());
    }
  }

  private static void checkPermissions(Path file) throws IOException {
    for (PosixFilePermission permission : Files.getPosixFilePermissions(file)) {
      if (FORBIDDEN.contains(permission)) {
        throw new InvalidInputException(
            "permission", permission, "writing by the owner alone, such as 600");
      }
    }
  }

  private static Map<String, ApiKey> parse(byte[] content) throws IOException {
    JsonNode root;
    try {
      root = JSON.readTree(content);
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException("content", malformed.getOriginalMessage(), "keys in JSON");
    } catch (CharConversionException notUnicode) {
      throw new InvalidInputException("content", "in no encoding of Unicode", "keys in JSON");
    }
    requireMembers("file", root, Set.of("version", "keys"), Set.of());
    if (!root.get("version").isInt() || root.get("version").intValue() != VERSION) {
      throw new InvalidInputException("version", root.get("version"), String.valueOf(VERSION));
    }
    JsonNode list = root.get("keys");
    if (!list.isArray() || list.size() > KEYS_MAX) {
      throw new InvalidInputException("keys", list.size(), "a list of at most " + KEYS_MAX);
    }
    Map<String, ApiKey> keys = new LinkedHashMap<>();
    for (JsonNode node : list) {
      ApiKey key = key("keys[" + keys.size() + "]", node);
      if (keys.put(key.id(), key) != null) {
        throw new InvalidInputException("keys", "two of id " + key.id(), "one of each id");
      }
    }
    return keys;
  }

  private static ApiKey key(String place, JsonNode node) {
    requireMembers(
        place,
        node,
        Set.of("id", "secret_sha256", "label", "grants", "created"),
        Set.of("expires"));
    JsonNode list = node.get("grants");
    if (!list.isArray() || list.size() > ApiKey.GRANTS_MAX) {
      throw new InvalidInputException(place + ".grants", list.size(), "a list of grants");
    }
    List<Grant> grants = new ArrayList<>();
    for (JsonNode grant : list) {
      grants.add(grant(place + ".grants[" + grants.size() + "]", grant));
    }
    return new ApiKey(
        text(place, node, "id"),
        text(place, node, "secret_sha256"),
        text(place, node, "label"),
        grants,
        instant(place, node, "created"),
        node.has("expires") ? instant(place, node, "expires") : null);
  }

  private static Grant grant(String place, JsonNode node) {
    requireMembers(place, node, Set.of("role", "collections"), Set.of());
    JsonNode list = node.get("collections");
    if (!list.isArray() || list.size() > Grant.COLLECTIONS_MAX) {
      throw new InvalidInputException(place + ".collections", list.size(), "a list of names");
    }
    List<String> collections = new ArrayList<>();
    for (JsonNode name : list) {
      if (!name.isTextual()) {
        throw new InvalidInputException(place + ".collections", name, "a list of names");
      }
      collections.add(name.textValue());
    }
    return new Grant(role(place + ".role", text(place, node, "role")), collections);
  }

  /**
   * Reads a role.
   *
   * @param field what the caller calls it, for the message
   * @param spelling the role in lower case
   * @throws InvalidInputException when there is no such role
   */
  public static Role role(String field, String spelling) {
    for (Role role : Role.values()) {
      if (role.spelling().equals(spelling)) {
        return role;
      }
    }
    throw new InvalidInputException(field, spelling, "read, write or admin");
  }

  private static void requireMembers(
      String place, @Nullable JsonNode node, Set<String> required, Set<String> optional) {
    if (node == null || !node.isObject()) {
      throw new InvalidInputException(place, "no object", "an object with " + required);
    }
    for (String name : required) {
      if (!node.has(name)) {
        throw new InvalidInputException(place + "." + name, "missing", "present");
      }
    }
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!required.contains(name) && !optional.contains(name)) {
                throw new InvalidInputException(place, "member " + name, "no other members");
              }
            });
  }

  private static String text(String place, JsonNode node, String member) {
    JsonNode value = node.get(member);
    if (!value.isTextual()) {
      throw new InvalidInputException(place + "." + member, "no text", "a text");
    }
    return value.textValue();
  }

  private static Instant instant(String place, JsonNode node, String member) {
    String text = text(place, node, member);
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new InvalidInputException(
          place + "." + member, text, "a time such as 2030-01-31T00:00:00Z");
    }
  }

  /**
   * Changes a file. Of two processes that change it at the same time, one waits for the other, so
   * that no change is lost. A file that is missing is one without keys.
   *
   * @param file the file, in a folder that exists
   * @param change gets the keys by id and returns those that the file has afterwards
   * @throws InvalidInputException when the file is malformed, or when the change refuses
   */
  public static synchronized void change(Path file, UnaryOperator<Map<String, ApiKey>> change)
      throws IOException {
    Path lock = file.resolveSibling(file.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      Map<String, ApiKey> keys = Files.exists(file) ? read(file) : Map.of();
      Map<String, ApiKey> changed = change.apply(new LinkedHashMap<>(keys));
      if (changed.size() > KEYS_MAX) {
        throw new InvalidInputException("keys", changed.size(), "at most " + KEYS_MAX);
      }
      AtomicFile.writePrivate(file, JSON.writeValueAsBytes(toJson(changed)));
    }
  }

  private static ObjectNode toJson(Map<String, ApiKey> keys) {
    ObjectNode root = JSON.createObjectNode().put("version", VERSION);
    ArrayNode list = root.putArray("keys");
    for (ApiKey key : keys.values()) {
      ObjectNode node = list.addObject();
      node.put("id", key.id());
      node.put("secret_sha256", key.secretSha256());
      node.put("label", key.label());
      ArrayNode grants = node.putArray("grants");
      for (Grant grant : key.grants()) {
        ObjectNode added = grants.addObject();
        added.put("role", grant.role().spelling());
        grant.collections().forEach(added.putArray("collections")::add);
      }
      node.put("created", key.created().toString());
      if (key.expires() != null) {
        node.put("expires", key.expires().toString());
      }
    }
    return root;
  }
}
