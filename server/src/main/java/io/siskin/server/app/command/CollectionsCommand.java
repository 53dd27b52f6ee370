package io.siskin.server.app.command;

import io.siskin.client.CollectionInfo;
import io.siskin.client.FieldType;
import io.siskin.client.SearchClient;
import io.siskin.client.StatisticsScope;
import io.siskin.server.app.flags.TargetFlags;
import io.siskin.server.app.output.Json;
import io.siskin.server.app.output.ResultPrinter;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.terminal.PrintableText;
import io.siskin.server.app.terminal.Units;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
    description = "Lists the collections of a running server, describes one, or changes them.",
    subcommands = {
      CollectionChangeCommands.Create.class,
      CollectionChangeCommands.Drop.class,
      CollectionChangeCommands.Alias.class,
      CollectionChangeCommands.Unalias.class,
      CollectionChangeCommands.Flush.class,
      CollectionChangeCommands.Compact.class
    })
public final class CollectionsCommand implements Callable<Integer> {
  @Mixin private TargetFlags target = new TargetFlags();

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "The collection to describe. Default: all.")
  private @Nullable String name;

  @Option(names = "--json", description = "Prints one JSON object per line, one per collection.")
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
      found.forEach(
          info -> {
            if (json) {
              out.println(Json.line(members(info)));
            } else {
              describe(info).forEach(line -> out.println(PrintableText.of(line)));
            }
          });
      return ExitStatus.OK;
    }
  }

  private static List<String> describe(CollectionInfo info) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s%s: %s, %s, %s, %s",
            info.name(),
            info.damaged() ? " (damaged: it answers no search until its files are whole)" : "",
            Units.count(info.documentCount(), "document"),
            Units.count(info.termCount(), "term"),
            Units.count(info.postingCount(), "posting"),
            Units.bytes(info.lengthBytes())));
    lines.add(
        String.format(
            Locale.ROOT,
            "  encoder %s, terms named by %s, default mode %s (recall target %s), fields %s%s",
            info.queryEncoder(),
            spelling(info.vocabulary()).replace('_', ' '),
            ResultPrinter.describe(info.defaultMode()),
            info.defaultRecallTarget(),
            info.storedFields().isEmpty() ? "none" : String.join(", ", info.storedFields()),
            info.recallExpectations().isEmpty() ? ", not calibrated" : ""));
    String kept = describe(info.storage());
    if (!kept.isEmpty()) {
      lines.add("  " + kept);
    }
    lines.add("  " + describe(info.storage().memory()));
    for (CollectionInfo.RecallExpectation told : info.recallExpectations()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  k %-5d recall target %.2f: %.4f in %.1f µs (mean %.1f), %s",
              told.k(),
              told.recallTarget(),
              told.recall(),
              told.medianMicros(),
              told.meanMicros(),
              ResultPrinter.describe(told.mode())));
    }
    return lines;
  }

  private static String describe(CollectionInfo.Storage storage) {
    List<String> parts = new ArrayList<>();
    if (!storage.fields().isEmpty()) {
      parts.add(
          "declared "
              + storage.fields().entrySet().stream()
                  .map(field -> field.getKey() + ":" + word(field.getValue()))
                  .collect(Collectors.joining(", ")));
    }
    if (storage.tenantField() != null) {
      parts.add("tenant field " + storage.tenantField());
    }
    CollectionInfo.TextStatistics texts = storage.textStatistics();
    if (texts.scope() == StatisticsScope.TENANT) {
      parts.add("statistics of each tenant");
    }
    if (texts.pinnedAverageLength() != null) {
      parts.add(
          String.format(Locale.ROOT, "pinned average length %.1f", texts.pinnedAverageLength())
              + (texts.averageLength() == null
                  ? ""
                  : String.format(Locale.ROOT, ", now %.1f", texts.averageLength())));
    }
    if (!storage.aliases().isEmpty()) {
      parts.add("aliases " + String.join(", ", storage.aliases()));
    }
    if (storage.deletedDocumentCount() > 0) {
      parts.add(Units.count(storage.deletedDocumentCount(), "deleted document") + " in its files");
    }
    return String.join("; ", parts);
  }

  private static String describe(CollectionInfo.Memory memory) {
    return String.format(
        Locale.ROOT,
        "memory: %s of files mapped (%s resident), %s outside of the heap, about %s of heap; log"
            + " %s",
        Units.bytes(memory.mappedBytes()),
        Units.bytes(memory.residentBytes()),
        Units.bytes(memory.anonymousBytes()),
        Units.bytes(memory.heapBytes()),
        Units.bytes(memory.logBytes()));
  }

  private static String word(FieldType type) {
    return io.siskin.index.document.FieldType.valueOf(type.name()).word();
  }

  private static Map<String, Object> members(CollectionInfo info) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", info.name());
    members.put("damaged", info.damaged());
    members.put("documents", info.documentCount());
    members.put("terms", info.termCount());
    members.put("postings", info.postingCount());
    members.put("bytes", info.lengthBytes());
    members.put("document_encoder", info.documentEncoder());
    members.put("query_encoder", info.queryEncoder());
    members.put("encoder_parameters", info.encoderParametersJson());
    members.put("vocabulary", spelling(info.vocabulary()));
    members.put("default_mode", ResultPrinter.members(info.defaultMode()));
    members.put("default_recall_target", info.defaultRecallTarget());
    members.put(
        "recall_expectations",
        info.recallExpectations().stream().map(CollectionsCommand::members).toList());
    members.put("fields", info.storedFields());
    members.put("segments", info.segments());
    Map<String, String> declared = new LinkedHashMap<>();
    info.storage().fields().forEach((name, type) -> declared.put(name, word(type)));
    members.put("declared_fields", declared);
    members.put("tenant_field", Objects.toString(info.storage().tenantField(), ""));
    CollectionInfo.TextStatistics texts = info.storage().textStatistics();
    members.put("statistics", texts.scope().name().toLowerCase(Locale.ROOT));
    members.put("pinned_average_length", texts.pinnedAverageLength());
    members.put("average_length", texts.averageLength());
    members.put("aliases", info.storage().aliases());
    members.put("last_position", info.storage().lastPosition());
    members.put("deleted_documents", info.storage().deletedDocumentCount());
    members.put("memory", info.storage().memory());
    return members;
  }

  private static Map<String, Object> members(CollectionInfo.RecallExpectation told) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("k", told.k());
    members.put("recall_target", told.recallTarget());
    members.put("mode", ResultPrinter.members(told.mode()));
    members.put("recall", told.recall());
    members.put("median_micros", told.medianMicros());
    members.put("mean_micros", told.meanMicros());
    return members;
  }

  private static String spelling(CollectionInfo.Vocabulary vocabulary) {
    return vocabulary.name().toLowerCase(Locale.ROOT);
  }
}
