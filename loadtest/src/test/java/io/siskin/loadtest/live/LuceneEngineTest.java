package io.siskin.loadtest.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The peer finds what a loop over all documents finds, so that its times are those of a search. */
final class LuceneEngineTest {
  private static final int DOCUMENTS = 200;
  private static final int QUERIES = 20;
  private static final int TERMS = 40;
  private static final int K = 10;

  @TempDir private Path folder;

  private static List<Map<Integer, Float>> randomRows(SplittableRandom random, int count) {
    List<Map<Integer, Float>> rows = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      Map<Integer, Float> entries = new TreeMap<>();
      for (int i = random.nextInt(1, 9); i > 0; i--) {
        // Few bits, which Lucene keeps exactly.
        entries.put(random.nextInt(TERMS), random.nextInt(1, 9) / 4f);
      }
      rows.add(entries);
    }
    return rows;
  }

  private Path write(String name, List<Map<Integer, Float>> rows) throws IOException {
    int entries = rows.stream().mapToInt(Map::size).sum();
    ByteBuffer file =
        ByteBuffer.allocate(24 + 8 * (rows.size() + 1) + 8 * entries)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(rows.size())
            .putLong(TERMS)
            .putLong(entries);
    long end = 0;
    file.putLong(end);
    for (Map<Integer, Float> row : rows) {
      end += row.size();
      file.putLong(end);
    }
    rows.forEach(row -> row.keySet().forEach(file::putInt));
    rows.forEach(row -> row.values().forEach(file::putFloat));
    return Files.write(folder.resolve(name), file.array());
  }

  private static float product(Map<Integer, Float> left, Map<Integer, Float> right) {
    float sum = 0;
    for (var entry : left.entrySet()) {
      sum += entry.getValue() * right.getOrDefault(entry.getKey(), 0f);
    }
    return sum;
  }

  @Test
  void itFindsWhatALoopFinds() throws IOException {
    SplittableRandom random = new SplittableRandom(Seeds.next());
    List<Map<Integer, Float>> documents = randomRows(random, DOCUMENTS);
    List<Map<Integer, Float>> queries = randomRows(random, QUERIES);
    byte[] groups = new byte[DOCUMENTS];
    for (int row = 0; row < DOCUMENTS; row++) {
      groups[row] = (byte) (random.nextInt(3) == 0 ? 'a' : 'e');
    }
    String all = Integer.toString(DOCUMENTS);
    try (LuceneEngine lucene =
        LuceneEngine.open(
            folder.resolve("index"),
            write("documents.csr", documents),
            write("queries.csr", queries),
            Files.write(folder.resolve("groups"), groups))) {
      // Written twice: the second time replaces the first.
      lucene.run(new String[] {"fill", "0", all, "7", "3"});
      lucene.run(new String[] {"fill", "0", all, "50", "1"});
      lucene.run(new String[] {"settle"});
      for (String group : List.of("-", "a")) {
        Object found =
            lucene
                .run(
                    new String[] {
                      "search", group, "0", Integer.toString(QUERIES), Integer.toString(K)
                    })
                .get("rows");
        for (int query = 0; query < QUERIES; query++) {
          List<Float> wanted = best(documents, queries.get(query), groups, group);
          List<Float> scores = new ArrayList<>();
          for (Object row : (List<?>) ((List<?>) found).get(query)) {
            int number = ((Long) row).intValue();
            assertThat(group.equals("-") || groups[number] == 'a').isTrue();
            scores.add(product(queries.get(query), documents.get(number)));
          }
          assertThat(scores).isEqualTo(wanted);
        }
      }
      assertThatThrownBy(() -> lucene.run(new String[] {"dance"})).hasMessageContaining("dance");
    }
  }

  private static List<Float> best(
      List<Map<Integer, Float>> documents, Map<Integer, Float> query, byte[] groups, String group) {
    List<Float> scores = new ArrayList<>();
    for (int row = 0; row < documents.size(); row++) {
      float score = product(query, documents.get(row));
      if (score > 0 && (group.equals("-") || groups[row] == 'a')) {
        scores.add(score);
      }
    }
    scores.sort(Comparator.reverseOrder());
    return scores.subList(0, Math.min(K, scores.size()));
  }

  @Test
  void aFileThatIsCutOffIsRefused() throws IOException {
    Path file = write("cut.csr", randomRows(new SplittableRandom(1), 3));
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(() -> Vectors.read(file)).hasMessageContaining("want " + whole.length);
  }
}
