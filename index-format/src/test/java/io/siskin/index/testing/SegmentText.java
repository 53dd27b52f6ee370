package io.siskin.index.testing;

import io.siskin.index.segment.DocumentStore;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.IndexingOrder;
import io.siskin.index.segment.ResidualIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.SegmentStatistics;
import io.siskin.index.segment.TermDictionary;

/**
 * The whole content of a segment as text. A diff of two texts shows what changed. The text is read
 * through the accessors that searches use, so a damaged segment is really read.
 */
public final class SegmentText {
  private SegmentText() {}

  /** Returns the text. */
  public static String of(Segment segment) {
    StringBuilder text = new StringBuilder();
    SegmentStatistics statistics = segment.statistics();
    text.append("version ").append(segment.formatVersion()).append('\n');
    text.append("id ").append(segment.id()).append('\n');
    text.append(statistics).append('\n');
    text.append("options ").append(segment.buildOptions()).append('\n');
    text.append("fields ").append(segment.documents().fieldNames()).append('\n');
    terms(segment.terms(), text);
    documents(segment, text);
    order(segment.documents(), text);
    return text.toString();
  }

  private static void terms(TermDictionary terms, StringBuilder text) {
    text.append("\nterm  documents  name\n");
    for (int term = 0; term < terms.size(); term++) {
      String name = terms.name(term);
      text.append(term).append("  ").append(terms.documentFrequency(term)).append("  ");
      text.append(name).append('\n');
      int found =
          terms.hasTokens()
              ? terms.numberOfToken(name)
              : terms.numberOfTermId(Integer.parseUnsignedInt(name));
      if (found != term) {
        text.append("  but looked up it is ").append(found).append('\n');
      }
    }
  }

  private static void order(DocumentStore documents, StringBuilder text) {
    IndexingOrder order = documents.indexingOrder();
    if (order != null) {
      text.append("\nordinal  document\n");
      for (int ordinal = 0; ordinal < documents.documentCount(); ordinal++) {
        int document = order.documentNumber(ordinal);
        text.append(ordinal).append("  ").append(document).append('\n');
        if (order.ordinal(document) != ordinal) {
          text.append("  but its ordinal is ").append(order.ordinal(document)).append('\n');
        }
      }
    }
  }

  private static void documents(Segment segment, StringBuilder text) {
    DocumentStore documents = segment.documents();
    ForwardIndex forward = segment.forward();
    ResidualIndex residuals = segment.residuals();
    ForwardIndex.Cursor cursor = forward == null ? null : forward.cursor();
    text.append("\ndocument  id  scale  term:impact…  fields\n");
    try (DocumentStore.FieldReader fields = documents.openFields()) {
      for (int number = 0; number < documents.documentCount(); number++) {
        String id = documents.externalId(number);
        text.append(number).append("  ").append(id);
        if (cursor != null) {
          cursor.moveTo(number);
          text.append("  ").append(Float.toHexString(cursor.scale())).append(' ');
          for (int posting = 0; cursor.next(); posting++) {
            text.append(' ').append(cursor.termNumber()).append(':').append(cursor.impact());
            if (residuals != null) {
              text.append(String.format("%+d", residuals.residual(number, posting)));
            }
          }
        }
        text.append("  ").append(fields.fields(number, name -> true)).append('\n');
        int found = documents.documentNumber(id);
        if (found != number) {
          text.append("  but looked up it is ").append(found).append('\n');
        }
      }
    }
  }
}
