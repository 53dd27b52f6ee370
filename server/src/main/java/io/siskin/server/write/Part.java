package io.siskin.server.write;

import io.siskin.index.column.Column;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.document.Schema;
import io.siskin.server.collection.PartDocuments;
import io.siskin.server.collection.SnapshotPart;

/** One segment of a collection as its writer sees it. Used by the writer's thread. */
sealed interface Part extends AutoCloseable permits SealedPart, GrowingPart {
  /** Returns its documents, those that were added last included. */
  PartDocuments documents();

  /** Returns its documents that are not deleted. */
  DocumentSet live();

  /**
   * Deletes a document that is live.
   *
   * @param number its number
   */
  void delete(int number);

  /** Returns the part as it is now, for a snapshot, with a reference that the caller releases. */
  SnapshotPart snapshot();

  /** Gives back the reference to the segment. */
  @Override
  void close();

  /** Returns the number of documents, deleted ones included. */
  int documentCount();

  /**
   * Returns the number of the live document of an id, or {@link PartDocuments#ABSENT}.
   *
   * @param id the id
   */
  int find(String id);

  /**
   * Returns a document.
   *
   * @param number its number
   */
  default QuantizedDocument document(int number) {
    return documents().document(number);
  }

  /**
   * Returns whether a tenant may see a document.
   *
   * @param schema the declared fields
   * @param number the document's number
   * @param tenant the tenant; empty where there are none
   */
  default boolean isOf(Schema schema, int number, String tenant) {
    String field = schema.tenantField();
    if (field == null) {
      return true;
    }
    Column column = documents().columns().find(field);
    return column != null && new FieldValue.Text(tenant).equals(column.fieldValue(number));
  }
}
