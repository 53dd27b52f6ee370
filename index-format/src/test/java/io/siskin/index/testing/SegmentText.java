package io.siskin.index.testing;

import io.siskin.index.column.Column;
import io.siskin.index.column.NumberColumn;
import io.siskin.index.column.TextColumn;
import io.siskin.index.dense.DenseField;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.KeyedVector;
import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.kernel.DenseKernel;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.DocumentPositions;
import io.siskin.index.segment.DocumentStore;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.FrequencyIndex;
import io.siskin.index.segment.IndexingOrder;
import io.siskin.index.segment.NeighbourGraph;
import io.siskin.index.segment.ResidualIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.SegmentStatistics;
import io.siskin.index.segment.TermDictionary;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The whole content of a segment as text. A diff of two texts shows what changed. The text is read
 * through the accessors that searches use, so a damaged segment is really read.
 */
public final class SegmentText {
  private static final SparseVector SLICED =
      TokenVector.of(new String[] {"t1", "t2", "t3", "rare"}, new float[] {1, .5f, .25f, 2});

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
    positions(segment, text);
    columns(segment, text);
    dense(segment, text);
    graphs(segment, text);
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

  private static void positions(Segment segment, StringBuilder text) {
    DocumentPositions positions = segment.positions();
    if (positions == null) {
      return;
    }
    text.append("\ndocument  position  length\n");
    for (int document = 0; document < positions.documentCount(); document++) {
      text.append(document).append("  ").append(positions.position(document)).append("  ");
      text.append(positions.length(document)).append('\n');
    }
  }

  private static void columns(Segment segment, StringBuilder text) {
    Map<String, Column> columns = segment.columns().byName();
    if (columns.isEmpty()) {
      return;
    }
    text.append("\ncolumns");
    columns.forEach(
        (name, column) -> text.append("  ").append(name).append(':').append(column.type().word()));
    text.append('\n');
    int documents = segment.statistics().documentCount();
    for (int document = 0; document < documents; document++) {
      text.append(document).append("  ").append(segment.columns().values(document)).append('\n');
    }
    columns.forEach(
        (name, column) -> {
          text.append(name).append(" present ").append(set(documents, column::addPresent));
          text.append(" half ").append(set(documents, target -> addHalf(column, target)));
          text.append('\n');
        });
  }

  private static void dense(Segment segment, StringBuilder text) {
    segment
        .dense()
        .byName()
        .forEach(
            (name, field) -> {
              text.append("\ndense ").append(name).append(": ").append(field.type());
              text.append(", largest norm ").append(Float.toHexString(field.normMax()));
              text.append('\n');
              DenseFieldSpec spec = new DenseFieldSpec(name, field.type(), 1);
              int documents = segment.statistics().documentCount();
              for (int document = 0; document < documents; document++) {
                DenseVectors vectors = field.vectors(document);
                text.append(document).append("  score ").append(score(spec, field, document));
                for (int i = 0; vectors != null && i < vectors.count(); i++) {
                  text.append("  ");
                  if (field.type().hasKeys()) {
                    text.append(Integer.toUnsignedString(vectors.key(i))).append(':');
                  }
                  text.append(Arrays.toString(vectors.toFloats(i)));
                }
                text.append('\n');
              }
            });
  }

  private static void graphs(Segment segment, StringBuilder text) {
    for (NeighbourGraph graph : segment.graphs()) {
      text.append("\nneighbours of ").append(graph.field().name());
      text.append(": ").append(graph.neighbours()).append(", width ").append(graph.buildWidth());
      text.append(", entry ").append(graph.entryRow()).append('\n');
      for (int level = graph.levelCount() - 1; level >= 0; level--) {
        text.append("level ").append(level).append('\n');
        int[] neighbours = new int[graph.width(level)];
        for (int place = 0; place < graph.rowCount(level); place++) {
          graph.neighbours(level, place, neighbours);
          int row = level == 0 ? place : graph.row(level, place);
          text.append(row).append("  document ").append(graph.document(row)).append(' ');
          for (int neighbour : neighbours) {
            text.append(neighbour < 0 ? "" : " " + neighbour);
          }
          text.append('\n');
        }
      }
    }
  }

  private static Object score(DenseFieldSpec spec, DenseField field, int document) {
    return switch (spec.type().storage()) {
      case TERMS -> {
        int[] ids = new int[40];
        float[] weights = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
          ids[i] = i;
          weights[i] = 1f / (i + 1);
        }
        List<SparseVector> query = List.of(TermIdVector.of(ids, weights), SLICED);
        yield field.vectorCount(document) == 0
            ? Float.NEGATIVE_INFINITY
            : (Object) field.maxSim(MaxSimQuery.ofTerms(spec, query), document);
      }
      case KEYED_F32, KEYED_F16 -> {
        List<KeyedVector> query = new ArrayList<>();
        for (int key = -1; key < 8; key++) {
          float[] values = new float[spec.type().dimensions()];
          for (int i = 0; i < values.length; i++) {
            values[i] = key / (i + 2f) + 0.25f;
          }
          query.add(new KeyedVector(key, values));
        }
        yield field.vectorCount(document) == 0
            ? Float.NEGATIVE_INFINITY
            : (Object) field.maxSim(MaxSimQuery.ofKeyed(spec, query), document);
      }
      case SLICES, HASHED -> {
        DenseKernel kernel = KernelProvider.current().newDenseKernel();
        yield field.score(DenseQuery.ofSparse(spec, SLICED, kernel), document);
      }
      default -> {
        float[] values = new float[spec.type().dimensions()];
        for (int i = 0; i < values.length; i++) {
          values[i] = 1f / (i + 1);
        }
        yield field.score(DenseQuery.of(spec, values), document);
      }
    };
  }

  /** Adds the documents whose values are not above some value in the middle. */
  private static void addHalf(Column column, DocumentSet.Builder target) {
    switch (column) {
      case NumberColumn numbers -> numbers.addInRange(Long.MIN_VALUE, middle(numbers), target);
      case TextColumn texts -> texts.addInRange(new byte[0], new byte[] {'m'}, target);
    }
  }

  private static long middle(NumberColumn column) {
    return column.documentCount() == 0 ? 0 : column.value(column.documentCount() / 2);
  }

  private static List<Integer> set(int documentCount, Consumer<DocumentSet.Builder> adding) {
    DocumentSet.Builder builder = DocumentSet.builder(documentCount);
    adding.accept(builder);
    DocumentSet set = builder.build();
    List<Integer> members = new ArrayList<>();
    for (int at = set.next(0); at != DocumentSet.NONE; at = set.next(at + 1)) {
      members.add(at);
    }
    return members;
  }

  private static void documents(Segment segment, StringBuilder text) {
    DocumentStore documents = segment.documents();
    ForwardIndex forward = segment.forward();
    ResidualIndex residuals = segment.residuals();
    FrequencyIndex frequencies = segment.frequencies();
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
            if (frequencies != null) {
              text.append('*').append(frequencies.frequency(number, posting));
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
