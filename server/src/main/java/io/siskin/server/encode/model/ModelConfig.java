package io.siskin.server.encode.model;

import io.siskin.server.encode.Side;
import java.util.List;

/**
 * The content of an {@code encoder.yaml}, see {@code docs/models.md}.
 *
 * @param family the family's name, for people
 * @param modelFile the ONNX file
 * @param externalData files that the ONNX file keeps its weights in
 * @param tokenizerFile the tokenizer
 * @param maxLength the most tokens of a text that are read, special ones and the prompt's counted
 * @param output the name of the output that is read
 * @param queryPrompt what is put before a query
 * @param documentPrompt what is put before a document
 * @param poolPrompt whether the prompt's positions count in the pooling
 * @param reading how the output becomes an encoding
 */
public record ModelConfig(
    String family,
    String modelFile,
    List<String> externalData,
    String tokenizerFile,
    int maxLength,
    String output,
    String queryPrompt,
    String documentPrompt,
    boolean poolPrompt,
    Reading reading) {
  /** Copies the list. */
  public ModelConfig {
    externalData = List.copyOf(externalData);
  }

  /** Returns whether the terms are whole words in lower case, not tokens of the vocabulary. */
  public boolean termsAreWords() {
    return reading instanceof Reading.TokenWeights(Reading.Unit unit, Activation _)
        && unit == Reading.Unit.WORDS;
  }

  /** Returns what is put before a text of a side. */
  String prompt(Side side) {
    return switch (side) {
      case QUERY -> queryPrompt;
      case DOCUMENT -> documentPrompt;
    };
  }
}
