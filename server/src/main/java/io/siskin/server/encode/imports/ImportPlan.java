package io.siskin.server.encode.imports;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What an import is going to make, and why.
 *
 * @param findings what was read from which file, in the order of reading
 * @param models the model directories: one, or one for documents and one for queries
 * @param queryTokens whether queries are encoded by the weights of their tokens
 * @param termsMax how many terms of a vector are kept, the heaviest; 0 for all
 */
public record ImportPlan(
    List<Finding> findings, List<PlannedModel> models, boolean queryTokens, int termsMax) {
  /** Copies the lists. */
  public ImportPlan {
    findings = List.copyOf(findings);
    models = List.copyOf(models);
  }

  /**
   * Returns the options of {@code siskin index} that take what was made.
   *
   * @param output where it was made
   */
  public List<String> indexOptions(Path output) {
    List<String> options = new ArrayList<>();
    options.add("--document-model");
    options.add(models.getFirst().directory(output).toString());
    if (models.size() > 1) {
      options.add("--query-model");
      options.add(models.getLast().directory(output).toString());
    }
    if (queryTokens) {
      options.add("--query-tokens");
      options.add(models.getFirst().directory(output).resolve(StaticWeights.TABLE).toString());
    }
    if (termsMax > 0) {
      options.addAll(List.of("--document-terms-max", "" + termsMax));
      options.addAll(List.of("--query-terms-max", "" + termsMax));
    }
    return options;
  }
}
