package io.siskin.server.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.testing.Seeded;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExactTruthTest {
  @TempDir Path scratch;

  /** Term id, as a number from 0 to 2^32 − 1, to weight. */
  private record Row(TreeMap<Long, Float> weights) {
    static Row of(Object... pairs) {
      TreeMap<Long, Float> weights = new TreeMap<>();
      for (int i = 0; i < pairs.length; i += 2) {
        weights.put(((Number) pairs[i]).longValue(), ((Number) pairs[i + 1]).floatValue());
      }
      return new Row(weights);
    }

    TermIdVector vector() {
      int[] ids = weights.keySet().stream().mapToInt(Long::intValue).toArray();
      float[] values = new float[ids.length];
      for (int i = 0; i < ids.length; i++) {
        values[i] = weights.get(Integer.toUnsignedLong(ids[i]));
      }
      return TermIdVector.of(ids, values);
    }

    double dot(Row other) {
      double sum = 0;
      for (Map.Entry<Long, Float> entry : weights.entrySet()) {
        sum += (double) entry.getValue() * other.weights.getOrDefault(entry.getKey(), 0f);
      }
      return sum;
    }
  }

  @Test
  void smallBaseByHand() throws IOException {
    Path base =
        write(
            Row.of(0, 1, 2, 0.5),
            Row.of(),
            Row.of(2, 2),
            Row.of(4_294_967_295L, 3),
            Row.of(0, 1, 2, 0.5)); // ties with row 0
    List<TermIdVector> queries =
        vectors(Row.of(0, 2, 2, 1), Row.of(4_294_967_295L, 2, 1, 9), Row.of(7, 1), Row.of());

    try (ExactTruth exact = ExactTruth.open(base, queries)) {
      GroundTruth truth = exact.topK(2, 1, _ -> {});

      assertThat(truth.queryCount()).isEqualTo(4);
      assertAnswers(truth, 0, new int[] {0, 4}, 2.5, 2.5);
      assertAnswers(truth, 1, new int[] {3}, 6);
      assertAnswers(truth, 2, new int[0]);
      assertAnswers(truth, 3, new int[0]);
      assertThat(exact.score(0, 2)).isEqualTo(2);
      assertThat(exact.score(0, 1)).isZero();
    }
  }

  @Test
  void randomBasesAgreeWithTheNaiveTwinInAnyNumberOfThreads() {
    Seeded.run(
        random -> {
          for (int round = 0; round < 20; round++) {
            // Around the borders of the chunks that threads take.
            int rowCount = List.of(0, 1, 50, 2047, 2048, 2049, 5000).get(random.nextInt(7));
            List<Row> rows = randomRows(random, rowCount);
            List<Row> queryRows = randomRows(random, 1 + random.nextInt(8));
            int k = List.of(1, 10, 6000).get(random.nextInt(3));
            Path base = write(rows.toArray(new Row[0]));
            List<TermIdVector> queries = vectors(queryRows.toArray(new Row[0]));
            try (ExactTruth exact = ExactTruth.open(base, queries)) {
              AtomicInteger done = new AtomicInteger();
              GroundTruth one = exact.topK(k, 1, done::addAndGet);
              assertThat(done.get()).isEqualTo(rowCount);
              assertNaive(one, rows, queryRows, k);
              assertSame(exact.topK(k, 4, _ -> {}), one);
              assertScores(exact, one);
            }
          }
        });
  }

  @Test
  void cacheAnswersTheSecondTime() throws IOException {
    Path base = write(Row.of(0, 1), Row.of(0, 2));
    AtomicInteger done = new AtomicInteger();
    GroundTruth first;
    try (ExactTruth exact = ExactTruth.open(base, vectors(Row.of(0, 1)))) {
      first = exact.cachedTopK(10, 1, done::addAndGet);
    }
    assertThat(done.getAndSet(0)).isEqualTo(2);
    try (ExactTruth exact = ExactTruth.open(base, vectors(Row.of(0, 1)))) {
      assertSame(exact.cachedTopK(10, 1, done::addAndGet), first);
    }
    assertThat(done.get()).isZero();
    assertThat(caches()).hasSize(1);
    assertThat(caches().getFirst().getFileName().toString())
        .matches("base\\.csr\\.truth\\.k10\\.[0-9a-f]{16}");
  }

  /** Same length, same time stamp, one weight changed: only the content tells. */
  @Test
  void cacheOfAnotherBaseIsNotUsed() throws IOException {
    Path base = write(Row.of(0, 1), Row.of(0, 2));
    FileTime time = Files.getLastModifiedTime(base);
    assertAnswers(cached(base, 1, Row.of(0, 1)), 0, new int[] {1}, 2);
    write(Row.of(0, 3), Row.of(0, 2));
    Files.setLastModifiedTime(base, time);
    assertAnswers(cached(base, 1, Row.of(0, 1)), 0, new int[] {0}, 3);
  }

  @Test
  void cacheOfOtherQueriesOrAnotherKIsNotUsed() throws IOException {
    Path base = write(Row.of(0, 1), Row.of(0, 2, 1, 1));
    assertAnswers(cached(base, 1, Row.of(0, 1)), 0, new int[] {1}, 2);
    assertAnswers(cached(base, 1, Row.of(0, 2)), 0, new int[] {1}, 4);
    assertAnswers(cached(base, 1, Row.of(1, 1)), 0, new int[] {1}, 1);
    assertAnswers(cached(base, 2, Row.of(0, 1)), 0, new int[] {1, 0}, 2, 1);
    assertThat(caches()).hasSize(4);
  }

  /** Every byte of the cache flipped, every length cut: the answer stays right. */
  @Test
  void damagedCacheIsComputedAnew() throws IOException {
    Path base = write(Row.of(0, 1), Row.of(0, 2));
    GroundTruth right = cached(base, 2, Row.of(0, 1));
    Path cache = caches().getFirst();
    byte[] content = Files.readAllBytes(cache);
    for (int at = 0; at < content.length; at++) {
      byte[] flipped = content.clone();
      flipped[at] ^= 1;
      Files.write(cache, flipped);
      assertSame(cached(base, 2, Row.of(0, 1)), right);
      assertThat(cache).hasBinaryContent(content);

      Files.write(cache, Arrays.copyOf(content, at));
      assertSame(cached(base, 2, Row.of(0, 1)), right);
    }
  }

  /**
   * A whole, well-formed cache of other files under this one's name, as a digest cut short could
   * give.
   */
  @Test
  void cacheUnderAWrongNameIsNotUsed() throws IOException {
    Path base = write(Row.of(0, 1), Row.of(0, 2));
    cached(base, 1, Row.of(0, 1));
    Path other = caches().getFirst();
    cached(base, 1, Row.of(0, 2));
    Path mine = caches().stream().filter(file -> !file.equals(other)).findFirst().orElseThrow();
    Files.write(mine, Files.readAllBytes(other));
    assertAnswers(cached(base, 1, Row.of(0, 2)), 0, new int[] {1}, 4);
  }

  /** A folder stands where the cache should: it can neither be read nor replaced. */
  @Test
  void cacheThatCannotBeReadOrWrittenOnlyCostsTime() throws IOException {
    Path base = write(Row.of(0, 1), Row.of(0, 2));
    GroundTruth right = cached(base, 2, Row.of(0, 1));
    Path cache = caches().getFirst();
    Files.delete(cache);
    Files.createDirectories(cache.resolve("something"));
    assertSame(cached(base, 2, Row.of(0, 1)), right);
    assertThat(caches()).containsExactly(cache);
  }

  @Test
  void weightOutsideItsRangeIsRefusedWithItsRow() throws IOException {
    for (float weight : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
      Path base = write(Row.of(0, 1), Row.of(5, weight));
      try (ExactTruth exact = ExactTruth.open(base, vectors(Row.of(0, 1)))) {
        assertThatThrownBy(() -> exact.topK(1, 2, _ -> {}))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageStartingWith(base + "#1: weight is " + weight);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 3", // more rows than the length allows
    "0, -1",
    "0, 9223372036854775807",
    "16, 4",
    "16, -1",
    "16, 4611686018427387904", // entries × 8 overflows to 0
    "24, 1", // first start
    "32, 9", // a start beyond the entries
    "32, -1",
    "40, 2", // last start is not the end
  })
  void contradictoryBaseIsRefused(int offset, long value) throws IOException {
    Path base = write(Row.of(0, 1, 1, 2), Row.of(0, 2));
    byte[] content = Files.readAllBytes(base);
    ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putLong(offset, value);
    Files.write(base, content);
    assertThatThrownBy(() -> ExactTruth.open(base, List.of()))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining(base.toString());
  }

  @Test
  void truncatedBaseIsRefusedAtEveryLength() throws IOException {
    Path base = write(Row.of(0, 1, 1, 2), Row.of(0, 2));
    byte[] content = Files.readAllBytes(base);
    for (int length = 0; length < content.length; length++) {
      Files.write(base, Arrays.copyOf(content, length));
      assertThatThrownBy(() -> ExactTruth.open(base, List.of()))
          .isInstanceOf(CorruptSegmentException.class);
    }
  }

  private GroundTruth cached(Path base, int k, Row query) throws IOException {
    try (ExactTruth exact = ExactTruth.open(base, vectors(query))) {
      return exact.cachedTopK(k, 1, _ -> {});
    }
  }

  private List<Path> caches() throws IOException {
    try (Stream<Path> files = Files.list(scratch)) {
      return files.filter(file -> !file.endsWith("base.csr")).toList();
    }
  }

  private Path write(Row... rows) throws IOException {
    int entries = Stream.of(rows).mapToInt(row -> row.weights().size()).sum();
    ByteBuffer bytes =
        ByteBuffer.allocate(8 * (3 + rows.length + 1) + 8 * entries)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(rows.length)
            .putLong(1L << 32)
            .putLong(entries)
            .putLong(0);
    long end = 0;
    for (Row row : rows) {
      end += row.weights().size();
      bytes.putLong(end);
    }
    for (Row row : rows) {
      row.weights().keySet().forEach(term -> bytes.putInt(term.intValue()));
    }
    for (Row row : rows) {
      row.weights().values().forEach(bytes::putFloat);
    }
    return Files.write(scratch.resolve("base.csr"), bytes.array());
  }

  private static List<TermIdVector> vectors(Row... rows) {
    return Stream.of(rows).map(Row::vector).toList();
  }

  private static List<Row> randomRows(Random random, int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      TreeMap<Long, Float> weights = new TreeMap<>();
      for (int terms = random.nextInt(6); terms > 0; terms--) {
        // Few terms and few weights, so that scores tie; some ids above 2^31.
        long term = random.nextInt(12) + (random.nextBoolean() ? 0 : 4_294_967_000L);
        weights.put(term, 0.25f * (1 + random.nextInt(4)));
      }
      rows.add(new Row(weights));
    }
    return rows;
  }

  private static void assertNaive(GroundTruth truth, List<Row> rows, List<Row> queries, int k) {
    for (int query = 0; query < queries.size(); query++) {
      Row queryRow = queries.get(query);
      int[] expected =
          IntStream.range(0, rows.size())
              .filter(row -> queryRow.dot(rows.get(row)) > 0)
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingDouble(row -> -queryRow.dot(rows.get(row)))
                      .thenComparing(Comparator.naturalOrder()))
              .limit(k)
              .mapToInt(Integer::intValue)
              .toArray();
      double[] scores =
          IntStream.of(expected).mapToDouble(row -> queryRow.dot(rows.get(row))).toArray();
      assertAnswers(truth, query, expected, scores);
    }
  }

  private static void assertScores(ExactTruth exact, GroundTruth truth) {
    for (int query = 0; query < truth.queryCount(); query++) {
      for (int rank = 0; rank < Math.min(20, truth.size(query)); rank++) {
        assertThat(exact.score(query, truth.row(query, rank)))
            .isEqualTo(truth.score(query, rank), within(1e-12));
      }
    }
  }

  private static void assertSame(GroundTruth found, GroundTruth expected) {
    assertThat(found.k()).isEqualTo(expected.k());
    assertThat(found.queryCount()).isEqualTo(expected.queryCount());
    for (int query = 0; query < expected.queryCount(); query++) {
      assertThat(rows(found, query)).containsExactly(rows(expected, query));
      assertThat(scores(found, query)).containsExactly(scores(expected, query));
    }
  }

  private static void assertAnswers(GroundTruth truth, int query, int[] rows, double... scores) {
    assertThat(rows(truth, query)).containsExactly(rows);
    assertThat(scores(truth, query)).containsExactly(scores);
  }

  private static int[] rows(GroundTruth truth, int query) {
    return IntStream.range(0, truth.size(query)).map(rank -> truth.row(query, rank)).toArray();
  }

  private static double[] scores(GroundTruth truth, int query) {
    return IntStream.range(0, truth.size(query))
        .mapToDouble(rank -> truth.score(query, rank))
        .toArray();
  }
}
