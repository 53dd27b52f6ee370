package io.siskin.server.encode.factory;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The models that encode texts for the dense fields of one collection, each opened once.
 *
 * <p>Safe for concurrent use. Closed by its owner after the last call.
 */
public final class DenseEncoders implements AutoCloseable {
  private final Map<String, DenseModelSide> documents = new LinkedHashMap<>();
  private final Map<String, DenseModelSide> queries = new LinkedHashMap<>();
  private final Map<ModelRef, TextModel> opened = new LinkedHashMap<>();

  private DenseEncoders() {}

  /**
   * Opens the models of a collection's dense fields.
   *
   * @param specs how the fields encode, by name; a field that does not is missing
   * @param fields the dense fields
   * @param models opens the models
   * @throws InvalidInputException when a model gives sparse vectors, or other dimensions
   * @throws IOException when a model is missing, damaged or cannot be read
   */
  public static DenseEncoders open(
      Map<String, DenseEncoderSpec> specs, List<DenseFieldSpec> fields, ModelSource models)
      throws IOException {
    DenseEncoders encoders = new DenseEncoders();
    boolean done = false;
    try {
      for (DenseFieldSpec field : fields) {
        DenseEncoderSpec spec = specs.get(field.name());
        if (spec != null) {
          encoders.open(field, spec, models);
        }
      }
      done = true;
      return encoders;
    } finally {
      if (!done) {
        encoders.close();
      }
    }
  }

  private void open(DenseFieldSpec field, DenseEncoderSpec spec, ModelSource models)
      throws IOException {
    if (spec.documents() != null) {
      documents.put(field.name(), side(field, spec, spec.documents(), Side.DOCUMENT, models));
    }
    if (spec.queries() != null) {
      queries.put(field.name(), side(field, spec, spec.queries(), Side.QUERY, models));
    }
  }

  private DenseModelSide side(
      DenseFieldSpec field,
      DenseEncoderSpec spec,
      DenseEncoderSpec.Model by,
      Side side,
      ModelSource models)
      throws IOException {
    TextModel model = opened.get(by.ref());
    if (model == null) {
      model = models.open(by.ref());
      opened.put(by.ref(), model);
    }
    int given = model.denseDimensions();
    if (given == TextModel.SPARSE) {
      throw new InvalidInputException(
          "model of dense field '" + field.name() + "'",
          by.ref().name(),
          "one that gives dense vectors");
    }
    if (given != TextModel.UNKNOWN_DIMENSIONS && given != spec.modelDimensions()) {
      throw DenseModelSide.wrongDimensions(field.name(), given, spec.modelDimensions());
    }
    return new DenseModelSide(
        field.name(), model, side, by.prefix(), spec.modelDimensions(), field.type().dimensions());
  }

  /**
   * Returns what encodes documents for a field; null where they bring their vectors.
   *
   * @param field the name of the field
   */
  public @Nullable DenseModelSide documents(String field) {
    return documents.get(field);
  }

  /** Returns what encodes documents, for each field that has such a model. */
  public List<DenseModelSide> documents() {
    return List.copyOf(documents.values());
  }

  /**
   * Returns what encodes queries for a field; null where they come as vectors.
   *
   * @param field the name of the field
   */
  public @Nullable DenseModelSide queries(String field) {
    return queries.get(field);
  }

  @Override
  public void close() {
    new ArrayList<>(opened.values()).reversed().forEach(TextModel::close);
  }
}
