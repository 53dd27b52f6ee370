package io.siskin.server.encode.model;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.remote.RemoteDescription;
import io.siskin.server.encode.remote.RemoteModel;
import io.siskin.server.encode.remote.RemoteOptions;
import io.siskin.server.encode.remote.RemoteTarget;
import io.siskin.server.encode.remote.RemoteVocabulary;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A folder that stands for a model which is served elsewhere: {@code remote.yaml} and the
 * vocabulary of its sparse vectors. Wherever a model directory may be named, it may.
 *
 * @param target where the model is
 * @param options how it is asked
 * @param vocabularyFile the name of the vocabulary's file in the folder
 * @param vocabularyIsTokenizer whether that file is a tokenizer too
 * @param vocabulary by number what the terms are called
 * @param files the files, with the folder's name and the model's fingerprint, for which the address
 *     does not count
 */
public record RemoteDirectory(
    RemoteTarget target,
    RemoteOptions options,
    String vocabularyFile,
    boolean vocabularyIsTokenizer,
    List<String> vocabulary,
    ModelFiles files) {
  private static final String FILE_NAME = "remote.yaml";
  private static final int TIMEOUT_MILLIS_MAX = 3_600_000;
  private static final int RETRIES_MAX = 10;
  private static final int LENGTH_MAX = 1 << 20;

  /** Copies the list. */
  public RemoteDirectory {
    vocabulary = List.copyOf(vocabulary);
  }

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
            file.toString(),
            "",
            EncoderYaml.tree(
                file.toString(), BoundedFile.readInput(file, EncoderYaml.LENGTH_BYTES_MAX)));
    int version = keys.integer("version", 0, 0, Integer.MAX_VALUE);
    if (version != EncoderYaml.VERSION) {
      throw keys.wrong("version", version == 0 ? "missing" : version, "" + EncoderYaml.VERSION);
    }
    RemoteTarget target = target(keys, file.toString());
    ConfigKeys prompts = keys.section("prompts");
    RemoteOptions defaults = RemoteOptions.DEFAULT;
    RemoteOptions options =
        new RemoteOptions(
            Duration.ofMillis(
                keys.integer(
                    "timeout_ms", (int) defaults.timeout().toMillis(), 1, TIMEOUT_MILLIS_MAX)),
            keys.integer("batch_texts", defaults.textCountMax(), 1, RemoteOptions.TEXT_COUNT_MAX),
            keys.integer("retries", defaults.retryCountMax(), 0, RETRIES_MAX),
            keys.integer("max_length", defaults.lengthTokensMax(), 1, LENGTH_MAX),
            prompts.text("query", ""),
            prompts.text("document", ""));
    String vocabularyFile = keys.fileName("vocabulary", null);
    prompts.finish();
    keys.finish();
    if (!Files.isRegularFile(directory.resolve(vocabularyFile))) {
      throw new InvalidInputException(
              "file " + vocabularyFile, "missing", "a file beside " + FILE_NAME)
          .at(file.toString());
    }
    byte[] content =
        BoundedFile.readInput(
            directory.resolve(vocabularyFile), ModelDirectory.TEXT_LENGTH_BYTES_MAX);
    List<String> vocabulary =
        RemoteVocabulary.read(directory.resolve(vocabularyFile).toString(), content);
    ModelRef ref =
        new ModelRef(
            ModelDirectory.nameOf(directory), RemoteModel.fingerprint(target, options, vocabulary));
    // What is asked comes last: a reader in between finds the vocabulary that it names.
    ModelFiles files = new ModelFiles(ref, directory, List.of(vocabularyFile, FILE_NAME), true);
    return new RemoteDirectory(
        target, options, vocabularyFile, RemoteVocabulary.isTokenizer(content), vocabulary, files);
  }

  private static RemoteTarget target(ConfigKeys keys, String file) {
    String address = keys.text("address", null);
    try {
      return switch (keys.choice("protocol", Protocol.values(), null)) {
        case EMBEDDINGS_INFERENCE ->
            new RemoteTarget.EmbeddingsInference(
                RemoteTarget.httpAddress(address),
                false,
                keys.text("model", ""),
                keys.text("model_version", ""));
        case KSERVE -> {
          URI uri = RemoteTarget.grpcAddress(address);
          yield new RemoteTarget.Kserve(
              uri.getHost(),
              uri.getPort(),
              keys.flag("tls", false),
              keys.text("model", null),
              keys.text("model_version", ""),
              keys.text("input", "text"),
              output(keys));
        }
      };
    } catch (InvalidInputException wrong) {
      throw wrong.place() == null ? wrong.at(file) : wrong;
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
   * Returns the same model elsewhere.
   *
   * @param address in the form of {@code remote.yaml}
   * @throws InvalidInputException when it is no address of the protocol
   */
  public RemoteDirectory at(String address) {
    return new RemoteDirectory(
        target.at(address), options, vocabularyFile, vocabularyIsTokenizer, vocabulary, files);
  }

  /** Opens the model. Nothing is sent yet. */
  public RemoteModel open() {
    return RemoteModel.open(target, options, vocabulary);
  }

  /**
   * Asks the model whether it is there, and whether it is the one that the folder describes.
   *
   * @param model the open model
   * @param timeout how long each answer may take
   * @throws InvalidInputException when it does not answer, is not ready, or is another one; names
   *     {@code remote.yaml} and the key
   */
  public RemoteDescription describe(RemoteModel model, Duration timeout) {
    if (!model.isReady(timeout)) {
      throw new InvalidInputException(
              "address", target.label() + ", which is not ready", "a server that serves the model")
          .at(configFile());
    }
    try {
      return model.describe(timeout);
    } catch (RemoteEncoderException failed) {
      throw explain(failed);
    } catch (InvalidInputException other) {
      throw other.at(configFile());
    }
  }

  /**
   * Returns a failure of the model as what is wrong with the folder.
   *
   * @param failed why there was no answer
   */
  public InvalidInputException explain(RemoteEncoderException failed) {
    String found = String.valueOf(failed.getMessage());
    return (switch (failed.reason()) {
          case UNAVAILABLE -> new InvalidInputException("address", found, "a server that answers");
          case DEADLINE_EXCEEDED ->
              new InvalidInputException("timeout_ms", found, "time enough for an answer");
          case REFUSED ->
              new InvalidInputException("request", found, "one that the server takes: see input");
          case MALFORMED ->
              new InvalidInputException(
                  "answer",
                  found,
                  "what output and vocabulary say: " + vocabulary.size() + " terms");
        })
        .at(configFile());
  }

  /** Returns the path of the file that describes the model. */
  public String configFile() {
    return files.directory().resolve(FILE_NAME).toString();
  }
}
