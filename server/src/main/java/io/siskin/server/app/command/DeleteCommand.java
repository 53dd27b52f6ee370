package io.siskin.server.app.command;

import io.siskin.client.Deletion;
import io.siskin.client.DocumentsClient;
import io.siskin.client.DocumentsClient.WaitFor;
import io.siskin.client.SearchClient;
import io.siskin.client.Selection;
import io.siskin.server.app.flags.CollectionFlags;
import io.siskin.server.app.flags.SelectionFlags;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.terminal.Units;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin delete}: documents out of a collection. */
@Command(
    name = "delete",
    description = {
      "Deletes documents of a collection of a running server, by their ids or by a filter.",
      "Searches do not find them any more when the command ends."
    })
public final class DeleteCommand implements Callable<Integer> {
  @Mixin private CollectionFlags collection = new CollectionFlags();
  @Mixin private SelectionFlags selection = new SelectionFlags();

  @Parameters(
      arity = "0..*",
      paramLabel = "ID",
      description =
          "The ids of documents, at most 10000; not together with --filter. Default: none.")
  private List<String> ids = List.of();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (ids.isEmpty() == !selection.hasFilter()) {
      throw new ParameterException(
          spec.commandLine(), "either ids or --filter must say what is deleted, and not both");
    }
    try (SearchClient client = collection.connect()) {
      DocumentsClient documents =
          client
              .documents(collection.name())
              .withTenant(selection.tenant())
              .withWaitFor(WaitFor.SEARCHABLE);
      Deletion deleted =
          documents.delete(
              ids.isEmpty() ? selection.selection() : Selection.ids(ids.toArray(String[]::new)));
      spec.commandLine()
          .getOut()
          .println("deleted " + Units.count(deleted.deletedCount(), "document"));
      return ExitStatus.OK;
    }
  }
}
