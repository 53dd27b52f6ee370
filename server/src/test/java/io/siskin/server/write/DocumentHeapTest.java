package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.testing.HeapSize;
import io.siskin.index.testing.Seeds;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;

/** What the queue of writes counts for a document, against a walk through the document. */
final class DocumentHeapTest {
  private static QuantizedDocument draw(Random random) {
    int size = random.nextInt(300);
    byte[] impacts = new byte[size];
    random.nextBytes(impacts);
    for (int i = 0; i < size; i++) {
      impacts[i] = (byte) (impacts[i] | 1);
    }
    byte[] residuals = random.nextBoolean() ? new byte[size] : null;
    QuantizedVector vector =
        random.nextBoolean()
            ? QuantizedVector.ofUnorderedTokens(
                IntStream.range(0, size).mapToObj(i -> "token" + i).toArray(String[]::new),
                impacts,
                residuals,
                null,
                1,
                1)
            : QuantizedVector.ofUnorderedTermIds(
                IntStream.range(0, size).toArray(), impacts, residuals, null, 1, 1);
    Map<String, String> stored = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      stored.put("field" + i, "x".repeat(random.nextInt(2_000)));
    }
    Map<String, FieldValue> declared = new LinkedHashMap<>();
    declared.put("year", new FieldValue.Whole(random.nextLong()));
    declared.put("owner", new FieldValue.Text("o".repeat(random.nextInt(100))));
    declared.put("tags", new FieldValue.TextList(List.of("a", "b".repeat(1 + random.nextInt(30)))));
    return new QuantizedDocument("id" + random.nextInt(), 0, vector, stored, declared);
  }

  @RepeatedTest(20)
  void aDocumentTakesNoMoreThanIsCountedAndNotMuchLess() {
    QuantizedDocument document = draw(new Random(Seeds.next()));
    long held = HeapSize.of(document, type -> type.getName().startsWith("io.siskin.index"));
    // A character of these texts takes one byte, and two are counted.
    assertThat((double) DocumentHeap.bytes(document)).isBetween(0.9 * held, 2.2 * held);
  }
}
