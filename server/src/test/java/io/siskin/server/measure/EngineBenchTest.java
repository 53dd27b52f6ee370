package io.siskin.server.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.SearcherPool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineBenchTest {
  @TempDir Path directory;

  /** One pass over a few queries runs in the interpreter: it must not be the only one. */
  @Test
  void passesAreRunUntilTheyNoLongerGetQuicker() throws IOException {
    RandomCollection drawn =
        RandomCollection.draw(
            new RandomCollection.Shape(200, 100, 20, 6, 1 << 20, true), new Random(5));
    drawn.build(directory, BuildOptions.DEFAULTS.withThreads(1));
    Segment segment = Segment.open(directory, Verification.FULL);
    List<QuantizedQuery> queries = drawn.queries().stream().map(QuantizedQuery::of).toList();
    SearcherPool searchers =
        new SearcherPool(SearchScope.mapped(List.of(segment), KernelProvider.current()));
    EngineBench.Outcome outcome =
        new EngineBench(searchers, queries, 10, 2, 1).run(List.of(new SearchMode.Exact()));
    assertThat(outcome.warmPasses()).isGreaterThan(3);
    // Whether they settle is the machine's affair. If not, a limit ended them.
    assertThat(outcome.settled() || outcome.warmPasses() <= EngineBench.WARM_PASSES_MAX).isTrue();
    assertThat(outcome.documentNumbers()).hasNumberOfRows(queries.size());
    segment.release();
  }
}
