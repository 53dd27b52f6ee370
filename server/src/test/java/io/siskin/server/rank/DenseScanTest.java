package io.siskin.server.rank;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.testing.Seeds;
import io.siskin.server.rank.list.BestDocuments;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.stage.DenseScan;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.DocumentPositions;
import io.siskin.server.search.SearchScope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A scan finds what looking at one document after another finds, whatever share of the documents
 * may be found.
 */
final class DenseScanTest {
  @TempDir Path temporary;

  @Test
  void runsFindWhatSingleDocumentsFind() throws IOException {
    Random random = new Random(Seeds.next());
    try (RankedCollection collection = new RankedCollection(temporary, random)) {
      DenseFields.Field field = Objects.requireNonNull(collection.dense.find("second"));
      SearchScope all = collection.scope().scope();
      for (int round = 0; round < 100; round++) {
        SearchScope scope = round == 0 ? all : accepting(all, random);
        DenseFields.Scorer scorer = field.scorer(new DenseVector(FakeDenseFields.draw(random)));
        int limit = 1 + random.nextInt(random.nextBoolean() ? 5 : 400);
        StageWork found = DenseScan.scan(scorer, scope, limit, StageBudget.of(Cancellation.NEVER));
        StageWork expected = oneByOne(scorer, scope, limit);
        assertThat(found.documentsScored()).isEqualTo(expected.documentsScored());
        assertThat(found.isComplete()).isTrue();
        assertThat(found.list().positions()).isEqualTo(expected.list().positions());
        assertThat(found.list().scores()).isEqualTo(expected.list().scores());
      }
    }
  }

  /** Of each segment all documents, most, few or none may be found. */
  private static SearchScope accepting(SearchScope scope, Random random) {
    List<DocumentSet> sets = new ArrayList<>();
    for (int segment = 0; segment < scope.size(); segment++) {
      double share = new double[] {0, .01, .1, .3, .9, 1}[random.nextInt(6)];
      int count = scope.segment(segment).documentCount();
      DocumentSet.Builder builder = DocumentSet.builder(count);
      for (int document = 0; document < count; document++) {
        if (random.nextDouble() < share) {
          builder.add(document);
        }
      }
      sets.add(builder.build());
    }
    return scope.accepting(sets);
  }

  /** The slow twin. */
  private static StageWork oneByOne(DenseFields.Scorer scorer, SearchScope scope, int limit) {
    BestDocuments best = new BestDocuments(limit);
    DocumentPositions positions = scope.positions();
    long scored = 0;
    for (int segment = 0; segment < scope.size(); segment++) {
      DocumentSet accepted = scope.accepted(segment);
      for (int document = 0; document < scope.segment(segment).documentCount(); document++) {
        if ((accepted == null || accepted.contains(document)) && scorer.has(segment, document)) {
          int position = positions.position(positions.base(segment) + document);
          best.offer(position, scorer.score(segment, document));
          scored++;
        }
      }
    }
    return new StageWork(best.toRanked(), scored, true);
  }
}
