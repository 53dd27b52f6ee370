package io.siskin.server.app.output;

import io.siskin.client.SearchMode;
import io.siskin.client.SearchResult;
import io.siskin.server.app.terminal.PrintableText;
import io.siskin.server.app.terminal.Terminal;
import io.siskin.server.app.terminal.Units;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Answers as people and programs read them. Used by one thread. */
public final class ResultPrinter {
  private static final String INDENT = "            ";
  private static final List<String> LEADING_FIELDS = List.of("title", "text", "contents");

  private final PrintWriter out;
  // Longer lines are cut on a terminal; a file gets all.
  private final int columns;

  /**
   * Prints to a command's standard output.
   *
   * @param out where results are printed
   */
  public ResultPrinter(PrintWriter out) {
    this(out, Terminal.columns(Terminal.STDOUT, Integer.MAX_VALUE));
  }

  /**
   * Makes a printer.
   *
   * @param out where to
   * @param columns how long a line may be
   */
  public ResultPrinter(PrintWriter out, int columns) {
    this.out = out;
    this.columns = columns;
  }

  /**
   * Prints the hits: rank, score and id, then one line per field. Control characters are escaped.
   *
   * @param result the answer
   */
  public void print(SearchResult result) {
    if (result.hits().isEmpty()) {
      out.println("no hits" + unknown(result));
    }
    int rank = 1;
    for (SearchResult.Hit hit : result.hits()) {
      out.println(cut(String.format(Locale.ROOT, "%4d %6.3f %s", rank++, hit.score(), hit.id())));
      for (Map.Entry<String, String> field : ordered(hit.fields())) {
        out.println(cut(INDENT + label(field) + flat(field.getValue())));
      }
      for (SearchResult.Contribution part : hit.contributions()) {
        out.println(
            cut(
                String.format(
                    Locale.ROOT,
                    "%s%+.3f = %.3f × %.3f  %s",
                    INDENT,
                    part.contribution(),
                    part.queryWeight(),
                    part.documentWeight(),
                    part.term())));
      }
    }
  }

  /**
   * Prints where the time went.
   *
   * @param result the answer
   * @param clientNanos from the call to the answer, as the client saw it
   */
  public void printTimings(SearchResult result, long clientNanos) {
    SearchResult.Timings timings = result.timings();
    out.printf(
        "     %s on the server (queue %s, encode %s, search %s, fetch %s), %s with the call; %s,"
            + " %s scored%s%s%n",
        Units.nanos(timings.totalNanos()),
        Units.nanos(timings.queueNanos()),
        Units.nanos(timings.encodeNanos()),
        Units.nanos(timings.searchNanos()),
        Units.nanos(timings.fetchNanos()),
        Units.nanos(clientNanos),
        describe(result.mode()),
        Units.count(result.counters().documentsScored(), "document"),
        result.counters().budgetExhausted() > 0 ? ", stopped by the time budget" : "",
        result.hits().isEmpty() ? "" : unknown(result));
    for (SearchResult.Stage stage : result.stages()) {
      out.println(
          cut(
              String.format(
                  Locale.ROOT,
                  "     stage %s: %d in, %d scored, %d out, %s%s",
                  stage.name(),
                  stage.documentsIn(),
                  stage.documentsScored(),
                  stage.documentsOut(),
                  Units.nanos(stage.nanos()),
                  stage.isComplete() ? "" : ", not complete")));
      if (!stage.expansion().isEmpty()) {
        out.println(cut(INDENT + expansion(stage)));
      }
    }
  }

  private static String expansion(SearchResult.Stage stage) {
    return stage.expansion().stream()
        .map(term -> String.format(Locale.ROOT, "%s %.3f", term.name(), term.weight()))
        .collect(Collectors.joining(", "));
  }

