package io.siskin.server.suggest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Suggestions of logs against a slow twin, which goes through all sessions for each query. */
final class SuggesterTest {
  private static final int LOGS = 200;
  private static final String[] WORDS = {"a", "ab", "abc", "b", "ba", "kite", "red"};

  private final Random random = new Random(Seeds.next());

  private String text() {
    StringBuilder text = new StringBuilder(WORDS[random.nextInt(WORDS.length)]);
    for (int i = random.nextInt(2); i > 0; i--) {
      text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
    }
    return text.toString();
  }

  /** Writes the same text in another way. */
  private String written(String text) {
    return switch (random.nextInt(3)) {
      case 0 -> text;
      case 1 -> " " + text.toUpperCase(java.util.Locale.ROOT);
      default -> text.replace(" ", " \t ");
    };
  }

  @Test
  void suggestionsAgreeWithTheirSlowTwin() {
    int suggested = 0;
    int withContext = 0;
    for (int i = 0; i < LOGS; i++) {
      List<List<String>> sessions = new ArrayList<>();
      QueryLog.Builder builder = new QueryLog.Builder();
      for (int session = random.nextInt(30); session > 0; session--) {
        List<String> texts = new ArrayList<>();
        for (int asked = 1 + random.nextInt(4); asked > 0; asked--) {
          texts.add(text());
        }
        int times = 1 + random.nextInt(3);
        builder.addSession("session", texts.stream().map(this::written).toList(), times);
        for (int time = 0; time < times; time++) {
          sessions.add(texts);
        }
      }
      QueryLog log = builder.build();
      for (int j = 0; j < 10; j++) {
        List<String> earlier = new ArrayList<>();
        for (int asked = random.nextInt(4); asked > 0; asked--) {
          earlier.add(random.nextInt(5) == 0 ? "never asked" : text());
        }
        String prefix = List.of("", "a", "ab", "ab ", "red", "r", "x").get(random.nextInt(7));
        SuggestionQuery query =
            new SuggestionQuery(
                prefix, earlier, 1 + random.nextInt(8), random.nextInt(5) / 4.0, false);
        List<Suggestion> found = Suggester.suggest(query, log, List.of());
        assertThat(found).isEqualTo(naive(query, sessions));
        suggested += found.size();
        withContext += (int) found.stream().filter(each -> each.context() > 0).count();
      }
    }
    assertThat(suggested).isGreaterThan(LOGS);
    assertThat(withContext).isGreaterThan(LOGS);
  }

  private static List<Suggestion> naive(SuggestionQuery query, List<List<String>> sessions) {
    Map<String, Long> counts = new HashMap<>();
    sessions.forEach(session -> session.forEach(text -> counts.merge(text, 1L, Long::sum)));
    long countMax = counts.values().stream().mapToLong(Long::longValue).max().orElse(1);
    List<Suggestion> all = new ArrayList<>();
    for (Map.Entry<String, Long> each : counts.entrySet()) {
      String text = each.getKey();
      if (text.startsWith(query.prefix())
          && !query.earlier().contains(text)
          && !text.equals(query.prefix().strip())) {
        double popularity = (double) each.getValue() / countMax;
        double context = context(text, query.earlier(), sessions);
        double score = (1 - query.contextWeight()) * popularity + query.contextWeight() * context;
        all.add(
            new Suggestion(
                text, Suggestion.Source.LOG, score, each.getValue(), popularity, context));
      }
    }
    all.sort(
        Comparator.comparingDouble((Suggestion each) -> -each.score())
            .thenComparing(Suggestion::text));
    return all.subList(0, Math.min(query.count(), all.size()));
  }

  private static double context(String text, List<String> earlier, List<List<String>> sessions) {
    double sum = 0;
    double weights = 0;
    for (int i = earlier.size() - 1; i >= 0; i--) {
      long all = 0;
      long this1 = 0;
      for (List<String> session : sessions) {
        int first = session.indexOf(earlier.get(i));
        if (first >= 0) {
          Set<String> later = new HashSet<>(session.subList(first + 1, session.size()));
          later.remove(earlier.get(i));
          all += later.size();
          this1 += later.contains(text) ? 1 : 0;
        }
      }
      if (all > 0) {
        double weight = Math.pow(0.5, earlier.size() - 1 - i);
        sum += weight * this1 / all;
        weights += weight;
      }
    }
    return weights == 0 ? 0 : sum / weights;
  }

  @Test
  void aLogKeepsWhatIsAskedMost() {
    QueryLog.Builder builder = new QueryLog.Builder();
    for (int i = 0; i <= QueryLog.QUERIES_MAX; i++) {
      builder.addQuery("query", "q" + i, i == 7 ? 0 : 2);
    }
    for (int i = 0; i <= QueryLog.NEXT_MAX; i++) {
      builder.addNext("query", "q1", "n" + i, i == 9 ? 0 : 2);
    }
    QueryLog log = builder.build();
    assertThat(log.queries()).hasSize(QueryLog.QUERIES_MAX).doesNotContainKey("q7");
    assertThat(log.queries().get("q1").next()).hasSize(QueryLog.NEXT_MAX).doesNotContainKey("n9");
  }

  @Test
  void whatIsOutOfItsRangeIsRefused() {
    QueryLog.Builder builder = new QueryLog.Builder();
    assertRefused(() -> builder.addQuery("q", " ", 1), "q.text");
    assertRefused(() -> builder.addQuery("q", "x".repeat(257), 1), "q.text");
    assertRefused(() -> builder.addQuery("q", "x", -1), "q.count");
    assertRefused(() -> builder.addNext("q", "x", "", 1), "q.text");
    assertRefused(() -> builder.addSession("q", List.of("x", " "), 1), "q[1].text");
    assertRefused(() -> new SuggestionQuery("", List.of(), 0, 0, false), "count");
    assertRefused(() -> new SuggestionQuery("", List.of(), 101, 0, false), "count");
    assertRefused(() -> new SuggestionQuery("", List.of(), 1, Double.NaN, false), "context_weight");
    assertRefused(
        () -> new SuggestionQuery("", java.util.Collections.nCopies(33, "x"), 1, 0, false),
        "earlier");
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String place) {
    assertThatThrownBy(call)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(place);
  }
}
