package io.siskin.server.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.column.Columns;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FilterCacheTest {
  private static final Schema SCHEMA =
      new Schema(List.of(new Schema.Field("year", FieldType.INT64)), null);
  private static final int ALL = 1_000;

  private final FilterCache cache = new FilterCache(1 << 20);

  private static void goOn() {
    // Nothing cancels.
  }

  private static Selection select(String filter) {
    return Selection.of(FilterParser.parse(filter, SCHEMA), "", SCHEMA);
  }

  /** Document i has the year i. */
  private static Columns columns(int count) {
    List<Map<String, FieldValue>> documents =
        IntStream.range(0, count)
            .mapToObj(i -> Map.<String, FieldValue>of("year", new FieldValue.Whole(i)))
            .toList();
    return MapColumns.of(documents, SCHEMA);
  }

  private static DocumentSet admitted(FilterCache.OfSegment segment, String filter, int count) {
    DocumentSet admitted =
        segment.admitted(select(filter), null, columns(count), count, FilterCacheTest::goOn);
    return admitted == null ? DocumentSet.all(count) : admitted;
  }

  @Test
  void anEqualSelectionIsAHitInItsSegmentOnly() {
    FilterCache.OfSegment one = cache.openSegment();
    FilterCache.OfSegment other = cache.openSegment();
    assertThat(admitted(one, "year >= 10 and year < 20", ALL).size()).isEqualTo(10);
    assertThat(admitted(one, "10 <= year <= 19", ALL).size()).isEqualTo(10);
    assertThat(admitted(other, "10 <= year <= 19", 15).size()).isEqualTo(5);
    FilterCache.Metrics metrics = cache.metrics();
    assertThat(metrics.hits()).isEqualTo(1);
    assertThat(metrics.misses()).isEqualTo(2);
    assertThat(metrics.entries()).isEqualTo(2);
    assertThat(metrics.bytes()).isBetween(2 * 8_192L, 2 * 9_000L);
  }

  @RepeatedTest(5)
  void theBytesOfTheSegmentsAreThoseOfTheCache() {
    Random random = new Random(Seeds.next());
    FilterCache small = new FilterCache(60_000);
    List<FilterCache.OfSegment> segments =
        new ArrayList<>(Stream.generate(small::openSegment).limit(4).toList());
    for (int i = 0; i < 200; i++) {
      FilterCache.OfSegment segment = segments.get(random.nextInt(segments.size()));
      // A larger count extends the set of a segment that grows, in its place.
      DocumentSet _ = admitted(segment, "year < " + random.nextInt(12), 100 + random.nextInt(900));
      if (random.nextInt(20) == 0) {
        segment.close();
        assertThat(segment.heapBytes()).isZero();
        segments.set(segments.indexOf(segment), small.openSegment());
      }
      // Cleans up first, so that what is to be evicted is.
      long bytes = small.metrics().bytes();
      assertThat(segments.stream().mapToLong(FilterCache.OfSegment::heapBytes).sum())
          .isEqualTo(bytes);
    }
    assertThat(small.metrics().evictions()).isPositive();
  }

  private static int frequency(
      FilterCache.OfSegment segment, String filter, int term, DocumentSet admitted, int counted) {
    return segment.documentFrequency(select(filter), term, admitted, () -> counted);
  }

  @Test
  void aFrequencyIsCountedOncePerTermAndSetOfDocuments() {
    FilterCache.OfSegment segment = cache.openSegment();
    DocumentSet all = DocumentSet.all(ALL);
    assertThat(frequency(segment, "year < 10", 1, all, 5)).isEqualTo(5);
    assertThat(frequency(segment, "year < 10", 1, all, 6)).as("known").isEqualTo(5);
    assertThat(frequency(segment, "year < 10", 2, all, 7)).as("another term").isEqualTo(7);
    assertThat(frequency(segment, "year < 11", 1, all, 8)).as("other documents").isEqualTo(8);
    assertThat(frequency(cache.openSegment(), "year < 10", 1, all, 9)).isEqualTo(9);

    DocumentSet fewer = all.without(3);
    assertThat(frequency(segment, "year < 10", 1, fewer, 4)).as("one is deleted").isEqualTo(4);
    assertThat(frequency(segment, "year < 10", 1, fewer, 6)).as("known").isEqualTo(4);
    DocumentSet more = DocumentSet.all(ALL + 1).without(3, 4);
    assertThat(frequency(segment, "year < 10", 1, more, 3)).as("it has grown").isEqualTo(3);
    assertThat(frequency(segment, "year < 10", 1, all, 5)).as("an older snapshot").isEqualTo(5);
  }

  @Test
  void frequenciesGoWithTheirSegment() {
    FilterCache.OfSegment segment = cache.openSegment();
    DocumentSet all = DocumentSet.all(ALL);
    assertThat(frequency(segment, "year < 10", 1, all, 5)).isEqualTo(5);
    segment.close();
    assertThat(frequency(segment, "year < 10", 1, all, 6)).as("dropped").isEqualTo(6);
    assertThat(frequency(segment, "year < 10", 1, all, 7)).as("not kept").isEqualTo(7);
  }

  @Test
  void aCacheWithoutRoomKeepsNoFrequency() {
    FilterCache.OfSegment segment = new FilterCache(0).openSegment();
    DocumentSet all = DocumentSet.all(ALL);
    assertThat(frequency(segment, "year < 10", 1, all, 5)).isEqualTo(5);
    assertThat(frequency(segment, "year < 10", 1, all, 6)).isEqualTo(6);
  }

  @Test
  void whatIsKeptIsWithoutDeletions() {
    FilterCache.OfSegment segment = cache.openSegment();
    DocumentSet live = DocumentSet.all(ALL).without(3, 500);
    Selection selection = select("year < 10");
    DocumentSet admitted =
        segment.admitted(selection, live, columns(ALL), ALL, FilterCacheTest::goOn);
    assertThat(admitted).isNotNull();
    assertThat(admitted.size()).isEqualTo(9);
    assertThat(admitted.contains(3)).isFalse();
    assertThat(admitted(segment, "year < 10", ALL).contains(3)).isTrue();
    assertThat(cache.metrics().hits()).isEqualTo(1);
  }

  @Test
  void allDocumentsAreNull() {
    FilterCache.OfSegment segment = cache.openSegment();
    assertThat(segment.admitted(select("true"), null, columns(ALL), ALL, FilterCacheTest::goOn))
        .isNull();
    assertThat(
            segment.admitted(select("year >= 0"), null, columns(ALL), ALL, FilterCacheTest::goOn))
        .isNull();
    assertThat(segment.admitted(select("year >= 0"), null, columns(0), 0, FilterCacheTest::goOn))
        .isNull();
    DocumentSet live = DocumentSet.all(ALL).without(1);
    assertThat(segment.admitted(select("true"), live, columns(ALL), ALL, FilterCacheTest::goOn))
        .isSameAs(live);
  }

  @Test
  void aSegmentThatGrowsExtendsWhatItHas() {
    FilterCache.OfSegment segment = cache.openSegment();
    String filter = "year >= 95";
    assertThat(admitted(segment, filter, 100).size()).isEqualTo(5);
    assertThat(admitted(segment, filter, 103).size()).isEqualTo(8);
    assertThat(admitted(segment, filter, 103).size()).isEqualTo(8);
    // A search that still has the snapshot before gets its answer, and nobody else loses theirs.
    assertThat(admitted(segment, filter, 100).size()).isEqualTo(5);
    assertThat(admitted(segment, filter, 103).size()).isEqualTo(8);
    FilterCache.Metrics metrics = cache.metrics();
    assertThat(metrics.misses()).isEqualTo(2);
    assertThat(metrics.extensions()).isEqualTo(1);
    assertThat(metrics.hits()).isEqualTo(2);
    assertThat(metrics.entries()).isEqualTo(1);
  }

  @Test
  void setsGoWithTheirSegment() {
    FilterCache.OfSegment segment = cache.openSegment();
    FilterCache.OfSegment other = cache.openSegment();
    admitted(segment, "year < 10", ALL);
    admitted(segment, "year < 20", ALL);
    admitted(other, "year < 10", ALL);
    segment.close();
    assertThat(cache.metrics().entries()).isEqualTo(1);
    // A search that still reads the segment gets its answer, and leaves nothing behind.
    assertThat(admitted(segment, "year < 10", ALL).size()).isEqualTo(10);
    assertThat(cache.metrics().entries()).isEqualTo(1);
    other.close();
    assertThat(cache.metrics().bytes()).isZero();
  }

  @Test
  void theCacheKeepsItsBound() {
    FilterCache.OfSegment segment = cache.openSegment();
    for (int i = 1; i < 500; i++) {
      assertThat(admitted(segment, "year < " + i, ALL).size()).isEqualTo(i);
    }
    FilterCache.Metrics metrics = cache.metrics();
    assertThat(metrics.bytes()).isBetween(metrics.bytesMax() / 2, metrics.bytesMax());
    assertThat(metrics.evictions()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1})
  void aCacheWithoutRoomKeepsNothing(long bytesMax) {
    FilterCache small = new FilterCache(bytesMax);
    FilterCache.OfSegment segment = small.openSegment();
    for (int i = 0; i < 3; i++) {
      assertThat(admitted(segment, "year < 10", ALL).size()).isEqualTo(10);
    }
    assertThat(small.metrics().misses()).isEqualTo(3);
    assertThat(small.metrics().entries()).isZero();
  }
}
