package io.siskin.server.app.command;

import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileKind;
import io.siskin.server.app.flags.DenseBuildFlags;
import io.siskin.server.app.flags.DenseFlags;
import io.siskin.server.app.flags.EncoderFlags;
import io.siskin.server.app.flags.EncodingStoreFlags;
import io.siskin.server.app.flags.FieldFlags;
import io.siskin.server.app.flags.InferenceFlags;
import io.siskin.server.app.flags.PruningFlags;
import io.siskin.server.app.flags.StructureFlags;
import io.siskin.server.app.output.Json;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.process.PeakMemory;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.app.terminal.Units;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.ingest.DenseBuild;
import io.siskin.server.ingest.DenseLoss;
import io.siskin.server.ingest.GraphQuality;
import io.siskin.server.ingest.IndexReport;
import io.siskin.server.ingest.IndexRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code siskin index}: documents to a collection. */
@Command(
    name = "index",
    description = {
      "Makes or replaces one collection of a data directory.",
      "A server that serves the directory takes the new collection over without a pause. Stopped"
          + " before it is done, it leaves the old collection as it was. Where a collection of that"
          + " name is there, a line on standard error says first what it is and whether the encoder"
          + " changes; no option is needed to replace it."
    })
public final class IndexCommand implements Callable<Integer> {
  private static final Pattern EXTENSIONS =
      Pattern.compile("(?i)(\\.(jsonl?|ndjson|csr|ciff|gz|gzip|zst|zstd))+$");

