package io.siskin.server.write;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.Schema;
import io.siskin.server.filter.FilterEvaluator;
import io.siskin.server.filter.Selection;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import java.util.ArrayList;
import java.util.List;

/** Finds the ids of the documents that a filter admits, as the writer sees the collection. */
final class MatchingIds {
  private MatchingIds() {}

  /**
   * Returns the ids of the documents that a caller means.
   *
   * @param schema the declared fields
   * @param parts the parts of the collection
   * @param selector all documents, or those of a filter
   * @param tenant whose documents; empty for none
   * @param cancellation asked before each part
   * @throws io.siskin.index.error.InvalidInputException when the filter does not fit the schema
   */
  static List<String> of(
      Schema schema,
      List<Part> parts,
      Selector selector,
      String tenant,
      Cancellation cancellation) {
    Selection selection = selector.resolve(schema, tenant);
    List<String> ids = new ArrayList<>();
    for (Part part : parts) {
      cancellation.check();
      DocumentSet matching = part.live();
      if (!selection.isEverything()) {
        DocumentSet admitted =
            new FilterEvaluator(
                    part.documents().columns(), part.documentCount(), cancellation::check)
                .evaluate(selection);
        matching = admitted.and(matching);
      }
      for (int number = matching.next(0); number >= 0; number = matching.next(number + 1)) {
        ids.add(part.documents().id(number));
      }
    }
    return ids;
  }
}
