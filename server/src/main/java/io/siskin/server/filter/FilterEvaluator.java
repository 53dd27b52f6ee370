package io.siskin.server.filter;

import io.siskin.index.column.Column;
import io.siskin.index.column.Columns;
import io.siskin.index.column.NumberColumn;
import io.siskin.index.column.TextColumn;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldValue;
import io.siskin.server.filter.Filter.AllOf;
import io.siskin.server.filter.Filter.AnyOf;
import io.siskin.server.filter.Filter.Bound;
import io.siskin.server.filter.Filter.Exists;
import io.siskin.server.filter.Filter.In;
import io.siskin.server.filter.Filter.InRange;
import io.siskin.server.filter.Filter.Not;
import io.siskin.server.filter.Filter.OfField;
import io.siskin.server.filter.Filter.Prefix;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the documents of one segment that a selection holds, dead ones included.
 *
 * <p>Conjunctions begin with their cheapest condition and end when no document is left. When few
 * are left, the next condition is tried on these one by one.
 *
 * <p>Used by one thread. The caller holds a reference to the segment meanwhile.
 */
public final class FilterEvaluator {
  private final Columns columns;
  private final int documentCount;
  private final Runnable checkpoint;

  /**
   * Reads the columns of a segment.
   *
   * @param columns the declared fields of the segment. A field without a column has no value in any
   *     document, and neither has a column in documents beyond its end
   * @param documentCount the number of documents of the segment; no column has more
   * @param checkpoint called about once a millisecond of work or more often; what it throws ends
   *     the evaluation. It is how a request is cancelled
   */
  public FilterEvaluator(Columns columns, int documentCount, Runnable checkpoint) {
    this.columns = columns;
    this.documentCount = documentCount;
    this.checkpoint = checkpoint;
  }

  /**
   * Returns the documents of the segment that a selection holds.
   *
   * @param selection fits the schema that the columns were made by
   * @throws IllegalArgumentException when the columns are not those of the schema or the segment
   */
  public DocumentSet evaluate(Selection selection) {
    return bind(selection.filter()).evaluate(documentCount, checkpoint);
  }

  /**
   * Returns whether a selection holds one document.
   *
   * @param selection fits the schema that the columns were made by
   * @param document its number, 0 to the number of documents − 1
   */
  public boolean admits(Selection selection, int document) {
    return bind(selection.filter()).matches(document);
  }

  /**
   * Returns the documents that a selection holds in a segment that has grown. If there are few new
   * documents, it looks at these only.
   *
   * @param selection fits the schema that the columns were made by
   * @param before what the selection held when the segment had fewer documents
   */
  public DocumentSet extend(Selection selection, DocumentSet before) {
    BoundCondition condition = bind(selection.filter());
    long added = (long) documentCount - before.documentCount();
    if (added * condition.testCost() > condition.scanCost()) {
      return condition.evaluate(documentCount, checkpoint);
    }
    DocumentSet.Builder target = before.toBuilder().extendTo(documentCount);
    for (int document = before.documentCount(); document < documentCount; document++) {
      if (document % BoundCondition.CHECKPOINT_DOCUMENTS == 0) {
        checkpoint.run();
      }
      if (!condition.matches(document)) {
        target.remove(document);
      }
    }
    return target.build();
  }

  private BoundCondition bind(Filter filter) {
    return switch (filter) {
      case AllOf(List<Filter> filters) ->
          new BoundCondition.All(
              filters.stream()
                  .map(this::bind)
                  .sorted(Comparator.comparingLong(BoundCondition::scanCost))
                  .toList(),
              documentCount);
      case AnyOf(List<Filter> filters) ->
          new BoundCondition.Any(filters.stream().map(this::bind).toList());
      case Not(Filter inside) -> new BoundCondition.Negation(bind(inside), documentCount);
      case OfField condition -> bindCondition(condition);
    };
  }

  private BoundCondition bindCondition(OfField condition) {
    Column found = columns.find(condition.field());
    if (found != null && found.documentCount() > documentCount) {
      throw new IllegalArgumentException(
          "the column of field '"
              + condition.field()
              + "' has "
              + found.documentCount()
              + " documents; the segment has "
              + documentCount);
    }
    return switch (found) {
      case null -> new BoundCondition.Any(List.of());
      case Column column when condition instanceof Exists -> new BoundCondition.Present(column);
      case NumberColumn numbers -> new BoundCondition.Keys(numbers, keyRanges(condition));
      case TextColumn texts -> new BoundCondition.Texts(texts, textRanges(condition));
    };
  }

  private static KeyRanges keyRanges(OfField condition) {
    return switch (condition) {
      case In(_, List<FieldValue> values) -> KeyRanges.ofValues(values);
      case InRange(_, Bound lower, Bound upper) -> KeyRanges.between(lower, upper);
      case Exists _, Prefix _ -> throw unfit(condition);
    };
  }

  private static TextRanges textRanges(OfField condition) {
    return switch (condition) {
      case In(_, List<FieldValue> values) -> TextRanges.ofValues(values);
      case InRange(_, Bound lower, Bound upper) -> TextRanges.between(lower, upper);
      case Prefix(_, String prefix) -> TextRanges.startingWith(prefix);
      case Exists _ -> throw unfit(condition);
    };
  }

  private static IllegalArgumentException unfit(OfField condition) {
    return new IllegalArgumentException("the column does not fit " + condition.toText());
  }
}
