package io.siskin.server.encode.model;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import io.siskin.server.encode.Sha256;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;

/**
 * A folder with a model: {@code encoder.yaml} and the files that it names, read as far as is needed
 * to know which model it is.
 *
 * @param config what {@code encoder.yaml} says
 * @param files the files, with the model's name, which is the folder's, and its fingerprint
 */
public record ModelDirectory(ModelConfig config, ModelFiles files) {
  /** The longest tokenizer or vocabulary that is read, in bytes. */
  static final int TEXT_LENGTH_BYTES_MAX = 256 << 20;

  private static final int NAME_LENGTH_MAX = 64;
  private static final int BUFFER_BYTES = 1 << 16;

  /**
   * Reads a folder. Every byte of its files goes into the fingerprint, about a second a gigabyte.
   *
   * @param directory the folder
   * @throws InvalidInputException when there is no such folder, no {@code encoder.yaml} in it, a
   *     file that it names is missing, or it is malformed
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
    ModelConfig config =
        EncoderYaml.read(
            configFile.toString(), BoundedFile.readInput(configFile, EncoderYaml.LENGTH_BYTES_MAX));
    Set<String> names = names(config);
    for (String name : names) {
      if (!Files.isRegularFile(directory.resolve(name))) {
        throw new InvalidInputException(
                "file " + name, "missing", "a file beside " + EncoderYaml.FILE_NAME)
            .at(configFile.toString());
      }
    }
    ModelRef ref = new ModelRef(nameOf(directory), fingerprint(directory, names));
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

  /** Returns what a model is called: its folder's name. */
  static String nameOf(Path directory) throws IOException {
    String folder = String.valueOf(directory.toRealPath().getFileName());
    String clean = folder.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
    String name = clean.substring(0, Math.min(clean.length(), NAME_LENGTH_MAX));
    return name.isEmpty() ? "model" : name;
  }

  /** Returns the fingerprint of files in a folder. */
  static String fingerprint(Path directory, Set<String> names) throws IOException {
    MessageDigest all = Sha256.newDigest();
    for (String name : names) {
      MessageDigest one = Sha256.newDigest();
      byte[] buffer = new byte[BUFFER_BYTES];
      try (InputStream content = Files.newInputStream(directory.resolve(name))) {
        for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
          one.update(buffer, 0, read);
        }
      }
      String line = name + " " + HexFormat.of().formatHex(one.digest()) + "\n";
      all.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(all.digest());
  }
}
