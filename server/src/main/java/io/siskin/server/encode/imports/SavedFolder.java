package io.siskin.server.encode.imports;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import io.siskin.server.encode.file.FileText;
import io.siskin.server.encode.file.JsonFile;
import io.siskin.server.encode.model.ConfigKeys;
import io.siskin.server.encode.model.ModelPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder that is imported, and what was found in it so far. Files are named by their paths in
 * it, with {@code /} between the parts; none of them is outside. Used by one thread.
 */
final class SavedFolder {
  /** The longest file of settings that is read, in bytes. */
  static final int SETTINGS_BYTES_MAX = 1 << 20;

  private final Path root;
  private final List<Finding> findings = new ArrayList<>();

  private SavedFolder(Path root) {
    this.root = root;
  }

  /**
   * Begins to read a folder.
   *
   * @param root the folder
   * @throws InvalidInputException when it is none
   */
  static SavedFolder open(Path root) {
    if (!Files.isDirectory(root)) {
      throw new InvalidInputException(
          "folder to import",
          root,
          "a folder that sentence-transformers or transformers saved, with its ONNX export");
    }
    return new SavedFolder(root);
  }

  /** Returns the path of a file of a folder inside. */
  static String join(String folder, String name) {
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  /** Returns the folder's own path. */
  Path root() {
    return root;
  }

  /** Returns what a file is called in messages. */
  String place(String name) {
    return root.resolve(name).toString();
  }

  /** Notes what a file said. */
  void found(String file, String text) {
    findings.add(new Finding(file, text));
  }

  /** Returns what was noted so far, in its order. */
  List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** Returns whether there is something of that name. */
  boolean has(String name) {
    return Files.exists(root.resolve(name));
  }

  /**
   * Returns a file.
   *
   * @throws InvalidInputException when it is missing, or a link leads out of the folder
   */
  Path file(String name) throws IOException {
    ModelPaths.check(root, name, root.toString());
    return root.resolve(name);
  }

  /**
   * Reads a JSON file.
   *
   * @param name its path
   * @param lengthBytesMax the longest that is read, in bytes
   * @throws InvalidInputException when it is missing, too long or no JSON
   */
  JsonNode json(String name, int lengthBytesMax) throws IOException {
    String text = FileText.of(place(name), BoundedFile.readInput(file(name), lengthBytesMax));
    try {
      return JsonFile.tree(text, "content", "JSON");
    } catch (InvalidInputException malformed) {
      throw malformed.at(place(name));
    }
  }

  /** Reads a JSON file of settings, to be asked key by key. */
  ConfigKeys settings(String name) throws IOException {
    return new ConfigKeys(place(name), "", json(name, SETTINGS_BYTES_MAX));
  }

  /** Returns the ONNX files that lie in a folder inside, not below it, by name. */
  List<String> onnxFiles(String folder) throws IOException {
    Path directory = root.resolve(folder);
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> String.valueOf(entry.getFileName()))
          .filter(name -> name.endsWith(".onnx") && !name.startsWith("."))
          .sorted()
          .map(name -> join(folder, name))
          .toList();
    }
  }
}
