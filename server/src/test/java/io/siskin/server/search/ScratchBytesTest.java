package io.siskin.server.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.ImpactOrderedOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.Weighting;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.HeapSize;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What searchers say of their scratch memory, against a walk through what they refer to. */
final class ScratchBytesTest {
  private static final List<SearchMode> MODES =
      List.of(
          new SearchMode.Exact(), SearchMode.Clustered.DEFAULTS, SearchMode.ScoreAtATime.DEFAULTS);

  @TempDir private Path directory;

  private static boolean isScratch(Class<?> type) {
    // Not Panama…: what the Vector API has is the JDK's.
    return type.getPackageName().equals("io.siskin.server.search")
        || type.getSimpleName().equals("ScoreRows")
        || type.getSimpleName().equals("DenseLists");
  }

  @Test
  void theEstimateIsNearWhatTheSearchersHold() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(40_000, 3_000, 20, 20, 1 << 20, false), random);
    BuildOptions.Structures structures =
        new BuildOptions.Structures(
            true,
            true,
            BlockMaxOptions.DEFAULTS,
            ImpactOrderedOptions.DEFAULTS,
            ClusterOptions.DEFAULTS,
            false);
    collection.build(
        directory,
        new BuildOptions(
            new Weighting.AsGiven(),
            new Quantization.Auto(),
            new Reordering.None(),
            structures,
            1));
    Segment segment = Segment.open(directory, Verification.STRUCTURE);
    try {
      MappedSegment mapped = new MappedSegment(segment, KernelProvider.current());
      assertThat(mapped.heapBytes()).isZero();
      Searcher searcher = new Searcher(SearchScope.of(List.of(mapped)));
      for (SearchMode mode : MODES) {
        for (SparseVector query : collection.queries()) {
          searcher.search(QuantizedQuery.of(query), mode, 10, Cancellation.NEVER);
        }
        SegmentSearcher kept = mapped.takeSearcher();
        assertThat(mapped.heapBytes()).as("one in use does not count").isZero();
        mapped.giveBack(kept);
        long held = HeapSize.of(kept, ScratchBytesTest::isScratch);
        assertThat((double) mapped.heapBytes()).as("%s", mode).isBetween(0.9 * held, 1.1 * held);
      }
    } finally {
      segment.release();
    }
  }
}
