package io.siskin.server.filter;

import io.siskin.index.column.Column;
import io.siskin.index.column.NumberColumn;
import io.siskin.index.column.TextColumn;
import io.siskin.index.document.DocumentSet;
import java.util.List;

/**
 * A condition together with the columns of one segment that it reads.
 *
 * <p>It can be asked for all documents at once, or for one after the other. Costs are rough numbers
 * of nanoseconds, good enough to choose between the two and to order conditions.
 */
sealed interface BoundCondition {
  /** After how many documents that are looked at one by one the checkpoint is called. */
  int CHECKPOINT_DOCUMENTS = 1 << 12;

  /** Returns what {@link #addTo} costs, about. */
  long scanCost();

  /** Returns what one call of {@link #matches} costs, about. */
  long testCost();

  /**
   * Adds the documents that the condition admits.
   *
   * @param target receives them; made for the documents of the segment
   * @param checkpoint called now and then; what it throws ends the evaluation
   */
  void addTo(DocumentSet.Builder target, Runnable checkpoint);

  /**
   * Returns whether the condition admits a document.
   *
   * @param document its number in the segment
   */
  boolean matches(int document);

  /**
   * Returns the documents that the condition admits.
   *
   * @param documentCount the number of documents of the segment
   * @param checkpoint called now and then; what it throws ends the evaluation
   */
  default DocumentSet evaluate(int documentCount, Runnable checkpoint) {
    DocumentSet.Builder target = DocumentSet.builder(documentCount);
    addTo(target, checkpoint);
    return target.build();
  }

  /**
   * All members hold.
   *
   * @param members the conditions, cheapest first
   * @param documentCount the number of documents of the segment
   */
  record All(List<BoundCondition> members, int documentCount) implements BoundCondition {
    @Override
    public long scanCost() {
      return members.stream().mapToLong(BoundCondition::scanCost).sum();
    }

    @Override
    public long testCost() {
      return members.stream().mapToLong(BoundCondition::testCost).sum();
    }

    @Override
    public void addTo(DocumentSet.Builder target, Runnable checkpoint) {
      target.addAll(evaluate(documentCount, checkpoint));
    }

    @Override
    public DocumentSet evaluate(int ignored, Runnable checkpoint) {
      DocumentSet admitted = DocumentSet.all(documentCount);
      for (BoundCondition member : members) {
        if (admitted.isEmpty()) {
          return admitted;
        }
        admitted =
            admitted.size() * member.testCost() < member.scanCost()
                ? tested(admitted, member, checkpoint)
                : admitted.and(member.evaluate(documentCount, checkpoint));
      }
      return admitted;
    }

    private static DocumentSet tested(
        DocumentSet candidates, BoundCondition member, Runnable checkpoint) {
      DocumentSet.Builder target = DocumentSet.builder(candidates.documentCount());
      int count = 0;
      for (int document = candidates.next(0);
          document != DocumentSet.NONE;
          document = candidates.next(document + 1)) {
        if (count++ % CHECKPOINT_DOCUMENTS == 0) {
          checkpoint.run();
        }
        if (member.matches(document)) {
          target.add(document);
        }
      }
      return target.build();
    }

