package io.siskin.server.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.search.SearchMode;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrontierTest {
  @Test
  void aPointStaysIfNoOtherIsAsGoodAndQuicker() {
    OperatingPoint quick = point(.8, 10);
    OperatingPoint good = point(.95, 20);
    OperatingPoint best = point(.99, 30);
    List<OperatingPoint> points =
        List.of(best, point(.94, 21), good, point(.79, 11), quick, point(.8, 10.5));
    assertThat(Frontier.of(points)).containsExactly(quick, good, best);
  }

  @Test
  void ofEquallyQuickPointsTheBestStays() {
    OperatingPoint best = point(.9, 10);
    assertThat(Frontier.of(List.of(point(.8, 10), best))).containsExactly(best);
  }

  @Test
  void aGainThatIsNextToNothingIsLeftOut() {
    OperatingPoint first = point(.9, 10);
    assertThat(Frontier.of(List.of(first, point(.901, 11)))).containsExactly(first);
    OperatingPoint perfect = point(1, 20);
    assertThat(Frontier.of(List.of(first, perfect, point(1, 21)))).containsExactly(first, perfect);
  }

  private static OperatingPoint point(double recall, double meanMicros) {
    return new OperatingPoint(
        SearchMode.ScoreAtATime.DEFAULTS, recall, 0, meanMicros, meanMicros, 1, 1);
  }
}
