package io.siskin.server.encode.model;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.ModelFiles;
import io.siskin.server.encode.ModelRef;
import io.siskin.server.encode.remote.RemoteModel;
import io.siskin.server.encode.remote.RemoteOptions;
import io.siskin.server.encode.remote.RemoteTarget;
import io.siskin.server.encode.remote.RemoteVocabulary;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/**
 * A folder that stands for a model which is served elsewhere: {@code remote.yaml} and the
 * vocabulary of its sparse vectors. Wherever a model directory may be named, it may.
 *
 * @param target where the model is
 * @param options how it is asked
 * @param vocabularyFile the name of the vocabulary's file in the folder
 * @param files the files, with the folder's name and fingerprint
 */
public record RemoteDirectory(
    RemoteTarget target, RemoteOptions options, String vocabularyFile, ModelFiles files) {
  private static final String FILE_NAME = "remote.yaml";
  private static final int TIMEOUT_MILLIS_MAX = 3_600_000;
  private static final int RETRIES_MAX = 10;
  private static final int LENGTH_MAX = 1 << 20;
  private static final int PORT_MAX = 65_535;

  /** How an encoder is asked. */
  private enum Protocol {
    KSERVE,
    EMBEDDINGS_INFERENCE
  }

  /**
   * Returns whether a folder stands for a remote model.
   *
   * @param directory the folder
   */
  public static boolean is(Path directory) {
    return Files.isRegularFile(directory.resolve(FILE_NAME));
  }

  /**
   * Reads a folder.
   *
   * @param directory the folder
   * @throws InvalidInputException when a file is missing or malformed, with the key
   * @throws IOException when reading fails
   */
  public static RemoteDirectory read(Path directory) throws IOException {
    Path file = directory.resolve(FILE_NAME);
    ConfigKeys keys =
        new ConfigKeys(
            file.toString(), "", EncoderYaml.tree(file.toString(), Files.readAllBytes(file)));
    int version = keys.integer("version", 0, 0, Integer.MAX_VALUE);
    if (version != EncoderYaml.VERSION) {
      throw keys.wrong("version", version == 0 ? "missing" : version, "" + EncoderYaml.VERSION);
    }
    RemoteTarget target = target(keys);
    ConfigKeys prompts = keys.section("prompts");
    RemoteOptions defaults = RemoteOptions.DEFAULT;
    RemoteOptions options =
        new RemoteOptions(
            Duration.ofMillis(
                keys.integer(
                    "timeout_ms", (int) defaults.timeout().toMillis(), 1, TIMEOUT_MILLIS_MAX)),
            keys.integer("retries", defaults.retryCountMax(), 0, RETRIES_MAX),
            keys.integer("max_length", defaults.lengthTokensMax(), 1, LENGTH_MAX),
            prompts.text("query", ""),
            prompts.text("document", ""));
    String vocabulary = keys.fileName("vocabulary", null);
    prompts.finish();
    keys.finish();
    if (!Files.isRegularFile(directory.resolve(vocabulary))) {
      throw new InvalidInputException("file " + vocabulary, "missing", "a file beside " + FILE_NAME)
          .at(file.toString());
    }
    Set<String> names = new TreeSet<>(Set.of(FILE_NAME, vocabulary));
    ModelRef ref =
        new ModelRef(
            ModelDirectory.nameOf(directory), ModelDirectory.fingerprint(directory, names));
    ModelFiles files = new ModelFiles(ref, directory, names.stream().toList());
    return new RemoteDirectory(target, options, vocabulary, files);
  }

  private static RemoteTarget target(ConfigKeys keys) {
    return switch (keys.choice("protocol", Protocol.values(), null)) {
      case EMBEDDINGS_INFERENCE ->
          new RemoteTarget.EmbeddingsInference(address(keys, keys.text("address", null)), false);
      case KSERVE -> {
        URI address = address(keys, "grpc://" + keys.text("address", null));
        if (address.getHost() == null || address.getPort() < 1 || address.getPort() > PORT_MAX) {
          throw keys.wrong("address", address, "HOST:PORT");
        }
        yield new RemoteTarget.Kserve(
            address.getHost(),
            address.getPort(),
            keys.flag("tls", false),
            keys.text("model", null),
            keys.text("model_version", ""),
            keys.text("input", "text"),
            output(keys));
      }
    };
  }

  private static URI address(ConfigKeys keys, String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException malformed) {
      throw keys.wrong("address", text, "an address");
    }
  }

  /** One tensor over the vocabulary, or one of terms and one of weights. */
  private static RemoteTarget.Output output(ConfigKeys keys) {
    ConfigKeys output = keys.section("output");
    String all = output.text("sparse", "");
    RemoteTarget.Output found =
        all.isEmpty()
            ? new RemoteTarget.Output.Sparse(
                output.text("terms", null), output.text("weights", null))
            : new RemoteTarget.Output.Weights(all);
    output.finish();
    return found;
  }

  /**
   * Opens the model. Nothing is sent yet.
   *
   * @throws InvalidInputException when the vocabulary is malformed
   * @throws IOException when it cannot be read
   */
  public RemoteModel open() throws IOException {
    Path file = files.directory().resolve(vocabularyFile);
    return RemoteModel.open(
        target, options, RemoteVocabulary.read(file.toString(), Files.readAllBytes(file)));
  }
}
