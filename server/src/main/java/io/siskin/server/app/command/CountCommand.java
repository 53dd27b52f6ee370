package io.siskin.server.app.command;

import io.siskin.client.SearchClient;
import io.siskin.server.app.flags.CollectionFlags;
import io.siskin.server.app.flags.SelectionFlags;
import io.siskin.server.app.process.ExitStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code siskin count}: how many documents there are. */
@Command(
    name = "count",
    description = "Counts the documents of a collection of a running server, as searches see them.")
public final class CountCommand implements Callable<Integer> {
  @Mixin private CollectionFlags collection = new CollectionFlags();
  @Mixin private SelectionFlags selection = new SelectionFlags();
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (SearchClient client = collection.connect()) {
      long count =
          client
              .documents(collection.name())
              .withTenant(selection.tenant())
              .count(selection.selection());
      spec.commandLine().getOut().println(count);
      return ExitStatus.OK;
    }
  }
}
