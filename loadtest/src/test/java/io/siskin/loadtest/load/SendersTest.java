package io.siskin.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.loadtest.load.scenario.Operation;
import io.siskin.loadtest.load.scenario.Operation.QueryForm;
import io.siskin.loadtest.load.schedule.Share;
import io.siskin.proto.v1.SearchRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks which searches are made of a file of queries. */
final class SendersTest {
  @TempDir Path folder;

  private LongFunction<SearchRequest> requests(
      QueryForm form, @Nullable String filter, Map<String, List<String>> values)
      throws IOException {
    return requests(form, false, filter, values);
  }

  private LongFunction<SearchRequest> requests(
      QueryForm form, boolean isUnique, @Nullable String filter, Map<String, List<String>> values)
      throws IOException {
    Path file = folder.resolve("queries.jsonl");
    Files.writeString(
        file,
        """
        {"id": "1", "text": "insects", "vector": {"3": 2.0, "9": 0.5}}
        {"id": "2", "text": "wings"}
        """);
    return Senders.requests(
        new Operation.Search(
            "s",
            new Share.Weight(1),
            "books",
            "me",
            false,
            file,
            form,
            isUnique,
            7,
            0.95,
            filter,
            values,
            List.of("title")));
  }

  @Test
  void queriesAreSentInTurns() throws IOException {
    LongFunction<SearchRequest> requests = requests(QueryForm.ANY, null, Map.of());
    SearchRequest first = requests.apply(0);
    assertThat(first.getCollection()).isEqualTo("books");
    assertThat(first.getTenant()).isEqualTo("me");
    assertThat(first.getK()).isEqualTo(7);
    assertThat(first.getRecallTarget()).isEqualTo(0.95f);
    assertThat(first.getFieldsList()).containsExactly("title");
    assertThat(first.getVector().getWeightsList()).containsExactly(2.0f, 0.5f);
    assertThat(requests.apply(1).getText()).isEqualTo("wings");
    assertThat(requests.apply(2)).isEqualTo(first);
  }

  @Test
  void theFormDecidesWhatIsSent() throws IOException {
    assertThat(requests(QueryForm.TEXT, null, Map.of()).apply(0).getText()).isEqualTo("insects");
    assertThatThrownBy(() -> requests(QueryForm.VECTOR, null, Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith("queries.jsonl:2: query is '2' without one; allowed: a vector");
  }

  @Test
  void textsCanBeNewEachTime() throws IOException {
    LongFunction<SearchRequest> requests = requests(QueryForm.ANY, true, null, Map.of());
    assertThat(requests.apply(3).getText()).isEqualTo("wings 3");
    assertThat(requests.apply(2)).isEqualTo(requests(QueryForm.ANY, null, Map.of()).apply(0));
  }

  @Test
  void valuesOfAFilterTakeTurns() throws IOException {
    LongFunction<SearchRequest> requests =
        requests(
            QueryForm.ANY,
            "year >= {year} and lang = \"{lang}\"",
            Map.of("year", List.of("2001", "2002"), "lang", List.of("en", "fr", "de")));
    assertThat(requests.apply(0).getFilterExpression()).isEqualTo("year >= 2001 and lang = \"en\"");
    assertThat(requests.apply(4).getFilterExpression()).isEqualTo("year >= 2001 and lang = \"fr\"");
    assertThat(requests.apply(5).getFilterExpression()).isEqualTo("year >= 2002 and lang = \"de\"");
  }

  @Test
  void aPageOfMetricsIsRead() {
    ServerSample sample =
        ServerSample.parse(
            3,
            """
            # HELP x y
            siskin_admission_waiting_tasks 4
            siskin_admission_waiting_encoded_searches 2.0
            jvm_gc_collection_seconds_sum{gc="G1 Young Generation"} 1.5
            jvm_gc_collection_seconds_sum{gc="G1 Old Generation"} 0.25
            jvm_memory_used_bytes{area="heap"} 2097152.0
            jvm_memory_used_bytes{area="nonheap"} 1.0
            process_cpu_seconds_total 10 1700000000
            nonsense
            """);
    ServerSample later = ServerSample.parse(5, "process_cpu_seconds_total 13\n");
    assertThat(sample.sum("jvm_gc_collection_seconds_sum")).isEqualTo(1.75);
    assertThat(read("waiting", sample, sample)).isEqualTo(6);
    assertThat(read("heap_used", sample, sample)).isEqualTo(2);
    assertThat(read("cpu", sample, later)).isEqualTo(1.5);
    assertThat(read("refused", sample, later)).isZero();
  }

  private static double read(String name, ServerSample before, ServerSample now) {
    return ServerSample.QUANTITIES.stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow()
        .reader()
        .read(before, now);
  }
}
