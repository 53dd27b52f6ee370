package io.siskin.loadtest.load;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.loadtest.load.scenario.Operation;
import io.siskin.loadtest.load.scenario.Scenario;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SparseVector;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code loadtest/load ghz-data}: the searches of a scenario for ghz, which reads no .csr. */
@Command(
    name = "ghz-data",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Writes the searches of the only operation as a JSON array of messages, for the option"
            + " --data-file of ghz.")
@SuppressWarnings("NullAway.Init") // picocli sets the options.
final class GhzDataCommand implements Callable<Integer> {
  @Mixin private ScenarioFlags flags;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "How many searches, 1 to 100000 (default ${DEFAULT-VALUE}).")
  private int count = 1_000;

  @Parameters(index = "0", paramLabel = "FILE.json", description = "The file to write.")
  private Path file;

  @Override
  public Integer call() throws IOException {
    if (count < 1 || count > 100_000) {
      throw new InvalidInputException("--count", count, "1 to 100000");
    }
    Scenario scenario = flags.read();
    if (scenario.operations().size() != 1
        || !(scenario.operations().getFirst() instanceof Operation.Search search)) {
      throw new InvalidInputException(
          "operations", scenario.operations().size() + " of them", "one search");
    }
    LongFunction<SearchRequest> requests = Senders.requests(search);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int number = 0; number < count; number++) {
        out.write(number == 0 ? "[\n" : ",\n");
        out.write(ResultJson.line(message(requests.apply(number))));
      }
      out.write("\n]\n");
    }
    return 0;
  }

  /** Returns a message in the JSON form of protobuf. */
  private static ObjectNode message(SearchRequest request) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("collection", request.getCollection());
    if (request.hasText()) {
      node.put("text", request.getText());
    }
    if (request.hasVector()) {
      node.set("vector", vector(request.getVector()));
    }
    node.put("k", request.getK());
    if (request.hasRecallTarget()) {
      node.put("recall_target", request.getRecallTarget());
    }
    if (!request.getFilterExpression().isEmpty()) {
      node.put("filter_expression", request.getFilterExpression());
    }
    if (!request.getTenant().isEmpty()) {
      node.put("tenant", request.getTenant());
    }
    ArrayNode fields = JsonNodeFactory.instance.arrayNode();
    request.getFieldsList().forEach(fields::add);
    return fields.isEmpty() ? node : node.set("fields", fields);
  }

  private static ObjectNode vector(SparseVector vector) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode terms = node.putArray(vector.getTokensCount() > 0 ? "tokens" : "term_ids");
    vector.getTokensList().forEach(terms::add);
    // Unsigned in the message.
    vector.getTermIdsList().forEach(term -> terms.add(Integer.toUnsignedLong(term)));
    ArrayNode weights = node.putArray("weights");
    vector.getWeightsList().forEach(weights::add);
    return node;
  }
}
