package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.testing.Seeded;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** It is what a sorted map is. */
class PagedLongsTest {
  @Test
  void itIsLikeAMap() {
    Seeded.run(
        random -> {
          PagedLongs numbers = new PagedLongs();
          TreeMap<Integer, Long> twin = new TreeMap<>();
          for (int i = 0; i < 500; i++) {
            int near = random.nextInt() >>> (1 + random.nextInt(31));
            int index = random.nextInt(20) == 0 ? Integer.MAX_VALUE : near;
            long more = 1L + random.nextInt(1_000);
            numbers.add(index, more);
            twin.merge(index, more, Long::sum);
            int asked = random.nextInt() & Integer.MAX_VALUE;
            assertThat(numbers.get(asked)).isEqualTo(twin.getOrDefault(asked, 0L));
            Integer next = twin.ceilingKey(asked);
            assertThat(numbers.next(asked)).isEqualTo(next == null ? -1 : next);
          }
          int at = numbers.next(0);
          for (Map.Entry<Integer, Long> entry : twin.entrySet()) {
            assertThat(at).isEqualTo(entry.getKey());
            assertThat(numbers.get(at)).isEqualTo(entry.getValue());
            at = at == Integer.MAX_VALUE ? -1 : numbers.next(at + 1);
          }
          assertThat(at).isEqualTo(-1);
        });
  }
}
