package io.siskin.index.growing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.store.SlabMemory;
import io.siskin.index.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A growing segment gives back what was added, to each view what was there when it was made. */
final class GrowingSegmentTest {
  @RepeatedTest(5)
  void everyViewEqualsTheModelsPrefix() {
    Random random = new Random(Seeds.next());
    int capacity = 1 + random.nextInt(4_000);
    int vocabulary = 1 + random.nextInt(3_000);
    boolean byToken = random.nextBoolean();
    RandomDocuments documents =
        new RandomDocuments(random, byToken, vocabulary, 1 + random.nextInt(2 * capacity));
    GrowingSegment segment = new GrowingSegment(capacity);
    try {
      List<QuantizedDocument> model = new ArrayList<>();
      List<GrowingView> views = new ArrayList<>(List.of(segment.view()));
      while (model.size() < capacity) {
        model.add(documents.draw(model.size() + 1));
        assertThat(segment.add(model.getLast())).isEqualTo(model.size() - 1);
        if (random.nextInt(capacity) < 8) {
          views.add(segment.view());
        }
      }
      assertThatThrownBy(() -> segment.add(documents.draw(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("full");
      for (GrowingView view : views) {
        checkDocuments(view, model);
        checkTerms(view, model, byToken, vocabulary);
      }
      assertThat(segment.view(capacity / 2).documentCount()).isEqualTo(capacity / 2);
      assertThat(segment.postingCount())
          .isEqualTo(model.stream().mapToLong(document -> document.vector().size()).sum());
    } finally {
      segment.release();
    }
  }

  /** Readers see whole documents and whole lists of what their view has, while a writer adds. */
  @RepeatedTest(3)
  void readersSeeTheModelsPrefixWhileAWriterAdds() throws Exception {
    long seed = Seeds.next();
    Random random = new Random(seed);
    int capacity = 6_000;
    int vocabulary = 300;
    boolean byToken = random.nextBoolean();
    RandomDocuments documents = new RandomDocuments(random, byToken, vocabulary, 500);
    List<QuantizedDocument> model = new ArrayList<>();
    for (int i = 0; i < capacity; i++) {
      model.add(documents.draw(i + 1));
    }
    GrowingSegment segment = new GrowingSegment(capacity);
    try (ExecutorService readers = Executors.newFixedThreadPool(3)) {
      List<Future<Integer>> results = new ArrayList<>();
      for (int reader = 0; reader < 3; reader++) {
        long readerSeed = seed + reader;
        results.add(
            readers.submit(
                (Callable<Integer>)
                    () ->
                        readWhileItGrows(
                            segment, model, byToken, vocabulary, new Random(readerSeed))));
      }
      for (QuantizedDocument document : model) {
        segment.add(document);
      }
      for (Future<Integer> result : results) {
        assertThat(result.get()).isPositive();
      }
    } catch (ExecutionException failed) {
      throw new AssertionError("seed " + seed, failed.getCause());
    } finally {
      segment.release();
    }
  }

  private static int readWhileItGrows(
      GrowingSegment segment,
      List<QuantizedDocument> model,
      boolean byToken,
      int vocabulary,
      Random random) {
    int checked = 0;
    GrowingView view;
    do {
      view = segment.view();
      int[] sums = new int[view.documentCount()];
      for (int i = 0; i < 20; i++) {
        checkTerm(view, model, byToken, random.nextInt(vocabulary), sums);
        if (view.documentCount() > 0) {
          // The newest ones are those that a missing order of writes would show half.
          int number = view.documentCount() - 1 - random.nextInt(Math.min(view.documentCount(), 5));
          checkDocument(view, number, model.get(number));
          checkId(view, model, model.get(random.nextInt(model.size())).id());
        }
      }
      checked++;
    } while (view.documentCount() < segment.capacity());
    return checked;
  }

  @Test
  void memoryIsFreedWithTheLastReference() {
    long before = SlabMemory.openCount();
    GrowingSegment segment = new GrowingSegment(10);
    assertThat(SlabMemory.openCount()).isEqualTo(before + 1);
    segment.add(document("a", 1));
    GrowingView view = segment.view();
    assertThat(segment.tryRetain()).isTrue();
    segment.release();
    assertThat(view.externalId(0)).isEqualTo("a");
    segment.release();
    assertThat(SlabMemory.openCount()).isEqualTo(before);
    assertThat(segment.tryRetain()).isFalse();
    assertThatThrownBy(() -> view.externalId(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> view.documentFrequency(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> view.cursor().moveTo(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEmptySegmentTakesLittleMemory() {
    GrowingSegment segment = new GrowingSegment(GrowingSegment.CAPACITY_MAX);
    segment.add(document("a", 1));
    assertThat(segment.lengthBytes()).isBetween(1L, 150_000L);
    segment.release();
  }

  @Test
  void theLatestDocumentOfAnIdIsFound() {
    GrowingSegment segment = new GrowingSegment(10);
    GrowingView none = segment.view();
    segment.add(document("a", 1));
    segment.add(document("b", 2));
    GrowingView two = segment.view();
    segment.add(document("a", 3));
    assertThat(none.documentNumber("a")).isEqualTo(GrowingSegment.ABSENT);
    assertThat(two.documentNumber("a")).isEqualTo(0);
    assertThat(segment.documentNumber("a")).isEqualTo(2);
    assertThat(segment.documentNumber("b")).isEqualTo(1);
    assertThat(segment.documentNumber("c")).isEqualTo(GrowingSegment.ABSENT);
    assertThat(segment.view().position(2)).isEqualTo(3);
    segment.release();
  }

  @Test
  void termsOfAnotherKindAreRefused() {
    GrowingSegment segment = new GrowingSegment(10);
    segment.add(document("a", 1));
    QuantizedVector byId =
        QuantizedVector.ofTermIds(new int[] {1}, new byte[] {1}, null, null, 1, 1);
    assertThatThrownBy(() -> segment.add(new QuantizedDocument("b", 2, byId, Map.of(), Map.of())))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("keyed by term id");
    assertThat(segment.add(document("c", 3))).isEqualTo(1);
    assertThat(segment.documentNumber("b")).isEqualTo(GrowingSegment.ABSENT);
    segment.release();
  }

  @Test
  void refusesWhatIsOutOfRange() {
    assertThatThrownBy(() -> new GrowingSegment(0)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new GrowingSegment(GrowingSegment.CAPACITY_MAX + 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("32768");
    GrowingSegment segment = new GrowingSegment(1);
    assertThatThrownBy(() -> segment.view(1)).isInstanceOf(InvalidInputException.class);
    segment.release();
  }

  private static QuantizedDocument document(String id, long position) {
    QuantizedVector vector =
        QuantizedVector.ofTokens(new String[] {"t"}, new byte[] {9}, null, null, 0.5f, 1);
    return new QuantizedDocument(id, position, vector, Map.of(), Map.of());
  }

  private static void checkDocuments(GrowingView view, List<QuantizedDocument> model) {
    for (int number = 0; number < view.documentCount(); number++) {
      checkDocument(view, number, model.get(number));
      checkId(view, model, model.get(number).id());
    }
    assertThat(view.documentNumber("nobody")).isEqualTo(GrowingSegment.ABSENT);
  }

  private static void checkDocument(GrowingView view, int number, QuantizedDocument expected) {
    QuantizedDocument found = view.document(number);
    assertThat(found.id()).isEqualTo(expected.id());
    assertThat(found.position()).isEqualTo(expected.position());
    assertThat(found.stored()).isEqualTo(expected.stored());
    assertThat(found.declared()).isEqualTo(expected.declared());
    assertThat(found.dense()).isEqualTo(expected.dense());
    assertThat(text(found.vector())).isEqualTo(text(expected.vector()));
    assertThat(view.stored(number, name -> name.equals("feld1")).keySet())
        .isEqualTo(expected.stored().containsKey("feld1") ? Set.of("feld1") : Set.of());
    GrowingView.Cursor cursor = view.cursor();
    cursor.moveTo(number);
    int last = -1;
    while (cursor.next()) {
      assertThat(cursor.termNumber()).isGreaterThan(last);
      last = cursor.termNumber();
    }
  }

  private static void checkId(GrowingView view, List<QuantizedDocument> model, String id) {
    int expected = view.documentCount() - 1;
    while (expected >= 0 && !model.get(expected).id().equals(id)) {
      expected--;
    }
    assertThat(view.documentNumber(id)).isEqualTo(expected);
  }

  private static void checkTerms(
      GrowingView view, List<QuantizedDocument> model, boolean byToken, int vocabulary) {
    int[] sums = new int[view.documentCount()];
    for (int term = 0; term < vocabulary; term += 1 + vocabulary / 100) {
      checkTerm(view, model, byToken, term, sums);
    }
    assertThat(view.numberOfToken("unknown")).isEqualTo(GrowingSegment.ABSENT);
    assertThat(view.numberOfTermId(byToken ? RandomDocuments.termId(1) : 17))
        .isEqualTo(GrowingSegment.ABSENT);
  }

  private static void checkTerm(
      GrowingView view, List<QuantizedDocument> model, boolean byToken, int term, int[] sums) {
    Map<Integer, Integer> expected = new TreeMap<>();
    for (int document = 0; document < view.documentCount(); document++) {
      QuantizedVector vector = model.get(document).vector();
      for (int i = 0; i < vector.size(); i++) {
        if (byToken
            ? vector.token(i).equals(RandomDocuments.token(term))
            : vector.termId(i) == RandomDocuments.termId(term)) {
          expected.put(document, vector.impact(i));
        }
      }
    }
    int number =
        byToken
            ? view.numberOfToken(RandomDocuments.token(term))
            : view.numberOfTermId(RandomDocuments.termId(term));
    if (expected.isEmpty()) {
      assertThat(number).isEqualTo(GrowingSegment.ABSENT);
      return;
    }
    assertThat(view.termName(number))
        .isEqualTo(
            byToken
                ? RandomDocuments.token(term)
                : Integer.toUnsignedString(RandomDocuments.termId(term)));
    assertThat(view.documentFrequency(number)).isEqualTo(expected.size());
    DocumentSet.Builder some = DocumentSet.builder(view.documentCount());
    for (int document = 0; document < view.documentCount(); document += 1 + term % 3) {
      some.add(document);
    }
    DocumentSet accepted = some.build();
    assertThat(view.documentFrequency(number, accepted))
        .isEqualTo(expected.keySet().stream().filter(accepted::contains).count());
    assertThat(view.addPostings(number, 3, sums)).isEqualTo(expected.size());
    Map<Integer, Integer> found = new TreeMap<>();
    for (int document = 0; document < sums.length; document++) {
      if (sums[document] != 0) {
        found.put(document, sums[document] / 3);
        sums[document] = 0;
      }
    }
    assertThat(found).isEqualTo(expected);
  }

  private static String text(QuantizedVector vector) {
    StringBuilder text = new StringBuilder();
    text.append(vector.scale()).append(' ').append(vector.length()).append(' ');
    text.append(vector.hasResiduals()).append(vector.hasFrequencies());
    for (int i = 0; i < vector.size(); i++) {
      text.append(' ').append(vector.isByToken() ? vector.token(i) : vector.termId(i));
      text.append(':').append(vector.impact(i)).append(',').append(vector.residual(i));
      text.append(',').append(vector.frequency(i));
    }
    return text.toString();
  }
}
