package io.siskin.server.rank.stage;

import io.siskin.index.document.FieldValue;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.search.SearchableSegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the texts of documents. Used by one thread and closed by it. */
final class DocumentTexts implements AutoCloseable {
  private final RankedScope scope;
  private final List<String> fields;
  private final SearchableSegment.@Nullable FieldReader[] readers;

  /**
   * The text of one field.
   *
   * @param field the name of the field
   * @param start where it begins in the joined text, in UTF-16 code units
   * @param text its text
   */
  record Part(String field, int start, String text) {}

  /**
   * The texts of several fields, joined by spaces.
   *
   * @param text the joined text
   * @param parts its parts, in their order
   */
  record Joined(String text, List<Part> parts) {
    /** Copies the list. */
    Joined {
      parts = List.copyOf(parts);
    }
  }

  /**
   * Prepares to read.
   *
   * @param scope has the documents
   * @param fields the names of the fields, in the order in which they are joined
   */
  DocumentTexts(RankedScope scope, List<String> fields) {
    this.scope = scope;
    this.fields = fields;
    this.readers = new SearchableSegment.@Nullable FieldReader[scope.scope().size()];
  }

  /**
   * Returns the texts of a document. A field that it lacks is left out.
   *
   * @param position its position in the order of indexing
   */
  Joined read(int position) {
    int number = scope.positions().documentNumber(position);
    int segment = scope.positions().segment(number);
    int document = number - scope.positions().base(segment);
    SearchableSegment.FieldReader reader = readers[segment];
    if (reader == null) {
      reader = scope.scope().segment(segment).openFields();
      readers[segment] = reader;
    }
    Map<String, String> texts = new HashMap<>(reader.fields(document, fields::contains));
    for (Map.Entry<String, FieldValue> declared :
        scope.columns().get(segment).values(document).entrySet()) {
      if (fields.contains(declared.getKey())) {
        texts.put(declared.getKey(), declared.getValue().toText());
      }
    }
    StringBuilder joined = new StringBuilder();
    List<Part> parts = new ArrayList<>(fields.size());
    for (String field : fields) {
      String text = texts.getOrDefault(field, "");
      if (!text.isEmpty()) {
        joined.append(joined.isEmpty() ? "" : " ");
        parts.add(new Part(field, joined.length(), text));
        joined.append(text);
      }
    }
    return new Joined(joined.toString(), parts);
  }

  @Override
  public void close() {
    for (SearchableSegment.FieldReader reader : readers) {
      if (reader != null) {
        reader.close();
      }
    }
  }
}
