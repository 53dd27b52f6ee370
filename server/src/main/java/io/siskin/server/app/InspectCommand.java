package io.siskin.server.app;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileKind;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.SegmentStatistics;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.DataDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
      "Shows what collections on disk hold: documents, terms, postings, bytes a structure and a"
          + " posting, encoder, build options. Needs no server.",
      "Exit status 1 when a file is damaged."
    })
final class InspectCommand implements Callable<Integer> {
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
          "Reads every byte and checks it against the checksums, about 1 s per 5 GB. Default: the"
              + " headers only.")
  private boolean verify;

  @Option(names = "--json", description = "Prints one JSON object a line, one a segment.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (Files.exists(data.resolve(FileKind.META.fileName()))) {
      show(null, data);
      return ExitStatus.OK;
    }
    if (!Files.isDirectory(data)) {
      throw new InvalidInputException("--data", data, "a folder that exists");
    }
    DataDirectory directory = new DataDirectory(data);
    List<String> found = directory.collections();
    if (collection != null && !found.contains(collection)) {
      throw new InvalidInputException(
          "--collection", collection, "one of " + data + ": " + String.join(", ", found));
    }
    List<String> names = collection == null ? found : List.of(collection);
    if (names.isEmpty() && !json) {
      spec.commandLine().getOut().println("no collections in " + data);
    }
    for (String name : names) {
      Path folder = directory.collectionDirectory(name);
      CollectionManifest manifest = CollectionManifest.read(folder);
      for (CollectionManifest.SegmentEntry entry : manifest.segments()) {
        show(manifest, DataDirectory.segmentDirectory(folder, entry.id()));
      }
    }
    return ExitStatus.OK;
  }

  private void show(@Nullable CollectionManifest manifest, Path folder) throws IOException {
    Segment segment = Segment.open(folder, verify ? Verification.FULL : Verification.STRUCTURE);
    try {
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        out.println(Json.line(members(manifest, segment)));
      } else {
        describe(manifest, segment).forEach(out::println);
      }
    } finally {
      segment.release();
    }
  }

  private List<String> describe(@Nullable CollectionManifest manifest, Segment segment) {
    SegmentStatistics statistics = segment.statistics();
    List<String> lines = new ArrayList<>();
    if (manifest != null) {
      lines.add("collection " + manifest.name() + ", generation " + manifest.generation());
      lines.add("  encoder    " + manifest.encoder());
    }
    lines.add("  segment    " + segment.id() + ", format " + segment.formatVersion());
    lines.add(
        String.format(
            Locale.ROOT,
            "  holds      %s (%s without a term), %s, %s, %.1f postings a document",
            Units.count(statistics.documentCount(), "document"),
            Units.count(statistics.emptyDocumentCount()),
            Units.count(statistics.termCount(), "term"),
            Units.count(statistics.postingCount(), "posting"),
            (double) statistics.postingCount() / Math.max(1, statistics.documentCount())));
    lines.add("  terms      named by " + vocabulary(statistics).replace('_', ' '));
    lines.add("  built with " + segment.buildOptions());
    segment
        .lengths()
        .forEach((kind, length) -> lines.add(row(kind.fileName(), length, statistics)));
    lines.add(row("all", segment.lengthBytes(), statistics));
    lines.add("  " + (verify ? "every checksum is right" : "headers are right; not verified"));
    return lines;
  }

  private static String row(String name, long length, SegmentStatistics statistics) {
    return String.format(
        Locale.ROOT,
        "  %-14s %9s %6.2f B a posting",
        name,
        Units.bytes(length),
        perPosting(length, statistics));
  }

  private Map<String, @Nullable Object> members(
      @Nullable CollectionManifest manifest, Segment segment) {
    SegmentStatistics statistics = segment.statistics();
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    if (manifest != null) {
      members.put("collection", manifest.name());
      members.put("generation", manifest.generation());
      members.put("encoder", manifest.encoder());
    }
    members.put("segment", segment.id().toString());
    members.put("format_version", segment.formatVersion());
    members.put("documents", statistics.documentCount());
    members.put("empty_documents", statistics.emptyDocumentCount());
    members.put("terms", statistics.termCount());
    members.put("postings", statistics.postingCount());
    members.put("vocabulary", vocabulary(statistics));
    members.put("bytes", segment.lengthBytes());
    members.put("bytes_per_posting", perPosting(segment.lengthBytes(), statistics));
    Map<String, Long> files = new LinkedHashMap<>();
    segment.lengths().forEach((kind, length) -> files.put(kind.fileName(), length));
    members.put("files", files);
    members.put("build_options", Json.parse("build options", segment.buildOptions(), "JSON"));
    members.put("verified", verify);
    return members;
  }

  private static String vocabulary(SegmentStatistics statistics) {
    return statistics.vocabulary().name().toLowerCase(Locale.ROOT);
  }

  private static double perPosting(long length, SegmentStatistics statistics) {
    return (double) length / Math.max(1, statistics.postingCount());
  }
}
