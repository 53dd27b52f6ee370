package io.siskin.server.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileKind;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.app.flags.InferenceFlags;
import io.siskin.server.app.flags.ModeFlags;
import io.siskin.server.app.flags.SweepGrid;
import io.siskin.server.app.output.OutputFile;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.ingest.CollectionQueries;
import io.siskin.server.measure.EngineBench;
import io.siskin.server.measure.ExactTruth;
import io.siskin.server.measure.GroundTruth;
import io.siskin.server.measure.OracleTruth;
import io.siskin.server.measure.Recall;
import io.siskin.server.plan.Planner;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code siskin bench}: engine latency together with recall, in this process, without server and
 * network.
 */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the engine in this process: latency together with recall, for one setting or a"
          + " sweep.",
      "Recall is against the exhaustive oracle over the stored weights or, with --truth, against"
          + " exact float products of the original vectors, so that quantisation's loss counts."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options.
public final class BenchCommand implements Callable<Integer> {
  private static final double[] RECALL_FLOORS = {.90, .95, .97, .98, .99, .999};
  private static final Set<FileKind> EXACT_FILES =
      EnumSet.of(FileKind.META, FileKind.TERMS, FileKind.DOCUMENTS, FileKind.BLOCK_MAX);
  private static final Set<FileKind> CLUSTERED_FILES =
      EnumSet.of(
          FileKind.META, FileKind.TERMS, FileKind.DOCUMENTS, FileKind.FORWARD, FileKind.CLUSTERS);
  private static final Set<FileKind> SCORE_AT_A_TIME_FILES =
      EnumSet.of(
          FileKind.META, FileKind.TERMS, FileKind.DOCUMENTS, FileKind.FORWARD, FileKind.IMPACTS);

  /** What the last step of every mode reads in a segment with residuals. */
  private static final Set<FileKind> REFINING_FILES =
      EnumSet.of(FileKind.FORWARD, FileKind.RESIDUALS);

  @Spec CommandSpec spec;

  @Option(
      names = {"-d", "--data"},
      required = true,
      paramLabel = "DIR",
      description = "Data directory.")
  Path data;

  @Option(
      names = {"-c", "--collection"},
      required = true,
      paramLabel = "NAME",
      description = "Collection.")
  String collection;

  @Option(
      names = {"-q", "--queries"},
      required = true,
      paramLabel = "FILE",
      description = "Queries: .csr or JSON Lines of vectors or texts; gzip and zstd are unpacked.")
  Path queries;

  @Option(
      names = {"-k", "--k"},
      defaultValue = "10",
      description = "Hits a query, 1 to 10000 (default ${DEFAULT-VALUE}).")
  int k;

  @Mixin ModeFlags evaluation = new ModeFlags();