    @Override
    public boolean matches(int document) {
      for (BoundCondition member : members) {
        if (!member.matches(document)) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * At least one member holds.
   *
   * @param members the conditions
   */
  record Any(List<BoundCondition> members) implements BoundCondition {
    @Override
    public long scanCost() {
      return members.stream().mapToLong(BoundCondition::scanCost).sum();
    }

    @Override
    public long testCost() {
      return members.stream().mapToLong(BoundCondition::testCost).sum();
    }

    @Override
    public void addTo(DocumentSet.Builder target, Runnable checkpoint) {
      members.forEach(member -> member.addTo(target, checkpoint));
    }

    @Override
    public boolean matches(int document) {
      for (BoundCondition member : members) {
        if (member.matches(document)) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * A condition does not hold.
   *
   * @param condition the condition
   * @param documentCount the number of documents of the segment
   */
  record Negation(BoundCondition condition, int documentCount) implements BoundCondition {
    @Override
    public long scanCost() {
      return condition.scanCost();
    }

    @Override
    public long testCost() {
      return condition.testCost();
    }

    @Override
    public void addTo(DocumentSet.Builder target, Runnable checkpoint) {
      target.addAll(evaluate(documentCount, checkpoint));
    }

    @Override
    public DocumentSet evaluate(int ignored, Runnable checkpoint) {
      return condition.evaluate(documentCount, checkpoint).complement();
    }

    @Override
    public boolean matches(int document) {
      return !condition.matches(document);
    }
  }

  /**
   * The document has a value.
   *
   * @param column the column of the field
   */
  record Present(Column column) implements BoundCondition {
    @Override
    public long scanCost() {
      return column.documentCount() / Long.SIZE;
    }

    @Override
    public long testCost() {
      return column instanceof NumberColumn ? 2 : 100;
    }

    @Override
    public void addTo(DocumentSet.Builder target, Runnable checkpoint) {
      checkpoint.run();
      column.addPresent(target);
    }

    @Override
    public boolean matches(int document) {
      return document < column.documentCount()
          && switch (column) {
            case NumberColumn numbers -> numbers.has(document);
            case TextColumn texts -> texts.fieldValue(document) != null;
          };
    }
  }

  /**
   * The value is a number, a flag or an instant that lies in one of several ranges.
   *
   * @param column the column of the field
   * @param ranges the ranges of order keys
   */
  record Keys(NumberColumn column, KeyRanges ranges) implements BoundCondition {
    /** With more ranges than this, each document is looked at once instead of once per range. */
    private static final int SCANNED_RANGES_MAX = 16;

    @Override
    public long scanCost() {
      return (long) column.documentCount() * Math.min(ranges.count(), SCANNED_RANGES_MAX + 1) / 2;
    }

    @Override
    public long testCost() {
      return 4L + Integer.SIZE - Integer.numberOfLeadingZeros(ranges.count());
    }

    @Override
    public void addTo(DocumentSet.Builder target, Runnable checkpoint) {
      if (ranges.count() > SCANNED_RANGES_MAX) {
        addOneByOne(target, checkpoint);
        return;
      }
      for (int range = 0; range < ranges.count(); range++) {
        checkpoint.run();
        column.addInRange(ranges.min(range), ranges.max(range), target);
      }
    }

    private void addOneByOne(DocumentSet.Builder target, Runnable checkpoint) {
      int documents = column.documentCount();
      for (int document = 0; document < documents; document++) {
        if (document % CHECKPOINT_DOCUMENTS == 0) {
          checkpoint.run();
        }
        if (column.has(document) && ranges.contains(column.value(document))) {
          target.add(document);
        }
      }
    }

    @Override
    public boolean matches(int document) {
      return document < column.documentCount()
          && column.has(document)
          && ranges.contains(column.value(document));
    }
  }

  /**
   * The value has a text that lies in one of several ranges.
   *
   * @param column the column of the field
   * @param ranges the ranges of texts
   */
  record Texts(TextColumn column, TextRanges ranges) implements BoundCondition {
    private static final int CHECKPOINT_RANGES = 64;

    @Override
    public long scanCost() {
      return ranges.ranges().size() * (1_000L + column.documentCount() / Long.SIZE);
    }

    @Override
    public long testCost() {
      return 300;
    }

    @Override
    public void addTo(DocumentSet.Builder target, Runnable checkpoint) {
      int count = 0;
      for (TextRanges.Range range : ranges.ranges()) {
        if (count++ % CHECKPOINT_RANGES == 0) {
          checkpoint.run();
        }
        column.addInRange(range.from(), range.to(), target);
      }
    }

    @Override
    public boolean matches(int document) {
      if (document < column.documentCount()) {
        for (String text : column.values(document)) {
          if (ranges.contains(text)) {
            return true;
          }
        }
      }
      return false;
    }
  }
}
