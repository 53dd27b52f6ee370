package io.siskin.server.encode.model;

import io.siskin.server.encode.Side;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The content of an {@code encoder.yaml}, see {@code docs/models.md}.
 *
 * @param family the family's name, for people
 * @param modelFile the ONNX file
 * @param externalData files in which the ONNX file keeps its weights
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

  /**
   * Returns the same with more files in which the graph keeps weights.
   *
   * @param found their paths; those that are listed already count once
   */
  ModelConfig withExternalData(Collection<String> found) {
    Set<String> all = new LinkedHashSet<>(externalData);
    all.addAll(found);
    return new ModelConfig(
        family,
        modelFile,
        List.copyOf(all),
        tokenizerFile,
        maxLength,
        output,
        queryPrompt,
        documentPrompt,
        poolPrompt,
        reading);
  }

  /** Returns whether the terms are whole words in lower case, not tokens of the vocabulary. */
  public boolean termsAreWords() {
    return reading instanceof Reading.TokenWeights weights && weights.unit() == Reading.Unit.WORDS;
  }

  /** Returns what is put before a text of a side. */
  String prompt(Side side) {
    return switch (side) {
      case QUERY -> queryPrompt;
      case DOCUMENT -> documentPrompt;
    };
  }
}
