package io.siskin.server.app.command;

import io.siskin.client.CollectionInfo;
import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.DocumentsClient.WaitFor;
import io.siskin.client.SearchClient;
import io.siskin.client.WriteResult;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.server.app.flags.CollectionFlags;
import io.siskin.server.app.flags.TenantFlags;
import io.siskin.server.app.output.Json;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.process.FailureReport;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.app.terminal.Units;
import io.siskin.server.corpus.DocumentSource;
import io.siskin.server.corpus.DocumentSources;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.corpus.SourceDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code siskin upsert}: documents into a collection that is served. */
@Command(
    name = "upsert",
    description = {
      "Creates or replaces documents in a collection of a running server.",
      "Searches find them when the command ends. A document whose id is there already replaces the"
          + " one before as a whole. Running the command again does no harm.",
      "A collection that encodes texts encodes the title and the text of a document, and no other"
          + " field. This command is the way to change them: an update of fields leaves the vector"
          + " as it is, and refuses both."
    })
public final class UpsertCommand implements Callable<Integer> {
  private static final int BATCH_MAX = 10_000;

  @Mixin private CollectionFlags collection = new CollectionFlags();
  @Mixin private TenantFlags tenant = new TenantFlags();

  @Option(
      names = {"-i", "--input"},
      arity = "1..*",
      required = true,
      paramLabel = "FILE",
      description =
          "The documents, read one file after another. Gzip and zstd are unpacked on the way.")
  private List<Path> inputs = List.of();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "auto",
      description =
          "What the files hold: jsonl, csr or ciff. Default: ${DEFAULT-VALUE}, by name and first"
              + " bytes.")
  private InputFormat format = InputFormat.AUTO;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "500",
      description =
          "How many documents are sent together at most, 1 to 10000. Raising it raises throughput"
              + " and memory. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--skip-bad",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "How many bad records are reported and left out before one ends the command, 0 or more."
              + " What was written before stays. Default: ${DEFAULT-VALUE}.")
  private long skipBad;

  @Option(
      names = "--json",
      description = "Prints one JSON object: created, replaced, refused, last_position.")
  private boolean json;

  @Spec private CommandSpec spec;

  private Consumer<String> notes = _ -> {};
  private long createdCount;
  private long replacedCount;
  private long refusedCount;
  private long lastPosition;

  @Override
  public Integer call() throws IOException {
    Ranges.check("--batch", batch, 1, BATCH_MAX);
    Ranges.check("--skip-bad", skipBad, 0, Long.MAX_VALUE);
    long total = 0;
    for (Path input : inputs) {
      if (!Files.isReadable(input) || Files.isDirectory(input)) {
        throw new InvalidInputException("--input", input, "a file that exists and can be read");
      }
      total += Files.size(input);
    }
    try (SearchClient client = collection.connect();
        ProgressDisplay progress = ProgressDisplay.on(spec.commandLine().getErr())) {
      notes = progress::note;
      CollectionInfo info = client.collection(collection.name());
      DocumentsClient documents =
          client
              .documents(collection.name())
              .withTenant(tenant.tenant())
              .withDeadline(collection.timeout())
              .withWaitFor(WaitFor.SEARCHABLE);
      progress.begin(ProgressDisplay.READING, total);
      try (UpsertQueue queue = new UpsertQueue(documents, batch, this::count)) {
        send(new SentDocuments(info.storage()), queue, progress);
        queue.drain();
      }
      progress.end();
    }
    print();
    return ExitStatus.OK;
  }

  private void send(SentDocuments translation, UpsertQueue queue, ProgressDisplay progress)
      throws IOException {
    long before = 0;
    for (Path input : inputs) {
      try (DocumentSource source = DocumentSources.open(input, format, this::refuse)) {
        for (SourceDocument read = source.next(); read != null; read = source.next()) {
          Document document;
          try {
            document = translation.of(read);
          } catch (InvalidInputException bad) {
            refuse(bad.at(read.place()));
            continue;
          }
          queue.put(document, read.place());
          progress.advance(before + source.consumedBytes());
        }
        before += source.lengthBytes();
      }
    }
  }

  private void count(WriteResult result, String place) {
    lastPosition = Math.max(lastPosition, result.position());
    switch (result.outcome()) {
      case CREATED -> createdCount++;
      case REPLACED -> replacedCount++;
      case REFUSED, UPDATED, NOT_FOUND, UNKNOWN ->
          refuse(
              InvalidInputException.explained(
                      "document",
                      result.error() == null ? "refused" : FailureReport.message(result.error()),
                      "one that the collection takes",
                      new IllegalArgumentException("refused by the server"))
                  .at(place));
    }
  }

  private void refuse(InvalidInputException bad) {
    if (refusedCount >= skipBad) {
      throw bad;
    }
    refusedCount++;
    notes.accept(spec.qualifiedName() + ": left out: " + bad.getMessage());
  }

  private void print() {
    if (json) {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("created", createdCount);
      members.put("replaced", replacedCount);
      members.put("refused", refusedCount);
      members.put("last_position", lastPosition);
      spec.commandLine().getOut().println(Json.line(members));
      return;
    }
    spec.commandLine()
        .getOut()
        .println(
            "wrote "
                + Units.count(createdCount + replacedCount, "document")
                + " into "
                + collection.name()
                + ": "
                + Units.count(createdCount)
                + " new, "
                + Units.count(replacedCount)
                + " replaced"
                + (refusedCount == 0 ? "" : ", " + Units.count(refusedCount) + " left out"));
  }
}
