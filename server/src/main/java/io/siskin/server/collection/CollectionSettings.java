package io.siskin.server.collection;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import io.siskin.server.encode.spec.ModelRef;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is chosen when a collection is made, and stays.
 *
 * @param schema the fields that filters can use
 * @param storage how its documents are stored
 * @param writes when its writes become durable and visible
 * @param defaultRecallTarget the recall target of a search that names neither mode nor target,
 *     above 0 to 1; null lets the size of the collection decide
 * @param statistics among which documents it is counted how frequent terms are; the documents of a
 *     tenant only where the schema has a tenant field
 * @param denseEncoders how texts become vectors of dense fields, by the name of the field; a field
 *     whose vectors come from callers is missing
 */
public record CollectionSettings(
    Schema schema,
    StorageOptions storage,
    WriteOptions writes,
    @Nullable Float defaultRecallTarget,
    StatisticsScope statistics,
    Map<String, DenseEncoderSpec> denseEncoders) {
  /** No declared fields, and the defaults of everything else. */
  public static final CollectionSettings DEFAULTS =
      new CollectionSettings(Schema.EMPTY, StorageOptions.DEFAULTS, WriteOptions.DEFAULTS, null);

  /**
   * Takes the statistics of the whole collection.
   *
   * @param schema see above
   * @param storage see above
   * @param writes see above
   * @param defaultRecallTarget see above
   */
  public CollectionSettings(
      Schema schema,
      StorageOptions storage,
      WriteOptions writes,
      @Nullable Float defaultRecallTarget) {
    this(schema, storage, writes, defaultRecallTarget, StatisticsScope.COLLECTION);
  }

  /**
   * Takes all dense vectors from callers.
   *
   * @param schema see above
   * @param storage see above
   * @param writes see above
   * @param defaultRecallTarget see above
   * @param statistics see above
   */
  public CollectionSettings(
      Schema schema,
      StorageOptions storage,
      WriteOptions writes,
      @Nullable Float defaultRecallTarget,
      StatisticsScope statistics) {
    this(schema, storage, writes, defaultRecallTarget, statistics, Map.of());
  }

  /**
   * Checks the range, that there are tenants where their statistics are wanted, and that encoders
   * fit their fields.
   */
  public CollectionSettings {
    denseEncoders = Collections.unmodifiableMap(new TreeMap<>(denseEncoders));
    if (defaultRecallTarget != null && !(defaultRecallTarget > 0 && defaultRecallTarget <= 1)) {
      throw new InvalidInputException(
          "default recall target", defaultRecallTarget, "above 0, at most 1");
    }
    statistics.checkFit(schema);
    denseEncoders.forEach(
        (name, encoder) -> {
          DenseFieldSpec field = schema.requireDense("encoder of a dense field", name);
          Ranges.check(
              "model dimensions of the dense field '" + name + "'",
              encoder.modelDimensions(),
              field.type().dimensions(),
              FormatV2.DENSE_DIMENSIONS_MAX);
        });
  }

  /** Returns whether the texts of documents are encoded for a dense field. */
  public boolean encodesDenseDocuments() {
    return denseEncoders.values().stream().anyMatch(encoder -> encoder.documents() != null);
  }

  /**
   * Returns the models that encode texts for dense fields and that must be stored in the data
   * directory, each once.
   */
  public List<ModelRef> denseModels() {
    return denseEncoders.values().stream()
        .flatMap(encoder -> encoder.models().stream())
        .distinct()
        .toList();
  }
}
