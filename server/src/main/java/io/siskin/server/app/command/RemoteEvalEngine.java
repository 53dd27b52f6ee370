package io.siskin.server.app.command;

import io.siskin.client.ClientOptions;
import io.siskin.client.Ranking;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchMode;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.app.flags.ModeFlags;
import io.siskin.server.corpus.TermKeys;
import io.siskin.server.measure.TrecRun;
import io.siskin.server.rank.list.StageReport;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Searches a collection of a running server. */
final class RemoteEvalEngine implements EvalEngine {
  private final String collection;
  private final ModeFlags mode;
  private final @Nullable Ranking ranking;
  private final SearchClient client;
  private final TermKeys termKeys;

  private RemoteEvalEngine(
      String collection,
      ModeFlags mode,
      @Nullable Ranking ranking,
      SearchClient client,
      TermKeys termKeys) {
    this.collection = collection;
    this.mode = mode;
    this.ranking = ranking;
    this.client = client;
    this.termKeys = termKeys;
  }

  /**
   * Connects to a server.
   *
   * @param target its address
   * @param collection the collection's name
   * @param mode how queries are evaluated
   * @param ranking by which stages documents are ranked; null for none
   * @throws SearchException when the server does not answer or has no such collection
   * @throws io.siskin.index.error.InvalidInputException when the options of the mode contradict
   *     each other
   */
  static RemoteEvalEngine connect(
      ClientOptions target, String collection, ModeFlags mode, @Nullable Ranking ranking) {
    // What contradicts itself is refused before anything is asked.
    SearchRequest _ = mode.applyTo(SearchRequest.text(collection, ""));
    SearchClient client = SearchClient.connect(target);
    boolean connected = false;
    try {
      TermKeys keys =
          switch (client.collection(collection).vocabulary()) {
            case TOKEN -> TermKeys.TOKENS;
            case TERM_ID -> TermKeys.TERM_IDS;
            case NONE, UNKNOWN -> TermKeys.AUTO;
          };
      connected = true;
      return new RemoteEvalEngine(collection, mode, ranking, client, keys);
    } finally {
      if (!connected) {
        client.close();
      }
    }
  }

  @Override
  public TermKeys termKeys() {
    return termKeys;
  }

  /** A server lists no documents. */
  @Override
  public boolean mayHaveAny(Set<String> documentIds) {
    return true;
  }

  @Override
  public Answer answer(AskedQuery query, int k) {
    SparseVector vector = query.source().vector();
    String text = query.source().text();
    SearchRequest request =
        vector == null
            ? SearchRequest.text(collection, text == null ? "" : text)
            : SearchRequest.vector(collection, clientVector(vector));
    for (var field : query.dense().entrySet()) {
      request = request.withDense(field.getKey(), field.getValue().toArray(float[][]::new));
    }
    for (var field : query.tokens().entrySet()) {
      request =
          request.withTokenVectors(
              field.getKey(),
              field.getValue().stream().map(RemoteEvalEngine::clientVector).toList());
    }
    SearchResult result =
        client.search(mode.applyTo(request).withRanking(ranking).withK(ranking == null ? k : 0));
    List<TrecRun.Hit> hits =
        result.hits().stream().limit(k).map(hit -> new TrecRun.Hit(hit.id(), hit.score())).toList();
    List<StageReport> stages = result.stages().stream().map(RemoteEvalEngine::report).toList();
    return new Answer(hits, name(result.mode()), result.unknownTerms(), stages);
  }

  @Override
  public boolean isOfQuery(RuntimeException failure) {
    return switch (failure) {
      case SearchException.InvalidRequest _, SearchException.ServerFault _ -> true;
      // A message that is too large; a server that is busy names a delay.
      case SearchException.Exhausted exhausted -> exhausted.retryDelay() == null;
      default -> false;
    };
  }

  @Override
  public void close() {
    client.close();
  }

  private static StageReport report(SearchResult.Stage stage) {
    return new StageReport(
        stage.name(),
        stage.documentsIn(),
        stage.documentsOut(),
        stage.documentsScored(),
        stage.nanos(),
        stage.isComplete(),
        List.of());
  }

  private static String name(SearchMode mode) {
    return switch (mode) {
      case SearchMode.Exact _ -> "exact";
      case SearchMode.Clustered _ -> "clustered";
      case SearchMode.ScoreAtATime _ -> "score-at-a-time";
    };
  }

  private static io.siskin.client.SparseVector clientVector(SparseVector vector) {
    float[] weights = new float[vector.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = vector.weight(i);
    }
    return switch (vector) {
      case TokenVector tokens -> {
        String[] names = new String[weights.length];
        for (int i = 0; i < weights.length; i++) {
          names[i] = tokens.token(i);
        }
        yield io.siskin.client.SparseVector.ofTokens(names, weights);
      }
      case TermIdVector ids -> {
        int[] termIds = new int[weights.length];
        for (int i = 0; i < weights.length; i++) {
          termIds[i] = ids.termId(i);
        }
        yield io.siskin.client.SparseVector.ofTermIds(termIds, weights);
      }
    };
  }
}
