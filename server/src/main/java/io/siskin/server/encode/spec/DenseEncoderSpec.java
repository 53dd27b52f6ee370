package io.siskin.server.encode.spec;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.FormatV2;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How text becomes vectors of one dense field. Stored with the settings of the collection, so that
 * queries are always encoded as the documents were.
 *
 * @param documents what encodes the text of documents; null where they bring their vectors
 * @param queries what encodes the text of queries; null where they come as vectors
 * @param modelDimensions how many numbers the models give for a text, 1 to 4,096. Where the field
 *     has fewer dimensions, the first numbers are kept, as models that are trained for it allow
 *     (Kusupati et al., "Matryoshka Representation Learning", NeurIPS 2022)
 */
public record DenseEncoderSpec(
    @Nullable Model documents, @Nullable Model queries, int modelDimensions) {
  /** The longest prefix, in UTF-16 code units. */
  public static final int PREFIX_LENGTH_MAX = 1_024;

  /**
   * A model, and what is put before each text.
   *
   * @param ref the model
   * @param prefix what is put before each text, behind the prompt that the model has of its own; at
   *     most {@link #PREFIX_LENGTH_MAX} code units, empty for nothing
   */
  public record Model(ModelRef ref, String prefix) {
    /** Checks the length. */
    public Model {
      if (prefix.length() > PREFIX_LENGTH_MAX) {
        throw new InvalidInputException(
            "prefix", prefix.length() + " characters", "at most " + PREFIX_LENGTH_MAX);
      }
    }
  }

  /** Checks the range, and that there is a model. */
  public DenseEncoderSpec {
    Ranges.check("model dimensions", modelDimensions, 1, FormatV2.DENSE_DIMENSIONS_MAX);
    if (documents == null && queries == null) {
      throw new InvalidInputException(
          "encoder of a dense field", "without a model", "a model of documents or of queries");
    }
  }

  /** Returns the models that must be stored in the data directory, each once. */
  public List<ModelRef> models() {
    List<ModelRef> all = new ArrayList<>();
    if (documents != null) {
      all.add(documents.ref());
    }
    if (queries != null && !all.contains(queries.ref())) {
      all.add(queries.ref());
    }
    return List.copyOf(all);
  }
}