  /**
   * Prints one JSON object.
   *
   * @param result the answer
   */
  public void printJson(SearchResult result) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("hits", result.hits().stream().map(ResultPrinter::members).toList());
    members.put("mode", members(result.mode()));
    members.put("unknown_terms", result.unknownTerms());
    SearchResult.Timings timings = result.timings();
    Map<String, Long> nanos = new LinkedHashMap<>();
    nanos.put("total_nanos", timings.totalNanos());
    nanos.put("queue_nanos", timings.queueNanos());
    nanos.put("encode_nanos", timings.encodeNanos());
    nanos.put("search_nanos", timings.searchNanos());
    nanos.put("fetch_nanos", timings.fetchNanos());
    members.put("timings", nanos);
    SearchResult.Counters counters = result.counters();
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("lists_visited", counters.listsVisited());
    counts.put("blocks_bounded", counters.blocksBounded());
    counts.put("blocks_skipped", counters.blocksSkipped());
    counts.put("blocks_scored", counters.blocksScored());
    counts.put("documents_scored", counters.documentsScored());
    counts.put("postings_scored", counters.postingsScored());
    counts.put("budget_exhausted", counters.budgetExhausted());
    members.put("counters", counts);
    if (!result.stages().isEmpty()) {
      members.put("stages", result.stages().stream().map(ResultPrinter::members).toList());
    }
    out.println(Json.line(members));
  }

  /**
   * Returns a mode as the members of a JSON object.
   *
   * @param mode the mode
   */
  public static Map<String, @Nullable Object> members(SearchMode mode) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    switch (mode) {
      case SearchMode.Exact() -> members.put("name", "exact");
      case SearchMode.Clustered(Integer queryCut, Float heapFactor, Boolean firstSorted) -> {
        members.put("name", "clustered");
        members.put("query_cut", queryCut);
        members.put("heap_factor", heapFactor);
        members.put("first_sorted", firstSorted);
      }
      case SearchMode.ScoreAtATime(
              Float postingFloor,
              Float candidateFloor,
              Integer candidatesMax,
              Integer budgetMicros) -> {
        members.put("name", "score_at_a_time");
        members.put("posting_floor", postingFloor);
        members.put("candidate_floor", candidateFloor);
        members.put("candidates_max", candidatesMax);
        members.put("budget_micros", budgetMicros);
      }
    }
    return members;
  }

  /**
   * Returns a mode in words.
   *
   * @param mode the mode
   */
  public static String describe(SearchMode mode) {
    return switch (mode) {
      case SearchMode.Exact() -> "exact";
      case SearchMode.Clustered clustered ->
          "clustered (query cut "
              + clustered.queryCut()
              + ", heap factor "
              + clustered.heapFactor()
              + (Boolean.TRUE.equals(clustered.firstSorted()) ? ", first list sorted)" : ")");
      case SearchMode.ScoreAtATime scoreAtATime -> describe(scoreAtATime);
    };
  }

  private static String describe(SearchMode.ScoreAtATime mode) {
    StringBuilder text = new StringBuilder("score-at-a-time (posting floor ");
    text.append(mode.postingFloor()).append(", candidate floor ").append(mode.candidateFloor());
    Integer candidatesMax = mode.candidatesMax();
    if (candidatesMax != null && candidatesMax > 0) {
      text.append(", at most ").append(Units.count(candidatesMax, "candidate"));
    }
    Integer budgetMicros = mode.budgetMicros();
    if (budgetMicros != null && budgetMicros > 0) {
      text.append(", budget ").append(budgetMicros).append(" µs");
    }
    return text.append(')').toString();
  }

  private static Map<String, Object> members(SearchResult.Stage stage) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", stage.name());
    members.put("documents_in", stage.documentsIn());
    members.put("documents_out", stage.documentsOut());
    members.put("documents_scored", stage.documentsScored());
    members.put("nanos", stage.nanos());
    members.put("complete", stage.isComplete());
    if (!stage.expansion().isEmpty()) {
      List<Map<String, Object>> terms = new ArrayList<>();
      for (SearchResult.Term term : stage.expansion()) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("term", term.name());
        one.put("weight", term.weight());
        one.put("from_documents", term.fromDocuments());
        terms.add(one);
      }
      members.put("expansion", terms);
    }
    return members;
  }

  private static Map<String, Object> members(SearchResult.Hit hit) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("id", hit.id());
    members.put("score", hit.score());
    members.put("fields", new TreeMap<>(hit.fields()));
    if (!hit.contributions().isEmpty()) {
      List<Map<String, Object>> parts = new ArrayList<>();
      for (SearchResult.Contribution part : hit.contributions()) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("term", part.term());
        one.put("query_weight", part.queryWeight());
        one.put("document_weight", part.documentWeight());
        one.put("contribution", part.contribution());
        parts.add(one);
      }
      members.put("contributions", parts);
    }
    if (!hit.stageScores().isEmpty()) {
      members.put("stage_scores", new TreeMap<>(hit.stageScores()));
    }
    if (!hit.innerHits().isEmpty()) {
      List<Map<String, Object>> group = new ArrayList<>();
      for (SearchResult.InnerHit inner : hit.innerHits()) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("id", inner.id());
        one.put("score", inner.score());
        one.put("stage", inner.stage());
        if (!inner.fields().isEmpty()) {
          one.put("fields", new TreeMap<>(inner.fields()));
        }
        one.put("stage_scores", new TreeMap<>(inner.stageScores()));
        group.add(one);
      }
      members.put("inner_hits", group);
    }
    if (!hit.answers().isEmpty()) {
      members.put("answers", hit.answers().stream().map(ResultPrinter::members).toList());
    }
    if (!hit.context().isEmpty()) {
      members.put("context", hit.context().stream().map(ResultPrinter::sentence).toList());
    }
    return members;
  }

  private static Map<String, Object> members(SearchResult.Answer answer) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("stage", answer.stage());
    members.put("score", answer.score());
    members.put("dense_score", answer.denseScore());
    members.put("document_score", answer.documentScore());
    members.put("start_token", answer.startToken());
    members.put("end_token", answer.endToken());
    SearchResult.Place place = answer.place();
    if (place != null) {
      members.put("start", place.start());
      members.put("end", place.end());
      members.put("text", place.text());
    }
    return members;
  }

  private static Map<String, Object> sentence(SearchResult.ContextSentence kept) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("field", kept.field());
    one.put("start", kept.start());
    one.put("end", kept.end());
    one.put("text", kept.text());
    one.put("score", kept.score());
    return one;
  }

  /** Title, text, then the others by name: the same order in every hit. */
  private static List<Map.Entry<String, String>> ordered(Map<String, String> fields) {
    return fields.entrySet().stream()
        .sorted(
            Comparator.<Map.Entry<String, String>>comparingInt(field -> place(field.getKey()))
                .thenComparing(Map.Entry::getKey))
        .toList();
  }

  private static int place(String field) {
    int leading = LEADING_FIELDS.indexOf(field);
    return leading < 0 ? LEADING_FIELDS.size() : leading;
  }

  /** A title and a text need no label: they look like what they are. */
  private static String label(Map.Entry<String, String> field) {
    return LEADING_FIELDS.contains(field.getKey()) ? "" : field.getKey() + ": ";
  }

  private static String flat(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }

  private static String unknown(SearchResult result) {
    return result.unknownTerms() == 0
        ? ""
        : " (the collection does not know "
            + Units.count(result.unknownTerms(), "term")
            + " of the query)";
  }

  private String cut(String text) {
    String line = PrintableText.of(text);
    if (line.length() <= columns) {
      return line;
    }
    // Not between the two halves of a character beyond the basic plane.
    int end = columns - 1;
    return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "…";
  }
}
