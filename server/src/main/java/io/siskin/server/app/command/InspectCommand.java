package io.siskin.server.app.command;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileKind;
import io.siskin.index.inspect.SegmentSummary;
import io.siskin.index.inspect.SegmentVerifier;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.SegmentStatistics;
import io.siskin.index.store.Verification;
import io.siskin.server.app.output.CalibrationText;
import io.siskin.server.app.output.Json;
import io.siskin.server.app.output.SegmentText;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.terminal.PrintableText;
import io.siskin.server.app.terminal.Units;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.plan.Calibration;
import io.siskin.server.plan.Planner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code siskin inspect}: what a collection on disk holds, read from its files. */
@Command(
    name = "inspect",
    description = {
      "Shows what collections on disk hold: documents, terms, postings, bytes per structure and per"
          + " posting, encoder, build options. Needs no server.",
      "Exit status 1 when a file is damaged or contradicts another."
    })
public final class InspectCommand implements Callable<Integer> {
  @Option(
      names = {"-d", "--data"},
      required = true,
      paramLabel = "DIR",
      description = "A data directory, or the folder of one segment.")
  private Path data;

  @Option(
      names = {"-c", "--collection"},
      paramLabel = "NAME",
      description = "The collection. Default: all of the data directory.")
  private @Nullable String collection;

  @Option(
      names = "--verify",
      description =
          "Reads every byte, checks it against the checksums, and derives anew whatever is stored"
              + " more than once: names, frequencies, bounds, summaries. Takes about as long as"
              + " indexing. Default: the headers only.")
  private boolean verify;

  @Option(names = "--json", description = "Prints one JSON object per line, one per segment.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (Files.exists(data.resolve(FileKind.META.fileName()))) {
      return status(show(null, data, null));
    }
    if (!Files.isDirectory(data)) {
      throw new InvalidInputException("--data", data, "a folder that exists");
    }
    DataDirectory directory = new DataDirectory(data);
    if (collection != null) {
      directory.existing(collection);
    }
    List<String> names = collection == null ? directory.collections() : List.of(collection);
    if (names.isEmpty() && !json) {
      spec.commandLine().getOut().println("no collections in " + data);
    }
    boolean clean = true;
    for (String name : names) {
      Path folder = directory.collectionDirectory(name);
      CollectionManifest manifest = CollectionManifest.read(folder);
      for (CollectionManifest.SegmentEntry entry : manifest.segments()) {
        clean &= show(manifest, DataDirectory.segmentDirectory(folder, entry.id()), folder);
      }
    }
    return status(clean);
  }

  private static int status(boolean clean) {
    return clean ? ExitStatus.OK : ExitStatus.FAILURE;
  }

  /** Shows a segment; returns whether nothing is wrong with it. */
  private boolean show(
      @Nullable CollectionManifest manifest, Path folder, @Nullable Path collectionFolder)
      throws IOException {
    Segment segment = Segment.open(folder, verify ? Verification.FULL : Verification.STRUCTURE);
    try {
      SegmentSummary summary = SegmentSummary.of(segment);
      SegmentVerifier.Report report = verify ? SegmentVerifier.verify(segment) : null;
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        Map<String, @Nullable Object> members = members(manifest, summary, report);
        if (collectionFolder != null) {
          members.putAll(calibrationMembers(segment, collectionFolder));
        }
        out.println(Json.line(members));
      } else {
        SegmentText.lines(manifest, summary, report).forEach(out::println);
        if (collectionFolder != null) {
          calibrationLines(segment, collectionFolder).forEach(line -> out.println("  " + line));
        }
      }
      if (report == null || report.isClean()) {
        return true;
      }
      String where = spec.qualifiedName() + ": " + folder + ": ";
      PrintWriter err = spec.commandLine().getErr();
      report.findings().forEach(finding -> err.println(PrintableText.of(where + finding)));
      err.println(where + Units.count(report.findingCount(), "fact") + " do not agree");
      return false;
    } finally {
      segment.release();
    }
  }

  private static List<String> calibrationLines(Segment segment, Path collectionFolder) {
    try {
      Calibration calibration =
          DataDirectory.readCalibration(collectionFolder, segment.id().toString());
      return calibration == null
          ? List.of("not calibrated: recall targets lead to the defaults")
          : CalibrationText.lines(calibration, Planner.expectations(segment, calibration));
    } catch (IOException unreadable) {
      return List.of(
          "not calibrated: recall targets lead to the defaults; " + unreadable.getMessage());
    }
  }

  private static Map<String, @Nullable Object> calibrationMembers(
      Segment segment, Path collectionFolder) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    try {
      Calibration calibration =
          DataDirectory.readCalibration(collectionFolder, segment.id().toString());
      members.put(
          "calibration",
          calibration == null
              ? null
              : CalibrationText.members(calibration, Planner.expectations(segment, calibration)));
    } catch (IOException unreadable) {
      members.put("calibration", null);
      members.put("calibration_error", unreadable.getMessage());
    }
    return members;
  }

  private static Map<String, @Nullable Object> members(
      @Nullable CollectionManifest manifest,
      SegmentSummary summary,
      SegmentVerifier.@Nullable Report report) {
    SegmentStatistics statistics = summary.statistics();
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    if (manifest != null) {
      members.put("collection", manifest.name());
      members.put("generation", manifest.generation());
      members.put("encoder", manifest.encoder());
    }
    members.put("segment", summary.id());
    members.put("format_version", summary.formatVersion());
    members.put("documents", statistics.documentCount());
    members.put("empty_documents", statistics.emptyDocumentCount());
    members.put("terms", statistics.termCount());
    members.put("postings", statistics.postingCount());
    members.put("vocabulary", statistics.vocabulary().name().toLowerCase(Locale.ROOT));
    members.put("bytes", summary.bytes());
    members.put("bytes_per_posting", summary.bytesPerPosting());
    Map<String, Long> files = new LinkedHashMap<>();
    summary.files().forEach(file -> files.put(file.name(), file.bytes()));
    members.put("files", files);
    members.put("list_lengths", summary.listLengths());
    members.put("document_sizes", summary.documentSizes());
    members.put("build_options", Json.parse("build options", summary.buildOptions(), "JSON"));
    members.put("facts_verified", report == null ? null : report.factCount());
    members.put("findings", report == null ? null : report.findingCount());
    return members;
  }
}
