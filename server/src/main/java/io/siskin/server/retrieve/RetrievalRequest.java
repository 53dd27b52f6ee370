package io.siskin.server.retrieve;

import io.siskin.index.error.Ranges;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.batch.BatchedModel;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.rank.check.RequestVectorsCheck;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.RequestVectors;
import io.siskin.server.search.Evaluation;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One search, free of any transport.
 *
 * @param collection the collection's name
 * @param query what is searched for
 * @param k how many hits are wanted, 1 to 10,000; fewer come back when fewer documents match
 * @param evaluation how to evaluate
 * @param fields names of the stored fields to return with each hit; {@code "*"} stands for all of
 *     them. A name that the collection does not store is refused when the request is searched
 * @param explain whether each hit lists what each matched term contributed to its score
 * @param selector which documents qualify: all, or those that a filter admits
 * @param tenant whose documents are searched; empty when the collection has no tenants
 * @param ranking how documents are ranked by several stages; null ranks them by the query alone
 */
public record RetrievalRequest(
    String collection,
    Query query,
    int k,
    Evaluation evaluation,
    List<String> fields,
    boolean explain,
    Selector selector,
    String tenant,
    @Nullable Ranking ranking) {
  /** The largest k accepted. */
  public static final int K_MAX = 10_000;

  /** Checks the ranges. */
  public RetrievalRequest {
    Ranges.check("k", k, 1, K_MAX);
    fields = List.copyOf(fields);
  }

  /**
   * Makes a search of all documents of a collection without tenants.
   *
   * @param collection the collection's name
   * @param query what is searched for
   * @param k how many hits are wanted, 1 to 10,000
   * @param evaluation how to evaluate
   * @param fields names of the stored fields to return with each hit
   * @param explain whether hits are explained
   */
  public RetrievalRequest(
      String collection,
      Query query,
      int k,
      Evaluation evaluation,
      List<String> fields,
      boolean explain) {
    this(collection, query, k, evaluation, fields, explain, new Selector.All(), "");
  }

  /**
   * Makes a search without a ranking tree.
   *
   * @param collection the collection's name
   * @param query what is searched for
   * @param k how many hits are wanted, 1 to 10,000
   * @param evaluation how to evaluate
   * @param fields names of the stored fields to return with each hit
   * @param explain whether hits are explained
   * @param selector which documents qualify
   * @param tenant whose documents are searched; empty when the collection has no tenants
   */
  public RetrievalRequest(
      String collection,
      Query query,
      int k,
      Evaluation evaluation,
      List<String> fields,
      boolean explain,
      Selector selector,
      String tenant) {
    this(collection, query, k, evaluation, fields, explain, selector, tenant, null);
  }

  /**
   * A ranking tree, and which of its hits are returned: {@link #k} from the offset on.
   *
   * @param root the root of the tree that is evaluated, which keeps the rules of {@link
   *     io.siskin.server.rank.check.TreeCheck#shape}
   * @param asked the root of the tree as it was given: without the vectors of the request
   * @param vectors the vectors of the request, which are in the tree already
   * @param isStored whether the request named it instead of carrying it
   * @param offset how many hits are left out before the first one that is returned, 0 or more
   * @param texts what was encoded of its texts ahead of the search; null for nothing
   */
  public record Ranking(
      RankingNode root,
      RankingNode asked,
      RequestVectors vectors,
      boolean isStored,
      int offset,
      @Nullable EncodedTexts texts) {
    /**
     * Makes a ranking without vectors of the request, of whose texts nothing is encoded yet.
     *
     * @param root see above
     * @param isStored see above
     * @param offset see above
     */
    public Ranking(RankingNode root, boolean isStored, int offset) {
      this(root, root, RequestVectors.NONE, isStored, offset, null);
    }

    /**
     * Makes a ranking whose stages take vectors of the request.
     *
     * @param asked see above
     * @param vectors the vectors
     * @param isStored see above
     * @param offset see above
     * @throws io.siskin.index.error.InvalidInputException when a vector breaks its rules, or when
     *     no stage takes it
     */
    public static Ranking of(
        RankingNode asked, RequestVectors vectors, boolean isStored, int offset) {
      RequestVectorsCheck.shape(vectors, asked);
      return new Ranking(vectors.into(asked), asked, vectors, isStored, offset, null);
    }
  }

  /**
   * Returns the same request with its texts encoded.
   *
   * @param texts what was encoded of the texts of its ranking tree, which it has
   */
  RetrievalRequest withTexts(EncodedTexts texts) {
    Ranking before = Objects.requireNonNull(ranking);
    return new RetrievalRequest(
        collection,
        query,
        k,
        evaluation,
        fields,
        explain,
        selector,
        tenant,
        new Ranking(
            before.root(),
            before.asked(),
            before.vectors(),
            before.isStored(),
            before.offset(),
            texts));
  }

  /** Returns how its texts were encoded ahead of the search; null when they were not. */
  public EncodedTexts.@Nullable Facts encodedAhead() {
    if (query instanceof Query.Encoded encoded) {
      return new EncodedTexts.Facts(
          encoded.encoderName(), encoded.queueNanos(), encoded.encodeNanos(), encoded.batchTexts());
    }
    return ranking == null || ranking.texts() == null ? null : ranking.texts().facts();
  }

  /**
   * Returns the same request with another query.
   *
   * @param other what is searched for instead
   */
  RetrievalRequest withQuery(Query other) {
    return new RetrievalRequest(
        collection, other, k, evaluation, fields, explain, selector, tenant, ranking);
  }

  /** What is searched for. */
  public sealed interface Query {
    /** Nothing: all queries are in a ranking tree. */
    record None() implements Query {}

    /**
     * Text, to be encoded by the collection's query encoder.
     *
     * @param text at most 65,536 characters; may be empty, which finds nothing
     */
    record Text(String text) implements Query {}

    /**
     * A vector, searched as it is.
     *
     * @param vector keyed by token or by term id, as the collection's vocabulary is; at most 16,384
     *     terms
     */
    record Vector(SparseVector vector) implements Query {}

    /**
     * Text that was encoded ahead of the search, see {@link Retriever#encodeAhead}.
     *
     * @param text the text
     * @param vector its vector
     * @param by what encoded it
     * @param queueNanos how long the text waited for the encoder
     * @param encodeNanos how long it took to encode it
     * @param batchTexts how many texts were encoded together with it; 0 for a cached encoding
     */
    record Encoded(
        String text,
        SparseVector vector,
        ModelSide by,
        long queueNanos,
        long encodeNanos,
        int batchTexts)
        implements Query {
      /** Returns the name of the model that encoded it; empty when that is not known. */
      public String encoderName() {
        return by.model() instanceof BatchedModel model ? model.ref().name() : "";
      }
    }
  }
}
