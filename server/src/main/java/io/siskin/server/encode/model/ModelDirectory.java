package io.siskin.server.encode.model;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * A folder with a model: {@code encoder.yaml}, the files that it names, and the files that the
 * graph names. They are read as far as is needed to know which model it is.
 *
 * @param config what {@code encoder.yaml} says, with all files in which the graph keeps weights
 * @param files the files, with the model's name, which is the folder's, and its fingerprint
 */
public record ModelDirectory(ModelConfig config, ModelFiles files) {
  /** The longest tokenizer or vocabulary that is read, in bytes. */
  public static final int TEXT_LENGTH_BYTES_MAX = 256 << 20;

  private static final int NAME_LENGTH_MAX = 64;

  /**
   * Reads a folder. Every byte of its files goes into the fingerprint, about a second per gigabyte.
   *
   * @param directory the folder
   * @throws InvalidInputException when there is no such folder, no {@code encoder.yaml} in it, a
   *     file that it or the graph names is missing or outside the folder, or it is malformed
   * @throws IOException when reading fails
   */
  public static ModelDirectory read(Path directory) throws IOException {
    Path configFile = directory.resolve(EncoderYaml.FILE_NAME);
    if (!Files.isRegularFile(configFile)) {
      throw new InvalidInputException(
          "model directory",
          directory,
          "a folder with "
              + EncoderYaml.FILE_NAME
              + ", an ONNX model and its tokenizer.json, or with remote.yaml");
    }
    ModelConfig written =
        EncoderYaml.read(
            configFile.toString(), BoundedFile.readInput(configFile, EncoderYaml.LENGTH_BYTES_MAX));
    for (String name : names(written)) {
      ModelPaths.check(directory, name, configFile.toString());
    }
    ModelConfig config =
        written.withExternalData(ModelPaths.externalData(directory, written.modelFile()));
    Set<String> names = names(config);
    ModelRef ref = new ModelRef(nameOf(directory), ModelFiles.fingerprint(directory, names));
    return new ModelDirectory(config, new ModelFiles(ref, directory, names.stream().toList()));
  }

  /**
   * Reads a folder as far as is needed to know which model it stands for, whether it runs here or
   * is served elsewhere.
   *
   * @param directory the folder
   * @throws InvalidInputException when it is no such folder, or is malformed
   * @throws IOException when reading fails
   */
  public static ModelFiles filesOf(Path directory) throws IOException {
    return RemoteDirectory.is(directory)
        ? RemoteDirectory.read(directory).files()
        : read(directory).files();
  }

  private static Set<String> names(ModelConfig config) {
    Set<String> names = new TreeSet<>(config.externalData());
    names.add(EncoderYaml.FILE_NAME);
    names.add(config.modelFile());
    names.add(config.tokenizerFile());
    if (config.reading() instanceof Reading.Terms terms && terms.vocabulary().file() != null) {
      names.add(terms.vocabulary().file());
    }
    return names;
  }

  /**
   * Returns what a model is called: its folder's name, with a dash for each character that a name
   * may not have.
   *
   * @param directory the folder, which exists
   * @throws IOException when it cannot be found
   */
  public static String nameOf(Path directory) throws IOException {
    String folder = String.valueOf(directory.toRealPath().getFileName());
    String clean = folder.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
    String name = clean.substring(0, Math.min(clean.length(), NAME_LENGTH_MAX));
    return name.isEmpty() ? "model" : name;
  }
}
