package io.siskin.server.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.retrieve.RetrievalResponse.Contribution;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.Searcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExplanationTest {
  @TempDir Path directory;

  /** With residuals the score is refined, and so is what each term adds to it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void contributionsAddUpToTheScore(boolean residuals) throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(300, 60, 20, 3, 1 << 20, true), random);
    collection.build(directory, BuildOptions.DEFAULTS.withThreads(2).withResiduals(residuals));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      assertThat(segment.residuals() != null).isEqualTo(residuals);
      SearchScope scope = SearchScope.mapped(List.of(segment), KernelProvider.current());
      Searcher searcher = new Searcher(scope);
      int explained = 0;
      for (SparseVector vector : collection.queries()) {
        QuantizedQuery query = QuantizedQuery.of(vector);
        Explanation explanation = new Explanation(query);
        searcher.search(query, new SearchMode.Exact(), 10, Cancellation.NEVER);
        for (int rank = 0; rank < searcher.size(); rank++) {
          List<Contribution> contributions =
              explanation.of(scope.segment(0), searcher.segmentDocumentNumber(rank));
          double sum = contributions.stream().mapToDouble(Contribution::contribution).sum();
          assertThat(sum).isCloseTo(searcher.score(rank), within(searcher.score(rank) * 1e-6));
          for (Contribution each : contributions) {
            assertThat((double) each.queryWeight() * each.documentWeight())
                .isCloseTo(each.contribution(), within(each.contribution() * 1e-6));
          }
          explained++;
        }
      }
      assertThat(explained).isPositive();
    } finally {
      segment.release();
    }
  }
}
