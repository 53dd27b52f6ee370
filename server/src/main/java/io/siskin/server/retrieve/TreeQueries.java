package io.siskin.server.retrieve;

import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.factory.DenseModelSide;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.rank.TreeEvaluator;
import io.siskin.server.rank.check.TreeCheck;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.scope.EncodedQueries;
import io.siskin.server.rank.stage.TurnMix;
import io.siskin.server.rank.tree.DenseSearch;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.rank.tree.TokenQuery;
import io.siskin.server.rank.tree.Turn;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.search.Cancellation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the vectors of all queries of one ranking tree. Takes what was encoded ahead; only what was
 * not, because no front end is there or because the collection was replaced meanwhile, is encoded
 * here, each text once a model.
 *
 * <p>Used by one thread.
 */
final class TreeQueries {
  private final CollectionSnapshot snapshot;
  private final DenseFields fields;
  private final Query ofRequest;
  private final @Nullable EncodedTexts ahead;
  private final Cancellation cancellation;
  private final Map<EncodedTexts.Key, TextEncoding> encodedHere = new HashMap<>();

  /**
   * Prepares to encode.
   *
   * @param snapshot the collection
   * @param fields its dense fields
   * @param ofRequest the query of the request
   * @param ahead what was encoded ahead; null for nothing
   * @param cancellation the request's deadline and cancellation
   */
  TreeQueries(
      CollectionSnapshot snapshot,
      DenseFields fields,
      Query ofRequest,
      @Nullable EncodedTexts ahead,
      Cancellation cancellation) {
    this.snapshot = snapshot;
    this.fields = fields;
    this.ofRequest = ofRequest;
    this.ahead = ahead;
    this.cancellation = cancellation;
  }

  /**
   * Returns the vectors of a tree's queries.
   *
   * @param root the root of the tree, which fits the collection
   * @throws InvalidInputException when a text or a vector is refused; it names the path
   */
  EncodedQueries encode(RankingNode root) {
    Map<SparseQuery, SparseVector> sparse = new HashMap<>();
    TreeEvaluator.queries(root)
        .forEach(
            (query, path) -> {
              cancellation.check();
              try {
                sparse.put(query, sparse(query));
              } catch (InvalidInputException wrong) {
                throw query instanceof SparseQuery.OfRequest ? wrong : wrong.at(path);
              }
            });
    Map<DenseSearch, DenseVector> dense = new HashMap<>();
    TreeTexts.denseTexts(root)
        .forEach(
            (query, path) -> {
              cancellation.check();
              dense.put(query, dense(query, path));
            });
    checkTokens(root);
    return new EncodedQueries(sparse, dense, tokens(root));
  }

  /** Returns the token vectors of the request's text, if a stage takes them. */
  private List<SparseVector> tokens(RankingNode root) {
    String path = TreeEvaluator.takesTokensOfRequest(root);
    if (path == null) {
      return List.of();
    }
    ModelSide side = snapshot.encoders().queryModel();
    if (side == null || !(ofRequest instanceof Query.Text(String text))) {
      throw new InvalidInputException(
          path + ".token_vectors",
          "not set",
          "1 to 128 vectors, since no model encodes the queries of the collection");
    }
    cancellation.check();
    try {
      List<SparseVector> vectors = side.tokenVectors(text);
      return vectors.subList(0, Math.min(vectors.size(), MaxSimQuery.VECTOR_COUNT_MAX));
    } catch (InvalidInputException refused) {
      throw refused.at(path + ".token_vectors");
    }
  }

  private void checkTokens(RankingNode node) {
    if (node instanceof RankingNode.MaxSim maxSim
        && maxSim.query() instanceof TokenQuery.Terms(List<SparseVector> vectors)) {
      for (SparseVector vector : vectors) {
        // The numbers of terms are of no vocabulary.
        if (vector instanceof TokenVector) {
          RetrievalPipeline.checkVocabulary(snapshot, vector);
        }
      }
    }
    node.inputs().forEach(this::checkTokens);
  }

  private SparseVector sparse(SparseQuery query) {
    return switch (query) {
      case SparseQuery.OfRequest() ->
          ofRequest instanceof Query.Text(String text)
              ? sparse(text)
              : RetrievalPipeline.encode(snapshot, ofRequest);
      case SparseQuery.Text(String text) -> sparse(text);
      case SparseQuery.Turns(List<Turn> turns) ->
          TurnMix.sparse(turns, turns.stream().map(turn -> sparse(turn.text())).toList());
      case SparseQuery.Vector(SparseVector vector) ->
          RetrievalPipeline.encode(snapshot, new Query.Vector(vector));
    };
  }

  private SparseVector sparse(String text) {
    ModelSide side = snapshot.encoders().queryModel();
    return side == null
        ? snapshot.encoders().queries().encode(text)
        : side.vector(text, encoding(side.model(), side.input(text)));
  }

  private DenseVector dense(DenseSearch query, String path) {
    DenseModelSide side = snapshot.denseEncoders().queries(query.field());
    DenseFields.Field field = fields.find(query.field());
    if (side == null || field == null) {
      throw new IllegalStateException("the tree was checked: " + path);
    }
    List<float[]> vectors = new ArrayList<>();
    try {
      for (String text : TreeTexts.texts(query.target(), ofRequest)) {
        vectors.add(side.vectors(encoding(side.model(), side.input(text))).getFirst());
      }
    } catch (InvalidInputException wrong) {
      throw wrong.at(path);
    }
    if (vectors.isEmpty()) {
      throw new InvalidInputException(
          path + ".query", "not set", "vector, text or turns here, or text in the request");
    }
    DenseVector vector =
        query.target() instanceof DenseTarget.Turns(List<Turn> turns)
            ? TurnMix.dense(turns, vectors, isCosine(query.field()))
            : new DenseVector(vectors.getFirst());
    TreeCheck.check(path + ".query", vector, field);
    return vector;
  }

  private boolean isCosine(String field) {
    return snapshot.manifest().settings().schema().requireDense("field", field).type().similarity()
        == DenseSimilarity.COSINE;
  }

  private TextEncoding encoding(TextModel model, EncoderInput input) {
    TextEncoding known = TreeTexts.find(ahead, model, input);
    return known != null
        ? known
        : Objects.requireNonNull(
            encodedHere.computeIfAbsent(
                new EncodedTexts.Key(model.fingerprint(), input),
                _ -> model.infer(List.of(model.tokenize(input))).encodings().getFirst()));
  }
}
