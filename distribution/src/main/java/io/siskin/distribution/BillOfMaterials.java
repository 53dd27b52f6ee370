package io.siskin.distribution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The list of all that is in the archive, in the format CycloneDX. The build's plugin writes it
 * over what Maven resolved. This class makes it true of the archive: components whose jar is not
 * there are removed, and jars that were written anew get their own checksum.
 */
final class BillOfMaterials {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final String OWN_JAR = "siskin-server";
  private static final String OFFLINE =
      "Maven does not write the bill of materials offline. Run it without -o";

  private final ObjectNode root;

  private BillOfMaterials(ObjectNode root) {
    this.root = root;
  }

  /**
   * Reads a list.
   *
   * @throws IOException when it cannot be read or is no JSON object
   */
  static BillOfMaterials read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(file + " is missing: " + OFFLINE);
    }
    if (JSON.readTree(file.toFile()) instanceof ObjectNode object
        && object.get("components") instanceof ArrayNode) {
      return new BillOfMaterials(object);
    }
    throw new IOException(file + " is no bill of materials; allowed: JSON with components");
  }

  /** Returns the file names of the jars of all components, sorted. */
  Set<String> jars() {
    Set<String> jars = new TreeSet<>();
    for (JsonNode component : components()) {
      jars.add(jar(component));
    }
    return jars;
  }

  /**
   * Checks that the list has all jars of a folder: one of an earlier build may lack some.
   *
   * @param present the file names of the jars that are there
   * @throws IOException when it lacks one
   */
  void requireAll(Set<String> present) throws IOException {
    Set<String> missing = new TreeSet<>(present);
    missing.removeAll(jars());
    if (!missing.isEmpty()) {
      throw new IOException("the bill of materials lacks " + missing + ": " + OFFLINE);
    }
  }

  /**
   * Removes the components whose jars are not in a folder, and what depends on them or they on.
   *
   * @param present the file names of the jars that are there
   */
  void keepOnly(Set<String> present) {
    Set<String> removed = new TreeSet<>();
    for (Iterator<JsonNode> each = components().elements(); each.hasNext(); ) {
      JsonNode component = each.next();
      if (!present.contains(jar(component))) {
        removed.add(component.path("bom-ref").asText());
        each.remove();
      }
    }
    for (Iterator<JsonNode> each = root.withArray("dependencies").elements(); each.hasNext(); ) {
      JsonNode dependency = each.next();
      if (removed.contains(dependency.path("ref").asText())) {
        each.remove();
      } else if (dependency.get("dependsOn") instanceof ArrayNode refs) {
        removeTexts(refs, removed);
      }
    }
  }

  private static void removeTexts(ArrayNode texts, Set<String> removed) {
    for (Iterator<JsonNode> each = texts.elements(); each.hasNext(); ) {
      if (removed.contains(each.next().asText())) {
        each.remove();
      }
    }
  }

  /**
   * Gives every component the checksum of its jar, SHA-256, in place of those of the published jar.
   *
   * @param lib the folder of the jars
   * @throws IOException when a jar cannot be read
   */
  void setChecksums(Path lib) throws IOException {
    for (JsonNode component : components()) {
      ArrayNode hashes = ((ObjectNode) component).putArray("hashes");
      hashes.addObject().put("alg", "SHA-256").put("content", sha256(lib.resolve(jar(component))));
    }
  }

  /**
   * Says of a component that its jar is not the published one.
   *
   * @param jar the jar's file name
   * @param leftOut the paths of what was left out of it
   */
  void noteLeftOut(String jar, List<String> leftOut) {
    for (JsonNode component : components()) {
      if (jar(component).equals(jar)) {
        ObjectNode object = (ObjectNode) component;
        object.put("modified", true);
        object
            .putObject("pedigree")
            .put("notes", "Left out, for other platforms: " + String.join(", ", leftOut));
      }
    }
  }

  /** Writes the list. */
  void write(Path file) throws IOException {
    String text = JSON.writeValueAsString(root).replace("\r\n", "\n");
    Files.writeString(file, text + "\n", StandardCharsets.UTF_8);
  }

  private ArrayNode components() {
    return root.withArray("components");
  }

  /** Returns the file name that Maven gives the jar of a component. */
  private static String jar(JsonNode component) {
    String name = component.path("name").asText();
    if (name.equals(OWN_JAR)) {
      return OWN_JAR + ".jar";
    }
    String classifier = "";
    String purl = component.path("purl").asText();
    int at = purl.indexOf("classifier=");
    if (at >= 0) {
      classifier = "-" + purl.substring(at + "classifier=".length()).replaceFirst("&.*", "");
    }
    return name + "-" + component.path("version").asText() + classifier + ".jar";
  }

  /** Returns the SHA-256 of a file, in hexadecimal. */
  static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException missing) {
      throw new AssertionError("every Java has SHA-256", missing);
    }
  }
}
