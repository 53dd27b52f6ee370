package io.siskin.index.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.testing.HeapSize;
import io.siskin.index.testing.RandomFields;
import io.siskin.index.testing.Seeds;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** {@code ColumnTest} compares what growing columns find with the values themselves. */
final class GrowingColumnsTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of(new Schema.Field("n", FieldType.INT64), new Schema.Field("t", FieldType.STRING)),
          null);

  @Test
  void readersSeeWholeDocumentsWhileOthersAreAdded() throws Exception {
    int documents = 20_000;
    GrowingColumns columns = new GrowingColumns(SCHEMA, documents);
    AtomicInteger published = new AtomicInteger();
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Future<?> writer =
          executor.submit(
              () -> {
                for (int i = 0; i < documents; i++) {
                  columns.add(fields(i));
                  published.set(i + 1);
                }
              });
      int seen = 0;
      while (seen < documents) {
        seen = published.get();
        Columns view = columns.view(seen);
        if (seen > 0) {
          assertThat(view.values(seen - 1)).isEqualTo(fields(seen - 1));
          assertThat(view.values(seen / 2)).isEqualTo(fields(seen / 2));
        }
        for (Column column : view.byName().values()) {
          DocumentSet.Builder present = DocumentSet.builder(documents);
          column.addPresent(present);
          assertThat(present.build().size()).isEqualTo(seen);
        }
        // A writer that has failed would never publish the rest.
        if (writer.isDone()) {
          writer.get();
        }
      }
    }
  }

  private static Map<String, FieldValue> fields(int i) {
    return Map.of("n", new FieldValue.Whole(i * 7L), "t", new FieldValue.Text("t" + i % 1_000));
  }

  @RepeatedTest(5)
  void theEstimateOfTheHeapIsNearWhatTheHeapHolds() {
    Random random = new Random(Seeds.next());
    GrowingColumns columns = new GrowingColumns(RandomFields.SCHEMA, 5_000);
    RandomFields.draw(1_000 + random.nextInt(4_000), random).forEach(columns::add);
    long held = HeapSize.of(columns, type -> type.getName().startsWith("io.siskin.index.column"));
    assertThat((double) columns.heapBytes()).isBetween(0.85 * held, 1.15 * held);
  }

  @Test
  void distinctTextsAreMostOfTheHeap() {
    GrowingColumns columns = new GrowingColumns(SCHEMA, 1_000);
    long before = columns.heapBytes();
    for (int i = 0; i < 1_000; i++) {
      columns.add(Map.of("t", new FieldValue.Text("x".repeat(500) + i)));
    }
    assertThat(columns.heapBytes() - before).isBetween(1_000_000L, 1_400_000L);
    long held = HeapSize.of(columns, type -> type.getName().startsWith("io.siskin.index.column"));
    assertThat((double) columns.heapBytes()).isBetween(0.9 * held, 1.1 * held);
  }

  @Test
  void whatDoesNotFitIsRefusedAndNothingIsAdded() {
    GrowingColumns columns = new GrowingColumns(SCHEMA, 1);
    assertThatThrownBy(() -> columns.add(Map.of("n", new FieldValue.Text("x"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'n'");
    assertThatThrownBy(() -> columns.add(Map.of("other", new FieldValue.Whole(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'other'");
    assertThat(columns.add(fields(3))).isZero();
    assertThat(columns.view(1).values(0)).isEqualTo(fields(3));
    assertThatThrownBy(() -> columns.add(Map.of())).isInstanceOf(IllegalStateException.class);
  }
}
