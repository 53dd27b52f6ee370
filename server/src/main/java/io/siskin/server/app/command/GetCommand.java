package io.siskin.server.app.command;

import io.siskin.client.Document;
import io.siskin.client.Parts;
import io.siskin.client.SearchClient;
import io.siskin.server.app.flags.CollectionFlags;
import io.siskin.server.app.flags.TenantFlags;
import io.siskin.server.app.output.DocumentJson;
import io.siskin.server.app.process.ExitStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin get}: documents by their ids. */
@Command(
    name = "get",
    description = {
      "Prints documents of a collection of a running server, one JSON object a line.",
      "They are as the last write left them, searchable or not. Ends with status 2 when an id has"
          + " no document."
    })
public final class GetCommand implements Callable<Integer> {
  @Mixin private CollectionFlags collection = new CollectionFlags();
  @Mixin private TenantFlags tenant = new TenantFlags();

  @Parameters(arity = "1..*", paramLabel = "ID", description = "The ids, at most 1000.")
  private List<String> ids = List.of();

  @Option(
      names = "--vectors",
      description =
          "Prints the vectors too, sparse and dense, with weights and values as they are stored.")
  private boolean vectors;

  @Option(
      names = "--fields",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "*",
      description = "The fields to print, at most 64 names; * for all. Default: ${DEFAULT-VALUE}.")
  private List<String> fields = List.of();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (SearchClient client = collection.connect()) {
      List<Document> found =
          client
              .documents(collection.name())
              .withTenant(tenant.tenant())
              .get(ids, new Parts(vectors, fields, vectors ? List.of("*") : List.of()));
      Set<String> missing = new HashSet<>(ids);
      for (Document document : found) {
        spec.commandLine().getOut().println(DocumentJson.line(document));
        missing.remove(document.id());
      }
      ids.stream()
          .distinct()
          .filter(missing::contains)
          .forEach(
              id ->
                  spec.commandLine()
                      .getErr()
                      .println(spec.qualifiedName() + ": there is no document '" + id + "'"));
      return missing.isEmpty() ? ExitStatus.OK : ExitStatus.USAGE;
    }
  }
}
