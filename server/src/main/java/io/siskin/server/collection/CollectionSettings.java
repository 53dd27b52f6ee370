package io.siskin.server.collection;

import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
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
 */
public record CollectionSettings(
    Schema schema,
    StorageOptions storage,
    WriteOptions writes,
    @Nullable Float defaultRecallTarget,
    StatisticsScope statistics) {
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

  /** Checks the range, and that there are tenants where their statistics are wanted. */
  public CollectionSettings {
    if (defaultRecallTarget != null && !(defaultRecallTarget > 0 && defaultRecallTarget <= 1)) {
      throw new InvalidInputException(
          "default recall target", defaultRecallTarget, "above 0, at most 1");
    }
    statistics.checkFit(schema);
  }
}
