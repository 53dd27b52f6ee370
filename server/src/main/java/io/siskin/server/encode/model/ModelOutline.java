package io.siskin.server.encode.model;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.onnx.OnnxSession;
import io.siskin.server.encode.onnx.TensorDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks that an open model takes and gives what its configuration says. */
final class ModelOutline {
  static final String IDS = "input_ids";
  static final String MASK = "attention_mask";
  static final String TYPES = "token_type_ids";

  private static final Set<String> KNOWN_INPUTS = Set.of(IDS, MASK, TYPES);

  private final String modelFile;
  private final String configFile;
  private final OnnxSession session;

  ModelOutline(String modelFile, String configFile, OnnxSession session) {
    this.modelFile = modelFile;
    this.configFile = configFile;
    this.session = session;
  }

  /** Returns the names of the inputs to give. */
  List<String> inputs() {
    List<String> names = new ArrayList<>();
    for (TensorDescription input : session.inputs()) {
      if (!KNOWN_INPUTS.contains(input.name())
          || !input.elementType().equals("INT64")
          || input.shape().size() != 2) {
        throw new InvalidInputException(
                "input",
                input,
                "input_ids, attention_mask and token_type_ids, each INT64 [batch, length]")
            .at(modelFile);
      }
      names.add(input.name());
    }
    if (!names.contains(IDS)) {
      throw new InvalidInputException("inputs", list(session.inputs()), "input_ids among them")
          .at(modelFile);
    }
    return List.copyOf(names);
  }

  /** Returns the output that the configuration names. */
  TensorDescription output(String name) {
    for (TensorDescription output : session.outputs()) {
      if (output.name().equals(name)) {
        if (!output.elementType().equals("FLOAT")) {
          throw new InvalidInputException(
                  "output", output, "FLOAT numbers: export with a cast to 32 bits")
              .at(modelFile);
        }
        return output;
      }
    }
    throw new InvalidInputException(
            "output.name", name, "one of the outputs of " + modelFile + ": " + names())
        .at(configFile);
  }

  /**
   * Checks how many dimensions the output has.
   *
   * @param output the output
   * @param expected the shape in words, its dimensions separated by commas
   */
  void checkRank(TensorDescription output, String expected) {
    if (output.shape().size() != expected.split(",").length) {
      throw new InvalidInputException("output", output, "the shape [" + expected + "]")
          .at(modelFile);
    }
  }

  /** Checks that the last dimension, where the model states it, is as long as the vocabulary. */
  void checkVocabulary(TensorDescription output, int size, Reading.Vocabulary vocabulary) {
    long stated = output.shape().getLast();
    if (stated >= 0 && stated != size) {
      String file = vocabulary.file() == null ? "the tokenizer" : vocabulary.file();
      String allowed = "one number per term of " + file + ", " + size;
      String remedy =
          stated > size
              ? "; with vocabulary.padding: " + (stated - size + vocabulary.padding()) + " they fit"
              : "";
      throw new InvalidInputException("output", output, allowed + remedy).at(modelFile);
    }
  }

  /** Returns how many numbers a dense model gives. */
  int denseSize(TensorDescription output, Reading.Dense reading) {
    long stated = output.shape().getLast();
    if (stated < 0 && reading.size() == 0) {
      throw new InvalidInputException(
              "output.size", "missing", "a number, since " + modelFile + " does not state it")
          .at(configFile);
    }
    if (stated >= 0 && reading.size() != 0 && stated != reading.size()) {
      throw new InvalidInputException("output.size", reading.size(), "" + stated).at(configFile);
    }
    int size = stated < 0 ? reading.size() : Math.toIntExact(stated);
    if (reading.dimensions() > size) {
      throw new InvalidInputException(
              "dimensions", reading.dimensions(), "at most what the model gives, " + size)
          .at(configFile);
    }
    return size;
  }

  private String names() {
    return session.outputs().stream()
        .map(TensorDescription::name)
        .collect(Collectors.joining(", "));
  }

  private static String list(List<TensorDescription> tensors) {
    return tensors.stream().map(TensorDescription::toString).collect(Collectors.joining("; "));
  }
}
