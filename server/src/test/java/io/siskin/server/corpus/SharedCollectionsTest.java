package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Needs;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.corpus.InputFiles.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real collections that lie outside the repository; skipped where they are not. */
class SharedCollectionsTest {
  @ParameterizedTest
  @CsvSource({
    "scifact, 5183, 300",
    "cranfield, 1400, 225",
    "cisi, 1460, 76",
    "vaswani, 11429, 93",
    "medquad, 15809, 14979"
  })
  void beirCollections(String name, int documentCount, int queryCount) throws IOException {
    Path corpus = Needs.sharedFile("data/" + name + "/corpus.jsonl.gz");
    Outcome outcome =
        InputFiles.read(corpus, InputFormat.AUTO, InputOptions.DEFAULT.withParserThreads(2));
    assertThat(outcome.end()).isNull();
    assertThat(outcome.bad()).isEmpty();
    assertThat(outcome.documents())
        .hasSize(documentCount)
        .allMatch(document -> document.text() != null);
    Set<String> ids = new HashSet<>();
    outcome.documents().forEach(document -> ids.add(document.id()));
    assertThat(ids).hasSize(documentCount);
    List<SourceQuery> queries =
        SourceQueries.read(Needs.sharedFile("data/" + name + "/queries.jsonl"));
    Qrels qrels = Qrels.read(Needs.sharedFile("data/" + name + "/qrels.tsv"));
    Set<String> queryIds = new HashSet<>();
    queries.forEach(query -> queryIds.add(query.id()));
    assertThat(queryIds.containsAll(qrels.gradesByQuery().keySet())).isTrue();
    assertThat(qrels.gradesByQuery()).hasSize(queryCount);
    for (Map<String, Integer> grades : qrels.gradesByQuery().values()) {
      assertThat(ids.containsAll(grades.keySet())).isTrue();
    }
  }

  @Test
  void publishedQueryVectors() throws IOException {
    List<SourceQuery> splade =
        SourceQueries.read(Needs.sharedFile("data/msmarco-queries/dev.splade-pp-ed.jsonl.gz"));
    assertThat(splade).hasSize(6_980).allMatch(query -> query.vector() instanceof TokenVector);
    List<SourceQuery> unicoil =
        SourceQueries.read(Needs.sharedFile("data/msmarco-queries/dev-doc.unicoil.jsonl.gz"));
    assertThat(unicoil).isNotEmpty().allMatch(query -> query.vector() instanceof TokenVector);
  }

  @Test
  void bigAnnQueries() throws IOException {
    List<SourceQuery> queries = SourceQueries.read(Needs.sharedFile("data/scale/queries.csr.gz"));
    assertThat(queries).hasSize(1_000).allMatch(query -> query.vector() instanceof TermIdVector);
    double mean = queries.stream().mapToInt(query -> query.vector().size()).average().orElseThrow();
    assertThat(mean).isBetween(17.6, 17.8);
  }
}
