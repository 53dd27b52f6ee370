package io.siskin.server.encode.model;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.onnx.graph.ExternalData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The files of a model's folder, by their paths relative to it, with {@code /} between the parts. A
 * model never names a file outside its folder: what is copied and hashed is all that it reads.
 */
public final class ModelPaths {
  private ModelPaths() {}

  /**
   * Tells whether a name in a configuration is the path of a file inside the folder.
   *
   * @param name the name
   */
  public static boolean isInside(String name) {
    for (String part : name.split("/", -1)) {
      if (part.isEmpty()
          || part.startsWith(".")
          || part.contains("\\")
          || part.chars().anyMatch(Character::isISOControl)) {
        return false;
      }
    }
    return isPath(name);
  }

  /** Not every text is a path: the file system may have no bytes for one of its characters. */
  private static boolean isPath(String name) {
    try {
      var _ = Path.of(name);
      return true;
    } catch (InvalidPathException notRepresentable) {
      return false;
    }
  }

  /**
   * Refuses a file that is missing, or that a link leads out of the folder.
   *
   * @param directory the folder
   * @param name the file's path
   * @param configFile what names it, for messages
   * @throws InvalidInputException when the file is missing or outside
   * @throws IOException when the file system fails
   */
  public static void check(Path directory, String name, String configFile) throws IOException {
    Path file = directory.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException("file " + name, "missing", "a file in " + directory)
          .at(configFile);
    }
    if (!file.toRealPath().startsWith(directory.toRealPath())) {
      throw new InvalidInputException(
              "file " + name,
              "a link to " + file.toRealPath(),
              "a file inside the model's folder: copy it there (cp -L follows links)")
          .at(configFile);
    }
  }

  /**
   * Returns the files in which a graph keeps weights, as paths relative to the model's folder.
   *
   * @param directory the model's folder
   * @param modelFile the graph's path in it
   * @throws InvalidInputException when the graph is no ONNX file, or names a file that is missing,
   *     too short or outside
   * @throws IOException when reading fails
   */
  public static Set<String> externalData(Path directory, String modelFile) throws IOException {
    Path model = directory.resolve(modelFile);
    List<ExternalData.Part> parts;
    try {
      parts = ExternalData.of(model);
    } catch (IOException malformed) {
      throw new InvalidInputException("model", "not an ONNX file", "an ONNX model")
          .at(model.toString());
    }
    Set<String> names = new TreeSet<>();
    for (ExternalData.Part part : parts) {
      String name = resolve(model, modelFile, part);
      if (names.add(name)) {
        check(directory, name, model.toString());
      }
      checkExtent(directory.resolve(name), model, part);
    }
    return names;
  }

  /** ONNX looks for a location beside the model's file. */
  private static String resolve(Path model, String modelFile, ExternalData.Part part) {
    List<String> parts = new ArrayList<>(List.of(modelFile.split("/")));
    parts.removeLast();
    for (String piece : part.location().split("/", -1)) {
      if (!piece.equals(".")) {
        parts.add(piece);
      }
    }
    String name = String.join("/", parts);
    if (!isInside(name)) {
      throw new InvalidInputException(
              "external data of tensor '" + part.tensor() + "'",
              part.location().isEmpty() ? "without a location" : part.location(),
              "a file beside the graph or in a folder below it")
          .at(model.toString());
    }
    return name;
  }

  private static void checkExtent(Path file, Path model, ExternalData.Part part)
      throws IOException {
    long size = Files.size(file);
    long offset = number(part.offset(), 0);
    long length = number(part.length(), offset < 0 ? 0 : size - offset);
    if (offset < 0 || length < 0 || offset > size || length > size - offset) {
      throw new InvalidInputException(
              "external data of tensor '" + part.tensor() + "'",
              "bytes from '" + part.offset() + "', as many as '" + part.length() + "'",
              "a part of " + file + ", which has " + size + " bytes")
          .at(model.toString());
    }
  }

  /** Returns a number in the form of ONNX; −1 when it is none. */
  private static long number(String text, long fallback) {
    if (text.isEmpty()) {
      return fallback;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException noNumber) {
      return -1;
    }
  }
}
