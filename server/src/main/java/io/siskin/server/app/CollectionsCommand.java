package io.siskin.server.app;

import io.siskin.client.CollectionInfo;
import io.siskin.client.SearchClient;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin collections}: what a running server holds. */
@Command(
    name = "collections",
    description = "Lists the collections of a running server, or describes one.")
final class CollectionsCommand implements Callable<Integer> {
  @Mixin private TargetOptions target = new TargetOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "The collection to describe. Default: all.")
  private @Nullable String name;

  @Option(names = "--json", description = "Prints one JSON object a line, one a collection.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (SearchClient client = target.connect()) {
      List<CollectionInfo> found =
          name == null ? client.collections() : List.of(client.collection(name));
      if (found.isEmpty() && !json) {
        out.println("no collections");
      }
      found.forEach(info -> out.println(json ? Json.line(members(info)) : describe(info)));
      return ExitStatus.OK;
    }
  }

  private static String describe(CollectionInfo info) {
    return String.format(
        Locale.ROOT,
        "%s: %s, %s, %s, %s%n  encoder %s, terms named by %s, default mode %s, fields %s",
        info.name(),
        Units.count(info.documentCount(), "document"),
        Units.count(info.termCount(), "term"),
        Units.count(info.postingCount(), "posting"),
        Units.bytes(info.lengthBytes()),
        info.queryEncoder(),
        spelling(info.vocabulary()).replace('_', ' '),
        ResultPrinter.describe(info.defaultMode()),
        info.storedFields().isEmpty() ? "none" : String.join(", ", info.storedFields()));
  }

  private static Map<String, Object> members(CollectionInfo info) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", info.name());
    members.put("documents", info.documentCount());
    members.put("terms", info.termCount());
    members.put("postings", info.postingCount());
    members.put("bytes", info.lengthBytes());
    members.put("document_encoder", info.documentEncoder());
    members.put("query_encoder", info.queryEncoder());
    members.put("encoder_parameters", info.encoderParametersJson());
    members.put("vocabulary", spelling(info.vocabulary()));
    members.put("default_mode", ResultPrinter.members(info.defaultMode()));
    members.put("fields", info.storedFields());
    members.put("segments", info.segments());
    return members;
  }

  private static String spelling(CollectionInfo.Vocabulary vocabulary) {
    return vocabulary.name().toLowerCase(Locale.ROOT);
  }
}
