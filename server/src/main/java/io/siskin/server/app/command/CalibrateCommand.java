package io.siskin.server.app.command;

import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.server.app.flags.InferenceFlags;
import io.siskin.server.app.output.CalibrationText;
import io.siskin.server.app.output.Json;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.ingest.CalibrationJob;
import io.siskin.server.plan.Calibration;
import io.siskin.server.plan.Planner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code siskin calibrate}: measures which mode reaches which recall. */
@Command(
    name = "calibrate",
    description = {
      "Measures which mode reaches which recall on a collection, as 'siskin index' does, and"
          + " publishes the result as its next generation.",
      "A server that serves the directory takes it over without a pause. Best with queries as the"
          + " users ask them."
    })
public final class CalibrateCommand implements Callable<Integer> {
  @Option(
      names = {"-d", "--data"},
      required = true,
      paramLabel = "DIR",
      description = "Data directory.")
  private Path data;

  @Option(
      names = {"-c", "--collection"},
      required = true,
      paramLabel = "NAME",
      description = "The collection.")
  private String collection;

  @Option(
      names = {"-q", "--queries"},
      paramLabel = "FILE",
      description =
          "Queries: .csr, TSV or JSON Lines of vectors or texts; gzip and zstd are unpacked. As"
              + " many are used as about 20 seconds of work allow. Default: up to 1000 queries made"
              + " of documents.")
  private @Nullable Path queries;

  @Option(
      names = "--json",
      description = "Prints one JSON object per line, one per segment, with what was measured.")
  private boolean json;

  @Mixin private InferenceFlags inference = new InferenceFlags();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    TextModels models = inference.forQueries();
    CalibrationJob.Report report;
    try (ProgressDisplay display = ProgressDisplay.on(spec.commandLine().getErr())) {
      report = new CalibrationJob(data, collection, queries, display, models).run();
    }
    Path directory = new DataDirectory(data).existing(collection);
    CollectionSnapshot snapshot =
        CollectionSnapshot.open(
            directory, CollectionManifest.read(directory), Verification.STRUCTURE, models);
    try {
      for (Segment segment : snapshot.segments()) {
        print(
            out, report.generation(), segment, report.calibrations().get(segment.id().toString()));
      }
    } finally {
      snapshot.release();
    }
    return ExitStatus.OK;
  }

  private void print(
      PrintWriter out, long generation, Segment segment, @Nullable Calibration calibration) {
    List<Planner.Expectation> expectations =
        calibration == null ? List.of() : Planner.expectations(segment, calibration);
    if (json) {
      Map<String, @Nullable Object> members = new LinkedHashMap<>();
      members.put("collection", collection);
      members.put("generation", generation);
      members.put("segment", segment.id().toString());
      members.put(
          "calibration",
          calibration == null ? null : CalibrationText.members(calibration, expectations));
      out.println(Json.line(members));
      return;
    }
    out.println("collection " + collection + ", generation " + generation + ", " + segment.id());
    if (calibration == null) {
      out.println("  not calibrated: exact search is quickest on so few documents");
    } else {
      CalibrationText.lines(calibration, expectations).forEach(line -> out.println("  " + line));
    }
  }
}