  @Option(
      names = "--sweep",
      description =
          "Measure exact and a grid of settings of each approximate mode that the collection has"
              + " the lists for, and what recall targets lead to. Ends in the fastest setting for"
              + " each recall floor.")
  boolean sweep;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description = "Searching threads (default ${DEFAULT-VALUE}).")
  int threads;

  @Option(
      names = "--passes",
      defaultValue = "3",
      description =
          "Measured passes, the best counts (default ${DEFAULT-VALUE}). Before them, passes are run"
              + " until they no longer get quicker.")
  int passes;

  @Option(
      names = "--truth",
      paramLabel = "BASE.csr",
      description =
          "Original vectors: recall is against exact float products, cached beside the file."
              + " Default: against the exact search.")
  @Nullable Path truth;

  @Option(
      names = "--json",
      arity = "0..1",
      fallbackValue = "-",
      paramLabel = "OUT",
      description =
          "Writes JSON Lines, one object per setting, to the file; without a file, or with -, to"
              + " standard output. Default: none.")
  @Nullable Path json;

  @Mixin InferenceFlags inference = new InferenceFlags();

  @Override
  public Integer call() throws IOException {
    // First: a path that cannot be written shall not be known only after the measuring.
    try (OutputFile output =
        json == null || isStandardOutput() ? null : OutputFile.open("--json", json)) {
      run(output == null ? standardOutput() : output.writer());
      if (output != null) {
        output.commit();
      }
    }
    return 0;
  }

  private void run(Writer rows) throws IOException {
    Path directory = new DataDirectory(data).existing(collection);
    CollectionSnapshot snapshot =
        CollectionSnapshot.open(
            directory,
            CollectionManifest.read(directory),
            Verification.FULL,
            inference.forQueries());
    try {
      run(snapshot, rows);
    } finally {
      snapshot.release();
    }
  }

  private void run(CollectionSnapshot snapshot, Writer out) throws IOException {
    List<SparseVector> vectors = vectors(snapshot);
    List<QuantizedQuery> quantized = vectors.stream().map(QuantizedQuery::of).toList();
    EngineBench bench = new EngineBench(snapshot.searchers(), quantized, k, threads, passes);
    try (Judge judge = judge(snapshot, vectors, quantized)) {
      Map<List<SearchMode>, ObjectNode> rows = new LinkedHashMap<>();
      print(
          "%-16s %6s %9s %7s %9s %9s %9s %9s%n",
          "mode", "cut/", "heap/", "recall", "mean us", "p50", "p95", "p99");
      print("%-16s %6s %9s%n", "", "floor", "candidate");
      List<List<SearchMode>> settings = settings(snapshot);
      try (ProgressDisplay display = ProgressDisplay.on(spec.commandLine().getErr())) {
        display.begin("measuring", settings.size());
        for (List<SearchMode> modes : settings) {
          SearchMode setting = snapshot.planner().representative(modes);
          ObjectNode row = row(snapshot, setting, bench.run(modes), judge);
          rows.put(modes, row);
          display.advance(rows.size());
          printRow(row);
          out.write(row + System.lineSeparator());
          out.flush();
        }
        display.end();
      }
      if (sweep) {
        printFrontier(rows.values());
        printTargets(snapshot.planner(), rows);
      }
    }
  }

  private List<SparseVector> vectors(CollectionSnapshot snapshot) throws IOException {
    CollectionQueries read = CollectionQueries.read(snapshot, queries);
    if (read.unmatchedCount() > 0) {
      spec.commandLine()
          .getErr()
          .printf(
              "%s: %d of %d queries have no term that the collection knows%n",
              spec.qualifiedName(), read.unmatchedCount(), read.vectors().size());
    }
    return read.vectors();
  }

  /** Returns the settings to measure, each by segment. */
  private List<List<SearchMode>> settings(CollectionSnapshot snapshot) {
    Planner planner = snapshot.planner();
    if (sweep) {
      Set<List<SearchMode>> settings = new LinkedHashSet<>();
      SweepGrid.of(planner.approximateModes())
          .forEach(mode -> settings.add(planner.everywhere(mode)));
      // What users get, measured in the same run as what they could get.
      for (double floor : RECALL_FLOORS) {
        settings.add(planner.plan((float) floor, k));
      }
      return List.copyOf(settings);
    }
    return List.of(
        switch (evaluation.evaluation()) {
          case Evaluation.InMode(SearchMode mode) -> planner.whereverPossible(mode);
          case Evaluation.CollectionDefault(long budgetMicros) ->
              plan(planner, snapshot.defaultRecallTarget(), budgetMicros);
          case Evaluation.RecallTarget(float target, long budgetMicros) ->
              plan(planner, target, budgetMicros);
        });
  }

  private List<SearchMode> plan(Planner planner, float target, long budgetMicros) {
    return budgetMicros == 0 ? planner.plan(target, k) : planner.plan(target, k, budgetMicros);
  }

  /** Knows the right answers, in rows of the truth, and how a document found is named there. */
  private record Judge(GroundTruth truth, Recall.ExactScore exact, Rows rows, AutoCloseable closed)
      implements AutoCloseable {
    interface Rows {
      int of(int documentNumber);
    }

    double recall(int[][] found) {
      int[][] foundRows = new int[found.length][];
      for (int query = 0; query < found.length; query++) {
        foundRows[query] = new int[found[query].length];
        for (int rank = 0; rank < found[query].length; rank++) {
          foundRows[query][rank] = rows.of(found[query][rank]);
        }
      }
      return Recall.mean(truth, foundRows, exact);
    }

    @Override
    @SuppressWarnings("IllegalCatch") // AutoCloseable's own signature.
    public void close() throws IOException {
      try {
        closed.close();
      } catch (IOException failed) {
        throw failed;
      } catch (Exception impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }

  private Judge judge(
      CollectionSnapshot snapshot, List<SparseVector> vectors, List<QuantizedQuery> quantized)
      throws IOException {
    if (truth == null) {
      GroundTruth oracle = OracleTruth.compute(snapshot.segments(), quantized, k, done -> {});
      // The scores are the same integers times the same scale: a tie is an equal score, found by
      // the list itself.
      return new Judge(oracle, (query, row) -> 0, number -> number, () -> {});
    }
    List<TermIdVector> byId = new ArrayList<>();
    for (SparseVector vector : vectors) {
      if (!(vector instanceof TermIdVector ids)) {
        throw new InvalidInputException(
            "queries", "keyed by token", "term ids, as the base of --truth has them");
      }
      byId.add(ids);
    }
    ExactTruth exact = ExactTruth.open(truth, byId);
    GroundTruth answers =
        exact.cachedTopK(k, Runtime.getRuntime().availableProcessors(), done -> {});
    return new Judge(answers, exact, number -> row(snapshot, number), exact);
  }

  /** A {@code .csr} row has its number as external id. */
  private static int row(CollectionSnapshot snapshot, int documentNumber) {
    int local = documentNumber;
    for (Segment segment : snapshot.segments()) {
      if (local < segment.statistics().documentCount()) {
        String id = segment.documents().externalId(local);
        try {
          return Integer.parseInt(id);
        } catch (NumberFormatException notARow) {
          throw new InvalidInputException(
              "id", id, "a row number, as a collection indexed from a .csr file has");
        }
      }
      local -= segment.statistics().documentCount();
    }
    throw new IllegalStateException(
        "document number " + documentNumber + " is beyond the collection");
  }

  /**
   * What a query does on average: with the kernels' times of {@code bin/bench} it explains the
   * mean.
   */
  private static void putWork(ObjectNode row, SearchStats work, int queries) {
    row.put("lists_visited", tenths((double) work.listsVisited() / queries));
    row.put("blocks_bounded", tenths((double) work.blocksBounded() / queries));
    row.put("blocks_scored", tenths((double) work.blocksScored() / queries));
    row.put("postings_scored", tenths((double) work.postingsScored() / queries));
    row.put("documents_scored", tenths((double) work.documentsScored() / queries));
    row.put("budget_exhausted", tenths((double) work.budgetExhausted() / queries));
  }

  private ObjectNode row(
      CollectionSnapshot snapshot, SearchMode setting, EngineBench.Outcome outcome, Judge judge) {
    ObjectNode row = new ObjectMapper().createObjectNode();
    Set<FileKind> files;
    switch (setting) {
      case SearchMode.Exact() -> {
        row.put("mode", "exact");
        files =
            snapshot.segments().stream().allMatch(each -> each.blockMax() != null)
                ? EXACT_FILES
                : CLUSTERED_FILES;
      }
      case SearchMode.Clustered(int cut, float factor, boolean sorted) -> {
        row.put("mode", "clustered");
        row.put("query_cut", cut).put("heap_factor", factor).put("first_sorted", sorted);
        files = CLUSTERED_FILES;
      }
      case SearchMode.ScoreAtATime(
              float postingFloor,
              float candidateFloor,
              int candidatesMax,
              long budgetMicros) -> {
        row.put("mode", "score-at-a-time");
        row.put("posting_floor", postingFloor).put("candidate_floor", candidateFloor);
        row.put("candidates_max", candidatesMax).put("budget_micros", budgetMicros);
        files = SCORE_AT_A_TIME_FILES;
      }
    }
    row.put("k", k).put("threads", threads).put("queries", outcome.documentNumbers().length);
    row.put("recall", Math.round(judge.recall(outcome.documentNumbers()) * 1e5) / 1e5);
    row.put("truth", truth == null ? "stored impacts" : "float");
    row.put("mean_us", micros(outcome.latency().meanNanos()));
    row.put("p50_us", micros((double) outcome.latency().p50Nanos()));
    row.put("p95_us", micros((double) outcome.latency().p95Nanos()));
    row.put("p99_us", micros((double) outcome.latency().p99Nanos()));
    row.put("p999_us", micros((double) outcome.latency().p999Nanos()));
    row.put("max_us", micros((double) outcome.latency().maxNanos()));
    row.put("queries_per_second", Math.round(outcome.queriesPerSecond()));
    row.put("index_bytes", bytes(snapshot, files));
    row.put("warm_passes", outcome.warmPasses()).put("settled", outcome.settled());
    putWork(row, outcome.work(), outcome.documentNumbers().length);
    return row;
  }

  /** The bytes of the files that a mode reads: another mode's structure is not its cost. */
  private static long bytes(CollectionSnapshot snapshot, Set<FileKind> files) {
    long bytes = 0;
    for (Segment segment : snapshot.segments()) {
      Set<FileKind> read = EnumSet.copyOf(files);
      if (segment.residuals() != null) {
        read.addAll(REFINING_FILES);
      }
      for (FileKind kind : read) {
        bytes += segment.lengths().getOrDefault(kind, 0L);
      }
    }
    return bytes;
  }

  private static double micros(double nanos) {
    return tenths(nanos / 1000);
  }

  private static double tenths(double value) {
    return Math.round(value * 10) / 10.0;
  }

  private boolean isStandardOutput() {
    return json != null && json.toString().equals("-");
  }

  private Writer standardOutput() {
    return isStandardOutput() ? spec.commandLine().getOut() : Writer.nullWriter();
  }

  private void printRow(ObjectNode row) {
    print(
        "%-16s %6s %9s %7.4f %9.1f %9.1f %9.1f %9.1f%n",
        row.get("mode").asText(),
        row.path("query_cut").asText(row.path("posting_floor").asText("-")),
        row.path("heap_factor").asText(row.path("candidate_floor").asText("-")),
        row.get("recall").asDouble(),
        row.get("mean_us").asDouble(),
        row.get("p50_us").asDouble(),
        row.get("p95_us").asDouble(),
        row.get("p99_us").asDouble());
    if (!row.get("settled").asBoolean()) {
      print(
          "  The times had not settled after %d passes. The machine is busy, or code was still"
              + " being compiled.%n",
          row.get("warm_passes").asInt());
    }
  }

  private static @Nullable ObjectNode fastest(Collection<ObjectNode> rows, double floor) {
    ObjectNode best = null;
    for (ObjectNode row : rows) {
      if (row.get("recall").asDouble() >= floor
          && (best == null || row.get("mean_us").asDouble() < best.get("mean_us").asDouble())) {
        best = row;
      }
    }
    return best;
  }

  /** Prints what recall targets lead to, and how much slower that is than the fastest setting. */
  private void printTargets(Planner planner, Map<List<SearchMode>, ObjectNode> rows) {
    print("%nsetting that each recall target leads to, and its time over the fastest one's:%n");
    for (double target : RECALL_FLOORS) {
      ObjectNode chosen = rows.get(planner.plan((float) target, k));
      ObjectNode best = fastest(rows.values(), target);
      if (chosen == null || best == null) {
        continue;
      }
      print(
          "%.3f  x %.2f  ",
          target, chosen.get("mean_us").asDouble() / best.get("mean_us").asDouble());
      printRow(chosen);
    }
  }

  private void printFrontier(Collection<ObjectNode> rows) {
    print("%nfastest setting for each recall floor:%n");
    for (double floor : RECALL_FLOORS) {
      ObjectNode best = fastest(rows, floor);
      print("%.3f  ", floor);
      if (best == null) {
        print("none reaches it%n");
      } else {
        printRow(best);
      }
    }
  }

  /** The table goes to stderr when stdout carries JSON. */
  @SuppressWarnings("AnnotateFormatMethod") // The annotation would be a dependency for this alone.
  private void print(String format, Object... values) {
    boolean stdoutIsJson = json != null && json.toString().equals("-");
    PrintWriter out = stdoutIsJson ? spec.commandLine().getErr() : spec.commandLine().getOut();
    out.printf(Locale.ROOT, format, values);
    out.flush();
  }
}
