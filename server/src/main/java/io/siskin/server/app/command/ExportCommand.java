package io.siskin.server.app.command;

import io.siskin.client.CollectionInfo;
import io.siskin.client.Document;
import io.siskin.client.DocumentScroll;
import io.siskin.client.Parts;
import io.siskin.client.SearchClient;
import io.siskin.server.app.flags.CollectionFlags;
import io.siskin.server.app.flags.SelectionFlags;
import io.siskin.server.app.output.DocumentJson;
import io.siskin.server.app.output.OutputFile;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.app.terminal.Units;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code siskin export}: the documents of a collection as JSON Lines. */
@Command(
    name = "export",
    description = {
      "Writes the documents of a collection of a running server as JSON Lines, in the order in"
          + " which they were written.",
      "'siskin upsert' and 'siskin index' read the file back."
    })
public final class ExportCommand implements Callable<Integer> {
  private static final String NO_ENCODER = "vector";

  @Mixin private CollectionFlags collection = new CollectionFlags();
  @Mixin private SelectionFlags selection = new SelectionFlags();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The file to write, replaced when it is done. Default: standard output.")
  private @Nullable Path output;

  @Option(
      names = "--vectors",
      description =
          "Writes the vectors too, with weights as they are stored after quantisation. A collection"
              + " whose documents come as vectors is always written with them. Dense vectors are"
              + " always written, as they are stored.")
  private boolean vectors;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (output == null) {
      long _ = write(out);
      out.flush();
      return ExitStatus.OK;
    }
    try (OutputFile file = OutputFile.open("--output", output)) {
      long count = write(file.writer());
      file.commit();
      out.println("wrote " + Units.count(count, "document") + " to " + output);
      return ExitStatus.OK;
    }
  }

  private long write(Writer writer) throws IOException {
    try (SearchClient client = collection.connect();
        ProgressDisplay progress = ProgressDisplay.on(spec.commandLine().getErr())) {
      CollectionInfo info = client.collection(collection.name());
      boolean withVectors = vectors || info.documentEncoder().equals(NO_ENCODER);
      DocumentScroll scroll =
          client
              .documents(collection.name())
              .withTenant(selection.tenant())
              .scroll(
                  selection.selection(), new Parts(withVectors, List.of("*"), List.of("*")), "");
      long total = selection.hasFilter() ? -1 : info.documentCount();
      progress.begin("documents", total);
      long count = 0;
      while (scroll.hasNext()) {
        Document document = scroll.next();
        writer.write(DocumentJson.line(document));
        writer.write('\n');
        progress.advance(++count);
      }
      progress.end();
      return count;
    }
  }
}
