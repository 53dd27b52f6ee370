package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.write.MergePolicy.Range;
import io.siskin.server.write.MergePolicy.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which segments are merged, and how often a document is rewritten. */
final class MergePolicyTest {
  private static final MergePolicy POLICY = new MergePolicy(100, 1_000_000);

  private static List<Size> live(long... counts) {
    return LongStream.of(counts).mapToObj(count -> new Size(count, count)).toList();
  }

  @Test
  void fewSegmentsStay() {
    assertThat(POLICY.choose(List.of())).isNull();
    assertThat(POLICY.choose(live(100, 100, 100))).isNull();
    assertThat(POLICY.choose(live(100_000, 400, 400, 100, 100, 100))).isNull();
  }

  @Test
  void enoughNeighboursOfATierAreMerged() {
    assertThat(POLICY.choose(live(100, 100, 100, 100))).isEqualTo(new Range(0, 4));
    assertThat(POLICY.choose(live(5_000, 90, 90, 100, 7))).isEqualTo(new Range(1, 5));
    assertThat(POLICY.choose(live(400, 400, 400, 400, 100))).isEqualTo(new Range(0, 5));
    assertThat(POLICY.choose(live(400, 100, 400, 400, 400, 50_000)))
        .as("smaller neighbours are taken along")
        .isEqualTo(new Range(0, 5));
    assertThat(POLICY.choose(live(100, 100, 9_000, 100, 100))).as("only neighbours count").isNull();
  }

  @Test
  void aSegmentOfDeletedDocumentsIsRewritten() {
    assertThat(POLICY.choose(List.of(new Size(1_000, 800)))).isNull();
    assertThat(POLICY.choose(List.of(new Size(1_000, 799)))).isEqualTo(new Range(0, 1));
    assertThat(POLICY.choose(List.of(new Size(1_000, 0)))).isEqualTo(new Range(0, 1));
    assertThat(POLICY.choose(List.of(new Size(0, 0)))).isNull();
  }

  @Test
  void whatWouldBeTooLargeStays() {
    MergePolicy small = new MergePolicy(100, 399);
    assertThat(small.choose(live(100, 100, 100, 100))).isNull();
    assertThat(small.chooseAll(live(200, 200))).isNull();
  }

  @Test
  void anIdleCollectionKeepsThreeSegmentsOfWhichOneHasNearlyAll() {
    assertThat(POLICY.chooseIdle(live(90_000))).isNull();
    assertThat(POLICY.chooseIdle(live(90_000, 9_000, 1_000))).isNull();
    assertThat(POLICY.chooseIdle(live(89_999, 9_000, 1_001))).isEqualTo(new Range(0, 3));
    assertThat(POLICY.chooseIdle(live(100, 100, 100))).isEqualTo(new Range(0, 3));
    assertThat(POLICY.chooseIdle(live(90_000, 2_000, 500, 700))).isEqualTo(new Range(2, 4));
    assertThat(POLICY.chooseIdle(live(900, 2_000, 500, 90_000, 600))).isEqualTo(new Range(0, 3));
  }

  @Test
  void anIdleCollectionThatIsTooLargeForOneSegmentKeepsThree() {
    MergePolicy small = new MergePolicy(100, 1_000);
    assertThat(small.chooseIdle(live(900, 900, 900))).isNull();
    assertThat(small.chooseIdle(live(900, 90, 20, 900, 60))).isNotNull();
  }

  @Test
  void compactIsOneSegmentWithoutDeletes() {
    assertThat(POLICY.chooseAll(List.of())).isNull();
    assertThat(POLICY.chooseAll(live(5))).isNull();
    assertThat(POLICY.chooseAll(live(5, 5))).isEqualTo(new Range(0, 2));
    assertThat(POLICY.chooseAll(List.of(new Size(5, 4)))).isEqualTo(new Range(0, 1));
  }

  /** A thousand seals of 100 documents: the work and the number of segments stay logarithmic. */
  @Test
  void documentsAreRewrittenAboutOncePerTier() {
    List<Size> segments = new ArrayList<>();
    long rewritten = 0;
    int most = 0;
    for (int seal = 0; seal < 1_000; seal++) {
      segments.add(new Size(100, 100));
      for (Range range = POLICY.choose(segments); range != null; range = POLICY.choose(segments)) {
        List<Size> merged = segments.subList(range.from(), range.to());
        long count = merged.stream().mapToLong(Size::liveCount).sum();
        rewritten += count;
        merged.clear();
        segments.add(range.from(), new Size(count, count));
      }
      most = Math.max(most, segments.size());
    }
    assertThat(segments.stream().mapToLong(Size::liveCount).sum()).isEqualTo(100_000);
    // log4(1000) is 5.
    assertThat(rewritten / 100_000.0).isLessThan(5);
    assertThat(most).isLessThanOrEqualTo(3 * 5 + 1);
  }
}