  @Option(
      names = {"-i", "--input"},
      arity = "1..*",
      required = true,
      paramLabel = "FILE",
      description =
          "The documents, read one file after another. Gzip and zstd are unpacked on the way.")
  private List<Path> inputs = List.of();

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIR",
      description = "The data directory, made when missing.")
  private Path output;

  @Option(
      names = {"-c", "--collection"},
      paramLabel = "NAME",
      description =
          "The collection: 1 to 128 letters, digits, '_', '.', '-'. Default: the first file's name"
              + " without its extensions (base.csr.gz is base).")
  private @Nullable String collection;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "auto",
      description =
          "What the files hold: jsonl (text or vectors, one JSON object per line), csr (the sparse"
              + " matrix of BigANN), ciff. Default: ${DEFAULT-VALUE}, by name and first bytes.")
  private InputFormat format = InputFormat.AUTO;

  @Option(
      names = "--skip-bad",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "How many bad records are reported and left out before one ends the job, 0 or more."
              + " Default: ${DEFAULT-VALUE}.")
  private long skipBad;

  @Mixin private FieldFlags fields = new FieldFlags();
  @Mixin private EncoderFlags encoder = new EncoderFlags();
  @Mixin private DenseFlags dense = new DenseFlags();
  @Mixin private DenseBuildFlags denseBuild = new DenseBuildFlags();
  @Mixin private InferenceFlags inference = new InferenceFlags();
  @Mixin private EncodingStoreFlags encodingStore = new EncodingStoreFlags();
  @Mixin private StructureFlags structures = new StructureFlags();
  @Mixin private PruningFlags pruning = new PruningFlags();

  @Option(
      names = "--no-calibration",
      description =
          "Does not measure the modes of search on the new collection, which takes a few seconds:"
              + " recall targets are not known to be kept then.")
  private boolean noCalibration;

  @Option(
      names = "--json",
      description =
          "The last line of standard output is one JSON object: collection, generation, encoder,"
              + " documents, empty_documents, skipped, dropped, reused, stored, terms, postings,"
              + " bytes, files, dense_losses, graphs, seconds, peak_rss_bytes (null where"
              + " unknown).")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    IndexRequest request = request();
    try (StoredEncodings stored = encodingStore.of(new DataDirectory(output));
        InterruptibleIndexJob job =
            new InterruptibleIndexJob(
                request, ProgressDisplay.on(err), inference.forDocuments(), stored)) {
      IndexReport report = job.run();
      if (report == null) {
        err.println(spec.qualifiedName() + ": stopped; the unfinished build was removed");
        return job.exitStatus();
      }
      boolean lossless =
          structures.residuals() && !report.segment().lengths().containsKey(FileKind.RESIDUALS);
      out.println(json ? Json.line(members(report)) : describe(report, lossless));
      return ExitStatus.OK;
    }
  }

  /**
   * Returns the name of a collection that is not named.
   *
   * @param input the first input file
   */
  static String defaultName(Path input) {
    String fileName = String.valueOf(input.getFileName());
    return EXTENSIONS.matcher(fileName).replaceFirst("");
  }

  private IndexRequest request() throws IOException {
    for (Path input : inputs) {
      if (!Files.isReadable(input) || Files.isDirectory(input)) {
        throw new InvalidInputException("--input", input, "a file that exists and can be read");
      }
    }
    String name = collection == null ? defaultName(inputs.getFirst()) : collection;
    if (collection == null && !DataDirectory.isName(name)) {
      throw new InvalidInputException(
          "the collection's name, taken from the first file",
          name,
          DataDirectory.NAME_RULE + "; name the collection with --collection");
    }
    DataDirectory.checkName(name);
    Schema declared = fields.schema();
    EncoderSpec encoderSpec = encoder.spec();
    Schema schema = denseBuild.stored(declared);
    DenseBuild build = denseBuild.build(declared, dense.encoders(declared));
    return new IndexRequest(
        inputs,
        format,
        output,
        name,
        encoderSpec,
        encoder.files(),
        Stream.concat(encoder.models().stream(), dense.models().stream()).distinct().toList(),
        structures.build(),
        pruning.build(),
        skipBad,
        !noCalibration,
        schema,
        fields.statistics(),
        build);
  }

  /**
   * @param lossless whether residuals were asked for and there is nothing to write
   */
  private static String describe(IndexReport report, boolean lossless) {
    var segment = report.segment();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "indexed %s into collection %s, generation %d%n",
            Units.count(segment.documentCount(), "document"),
            report.collection(),
            report.generation()));
    text.append(
        String.format(
            Locale.ROOT,
            "  %s, %s, %s, encoder %s%n",
            Units.count(segment.termCount(), "term"),
            Units.count(segment.postingCount(), "posting"),
            Units.bytes(segment.lengthBytes()),
            report.encoder()));
    if (segment.emptyDocumentCount() > 0 || report.skippedCount() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %s without a term, %s skipped%n",
              Units.count(segment.emptyDocumentCount(), "document"),
              Units.count(report.skippedCount(), "bad record")));
    }
    if (report.reusedCount() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %s had been encoded before the job was interrupted%n",
              Units.count(report.reusedCount(), "document")));
    }
    if (report.storedCount() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %s needed no model: the encodings were stored%n",
              Units.count(report.storedCount(), "document")));
    }
    if (report.droppedCount() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %s left out for their quality%n",
              Units.count(report.droppedCount(), "document")));
    }
    if (lossless) {
      text.append(
          String.format(
              Locale.ROOT,
              "  no residuals.dat: 8 bits hold every weight exactly, 16 would add nothing%n"));
    }
    report.denseLosses().forEach(loss -> text.append(describe(loss)));
    report.graphs().forEach(graph -> text.append(describe(graph)));
    Long peak = PeakMemory.residentBytes();
    text.append("  ").append(Units.seconds(report.seconds()));
    return peak == null
        ? text.toString()
        : text.append(", at most ").append(Units.bytes(peak)).append(" of memory").toString();
  }

  private static String describe(GraphQuality graph) {
    return String.format(
        Locale.ROOT,
        "  graph of %s: %.4f of the 10 nearest are found with %d candidates, over %s;"
            + " %.0f vectors are compared; built in %.1f s%n",
        graph.field(),
        graph.recallAt10(),
        graph.candidates(),
        Units.count(graph.sampleCount(), "document"),
        graph.vectorsScored(),
        graph.buildSeconds());
  }

  private static String describe(DenseLoss loss) {
    String vectors =
        loss.vectorsBefore() == loss.vectorsAfter()
            ? ""
            : String.format(
                Locale.ROOT,
                "; %.2f vectors of %.2f are left",
                loss.vectorsAfter(),
                loss.vectorsBefore());
    return String.format(
        Locale.ROOT,
        "  dense field %s: %.4f of the 10 nearest are found, over %s%s%n",
        loss.field(),
        loss.recallAt10(),
        Units.count(loss.sampleCount(), "document"),
        vectors);
  }

  private static Map<String, @Nullable Object> members(IndexReport report) {
    var segment = report.segment();
    Map<String, Long> files = new LinkedHashMap<>();
    segment.lengths().forEach((kind, length) -> files.put(kind.fileName(), length));
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("collection", report.collection());
    members.put("generation", report.generation());
    members.put("encoder", report.encoder());
    members.put("documents", segment.documentCount());
    members.put("empty_documents", segment.emptyDocumentCount());
    members.put("skipped", report.skippedCount());
    members.put("dropped", report.droppedCount());
    members.put("reused", report.reusedCount());
    members.put("stored", report.storedCount());
    members.put("terms", segment.termCount());
    members.put("postings", segment.postingCount());
    members.put("bytes", segment.lengthBytes());
    members.put("files", files);
    members.put("dense_losses", report.denseLosses().stream().map(IndexCommand::members).toList());
    members.put("graphs", report.graphs().stream().map(IndexCommand::members).toList());
    members.put("seconds", report.seconds());
    members.put("peak_rss_bytes", PeakMemory.residentBytes());
    return members;
  }

  private static Map<String, @Nullable Object> members(GraphQuality graph) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("field", graph.field());
    members.put("sample", graph.sampleCount());
    members.put("candidates", graph.candidates());
    members.put("recall_at_10", graph.recallAt10());
    members.put("vectors_scored", graph.vectorsScored());
    members.put("build_seconds", graph.buildSeconds());
    return members;
  }

  private static Map<String, @Nullable Object> members(DenseLoss loss) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("field", loss.field());
    members.put("sample", loss.sampleCount());
    members.put("recall_at_10", loss.recallAt10());
    members.put("vectors_before", loss.vectorsBefore());
    members.put("vectors_after", loss.vectorsAfter());
    return members;
  }
}
