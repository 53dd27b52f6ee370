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
 */
public record CollectionSettings(
    Schema schema,
    StorageOptions storage,
    WriteOptions writes,
    @Nullable Float defaultRecallTarget) {
  /** No declared fields, and the defaults of everything else. */
  public static final CollectionSettings DEFAULTS =
      new CollectionSettings(Schema.EMPTY, StorageOptions.DEFAULTS, WriteOptions.DEFAULTS, null);

  /** Checks the range. */
  public CollectionSettings {
    if (defaultRecallTarget != null && !(defaultRecallTarget > 0 && defaultRecallTarget <= 1)) {
      throw new InvalidInputException(
          "default recall target", defaultRecallTarget, "above 0, at most 1");
    }
  }
}
