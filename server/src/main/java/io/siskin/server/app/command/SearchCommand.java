package io.siskin.server.app.command;

import io.siskin.client.CollectionInfo.Vocabulary;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SparseVector;
import io.siskin.server.app.flags.DenseVectorFlags;
import io.siskin.server.app.flags.ModeFlags;
import io.siskin.server.app.flags.PipelineFlags;
import io.siskin.server.app.flags.QueryVector;
import io.siskin.server.app.flags.SelectionFlags;
import io.siskin.server.app.flags.TargetFlags;
import io.siskin.server.app.output.ResultPrinter;
import io.siskin.server.app.process.ExitStatus;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin search}: one search of a running server, through the Java client. */
@Command(
    name = "search",
    description = {
      "Searches a collection of a running server, by text or by vector.",
      "Prints the hits best first with score, id and stored fields, then where the server's time"
          + " went."
    })
public final class SearchCommand implements Callable<Integer> {
  /** The query, in one of its two forms; not set if a tree has all queries that it needs. */
  static final class Query {
    @Parameters(
        arity = "1..*",
        paramLabel = "TEXT",
        description = "The query as text; several words need no quotes.")
    private @Nullable List<String> words;

    @Option(
        names = "--vector",
        paramLabel = "JSON",
        description =
            "The query as a vector: {\"token\": weight, ...} or {\"term id\": weight, ...}, as the"
                + " collection names its terms; weights 0 to 1e30, at most 16384 terms.")
    private @Nullable String vector;
  }

  @Mixin private TargetFlags target = new TargetFlags();

  @Option(
      names = {"-c", "--collection"},
      required = true,
      paramLabel = "NAME",
      description = "The collection; 'siskin collections' lists them.")
  private String collection;

  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private @Nullable Query query;

  @Option(
      names = {"-k", "--k"},
      paramLabel = "N",
      defaultValue = "10",
      description =
          "How many hits, 1 to 10000. Default: ${DEFAULT-VALUE}, or with --pipeline all that its"
              + " root hands on.")
  private int k;

  @Mixin private SelectionFlags selection = new SelectionFlags();
  @Mixin private ModeFlags evaluation = new ModeFlags();
  @Mixin private PipelineFlags pipeline = new PipelineFlags();
  @Mixin private DenseVectorFlags dense = new DenseVectorFlags();

  @Option(
      names = "--fields",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "*",
      description =
          "The stored fields to return, at most 64 names; * for all, none with --fields=. Default:"
              + " ${DEFAULT-VALUE}.")
  private List<String> fields = List.of();

  @Option(
      names = "--explain",
      description = "Shows what each matched term added to the score of each hit.")
  private boolean explain;

  @Option(
      names = "--json",
      description =
          "Prints one JSON object: hits (id, score, fields, contributions, stage_scores,"
              + " inner_hits, answers, context), mode, unknown_terms, timings (nanoseconds),"
              + " counters, stages.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (query == null && pipeline.ranking() == null) {
      throw new ParameterException(
          spec.commandLine(),
          "a query is missing: a text, --vector, or --pipeline with all queries that it needs");
    }
    try (SearchClient client = target.connect()) {
      SearchRequest request = request(client);
      long start = System.nanoTime();
      SearchResult result = client.search(request);
      long elapsed = System.nanoTime() - start;
      ResultPrinter printer = new ResultPrinter(spec.commandLine().getOut());
      if (json) {
        printer.printJson(result);
      } else {
        printer.print(result);
        printer.printTimings(result, elapsed);
      }
      return ExitStatus.OK;
    }
  }

  private SearchRequest request(SearchClient client) {
    SearchRequest request = dense.addTo(asked(client), pipeline.isGiven());
    String[] names = fields.stream().filter(name -> !name.isEmpty()).toArray(String[]::new);
    pipeline.checkBeside(evaluation);
    // Without a number, all that the root of the tree hands on.
    boolean all = pipeline.isGiven() && !spec.commandLine().getParseResult().hasMatchedOption("-k");
    request = evaluation.applyTo(request.withK(all ? 0 : k)).withFields(names);
    request = request.withRanking(pipeline.ranking());
    request = request.withSelection(selection.selection()).withTenant(selection.tenant());
    return explain ? request.withExplanation() : request;
  }

  private SearchRequest asked(SearchClient client) {
    if (query == null) {
      return SearchRequest.ranked(collection, Objects.requireNonNull(pipeline.ranking()));
    }
    return query.vector == null
        ? SearchRequest.text(collection, String.join(" ", List.copyOf(query.words)))
        : SearchRequest.vector(collection, vector(query.vector, client));
  }

  private SparseVector vector(String text, SearchClient client) {
    QueryVector vector = QueryVector.parse("--vector", text);
    // Numbers may be tokens too; only the collection knows.
    boolean byTermId =
        vector.isAllNumbers() && client.collection(collection).vocabulary() == Vocabulary.TERM_ID;
    return byTermId ? vector.byTermId() : vector.byToken();
  }
}
