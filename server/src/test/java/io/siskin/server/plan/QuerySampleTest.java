package io.siskin.server.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.Bm25Formula;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.Searcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuerySampleTest {
  @TempDir Path directory;

  private Segment open(int documents, int terms) throws IOException {
    RandomCollection.draw(
            new RandomCollection.Shape(documents, 2000, terms, 6, 1 << 20, true), new Random(5))
        .build(directory, BuildOptions.DEFAULTS.withThreads(2));
    return Segment.open(directory, Verification.FULL);
  }

  @Test
  void queriesAreMadeOfDocumentsAndAlwaysTheSame() throws IOException {
    Segment segment = open(1500, 20);
    List<SampleQuery> once = QuerySample.draw(segment, 60, QuerySample.Kind.EXPANDED);
    List<SampleQuery> again = QuerySample.draw(segment, 60, QuerySample.Kind.EXPANDED);
    assertThat(once).hasSize(60);
    Searcher searcher = new Searcher(List.of(segment), KernelProvider.current());
    for (int i = 0; i < once.size(); i++) {
      SampleQuery query = once.get(i);
      assertThat(query.query().vector()).isEqualTo(again.get(i).query().vector());
      searcher.search(query.query(), new SearchMode.Exact(), 1500, Cancellation.NEVER);
      boolean found = false;
      for (int rank = 0; rank < searcher.size(); rank++) {
        found |= searcher.documentNumber(rank) == query.source();
      }
      assertThat(found).as("query %d finds its own document", i).isTrue();
    }
    segment.release();
  }

  /** A model that writes long documents writes long queries; the words of a text stay few. */
  @Test
  void expandedQueriesAreAsLongAsTheirDocumentsLet() throws IOException {
    Segment segment = open(1500, 150);
    assertThat(QuerySample.draw(segment, 200, QuerySample.Kind.EXPANDED))
        .allSatisfy(query -> assertThat(query.query().vector().size()).isBetween(1, 150))
        .anySatisfy(query -> assertThat(query.query().vector().size()).isGreaterThan(64));
    for (QuerySample.Kind words :
        List.of(QuerySample.Kind.WORDS, QuerySample.Kind.IDF_WORDS, QuerySample.Kind.EQUAL_WORDS)) {
      assertThat(QuerySample.draw(segment, 200, words))
          .allSatisfy(query -> assertThat(query.query().vector().size()).isBetween(1, 16))
          .anySatisfy(query -> assertThat(query.query().vector().size()).isLessThan(5));
    }
    segment.release();
  }

  @Test
  void aWordUnderBm25WeighsItsIdf() throws IOException {
    Segment segment = open(1500, 20);
    for (SampleQuery query : QuerySample.draw(segment, 50, QuerySample.Kind.IDF_WORDS)) {
      TokenVector vector = (TokenVector) query.query().vector();
      for (int i = 0; i < vector.size(); i++) {
        int term = segment.terms().numberOfToken(vector.token(i));
        assertThat(vector.weight(i))
            .isEqualTo((float) Bm25Formula.idf(1500, segment.terms().documentFrequency(term)));
      }
    }
    segment.release();
  }

  @Test
  void fewDocumentsGiveNoQueries() throws IOException {
    Segment segment = open(Planner.DOCUMENTS_MIN - 1, 20);
    assertThat(QuerySample.draw(segment, 60, QuerySample.Kind.EQUAL_WORDS)).isEmpty();
    segment.release();
  }
}
