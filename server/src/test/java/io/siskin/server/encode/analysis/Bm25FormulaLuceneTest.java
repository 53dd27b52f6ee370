package io.siskin.server.encode.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.build.Bm25Formula;
import io.siskin.server.testing.Seeded;
import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.TermStatistics;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.SmallFloat;
import org.junit.jupiter.api.Test;

/** {@link Bm25Formula} against Lucene's own scorer, as the second implementation. */
final class Bm25FormulaLuceneTest {
  /** Up to here Lucene's one-byte length is exact. */
  private static final int EXACT_LENGTH_MAX = 40;

  @Test
  void idfTimesWeightIsLucenesScore() {
    Seeded.run(
        random -> {
          for (int round = 0; round < 2_000; round++) {
            float k1 = random.nextFloat() * 3;
            float b = random.nextFloat();
            long documentCount = 1 + random.nextLong(1_000_000);
            long documentFrequency = 1 + random.nextLong(documentCount);
            long totalLength = documentCount * (1 + random.nextLong(EXACT_LENGTH_MAX)) + 1;
            int length = 1 + random.nextInt(EXACT_LENGTH_MAX);
            int termFrequency = 1 + random.nextInt(length);

            float lucene =
                new BM25Similarity(k1, b)
                    .scorer(
                        1,
                        new CollectionStatistics(
                            "text", documentCount, documentCount, totalLength, documentCount),
                        new TermStatistics(new BytesRef("t"), documentFrequency, documentFrequency))
                    .score(termFrequency, SmallFloat.intToByte4(length));
            Bm25Formula formula = new Bm25Formula(k1, b, (double) totalLength / documentCount);
            float ours =
                (float)
                    (Bm25Formula.idf(documentCount, documentFrequency)
                        * formula.weight(termFrequency, length));

            assertThat(ours).isEqualTo(lucene, within(Math.max(1e-6f, lucene * 1e-5f)));
          }
        });
  }
}
