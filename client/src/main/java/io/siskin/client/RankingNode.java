package io.siskin.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One stage of a ranking tree, with the stages below it; docs/ranking.md describes them. Immutable.
 * The server checks all ranges and names the path of what is wrong.
 */
public sealed interface RankingNode {
  /** Returns what all stages have. */
  Frame frame();

  /**
   * What all stages have.
   *
   * @param limit how many documents it hands on at most, 1 to 10,000
   * @param name its name in the answer; empty for its path
   * @param budget how long it may take with its inputs, 10 microseconds to a second; null for as
   *     long as it needs
   */
  record Frame(int limit, String name, @Nullable Duration budget) {
    /**
     * A stage without a name and without a budget.
     *
     * @param limit how many documents it hands on at most
     */
    public static Frame of(int limit) {
      return new Frame(limit, "", null);
    }
  }

  /**
   * Finds documents by a sparse vector.
   *
   * @param frame what all stages have
   * @param query what is searched for; null for the query of the request
   * @param mode how to evaluate; null leaves it to the recall target or to the collection's default
   * @param recallTarget which share of the true best is wanted; null for none
   * @param turns the turns of a conversation that are the query instead, 1 to 16; empty for none
   */
  record Sparse(
      Frame frame,
      SearchRequest.@Nullable Query query,
      @Nullable SearchMode mode,
      @Nullable Float recallTarget,
      List<Turn> turns)
      implements RankingNode {
    /** Copies the list. */
    public Sparse {
      turns = List.copyOf(turns);
    }

    /**
     * A stage whose query is no conversation.
     *
     * @param frame see above
     * @param query see above
     * @param mode see above
     * @param recallTarget see above
     */
    public Sparse(
        Frame frame,
        SearchRequest.@Nullable Query query,
        @Nullable SearchMode mode,
        @Nullable Float recallTarget) {
      this(frame, query, mode, recallTarget, List.of());
    }
  }

  /**
   * One turn of a conversation as a part of a query.
   *
   * @param text what was said
   * @param weight how much it counts, 0 to 1,000
   */
  record Turn(String text, double weight) {}

  /** What a stage with a dense field looks for. */
  sealed interface Target {
    /** The text of the request, which the query encoder of the field encodes. */
    record OfRequest() implements Target {}

    /**
     * A text, which the query encoder of the field encodes.
     *
     * @param text the text
     */
    record Text(String text) implements Target {}

    /**
     * The turns of a conversation: the sum of their encodings, each times its weight.
     *
     * @param turns the turns, 1 to 16
     */
    record Turns(List<Turn> turns) implements Target {
      /** Copies the list. */
      public Turns {
        turns = List.copyOf(turns);
      }
    }

    /**
     * A vector.
     *
     * @param values as many numbers as the field has dimensions
     */
    record Vector(List<Float> values) implements Target {
      /** Copies the vector. */
      public Vector {
        values = List.copyOf(values);
      }
    }
  }

  /** How a dense search uses the graphs of neighbours that segments have. */
  sealed interface Effort {
    /** As suits the limit of the stage: twice as many candidates, and 200 or more. */
    record OfLimit() implements Effort {}

    /**
     * So many candidates in each segment. More find more of the nearest documents and take longer.
     *
     * @param count 1 to 100,000
     */
    record Candidates(int count) implements Effort {}

    /** All documents are looked at. */
    record Exact() implements Effort {}
  }

  /**
   * Finds documents by a dense vector.
   *
   * @param frame what all stages have
   * @param field a dense field of the collection
   * @param target what is looked for
   * @param effort how graphs of neighbours are used
   */
  record Dense(Frame frame, String field, Target target, Effort effort) implements RankingNode {
    /**
     * A stage that uses graphs as suits its limit.
     *
     * @param frame see above
     * @param field see above
     * @param target see above
     */
    public Dense(Frame frame, String field, Target target) {
      this(frame, field, target, new Effort.OfLimit());
    }

    /**
     * A stage that looks for a vector.
     *
     * @param frame see above
     * @param field see above
     * @param vector as many numbers as the field has dimensions
     */
    public Dense(Frame frame, String field, List<Float> vector) {
      this(frame, field, new Target.Vector(vector));
    }
  }

  /**
   * Makes one list of several.
   *
   * @param frame what all stages have
   * @param inputs the lists
   * @param method how scores are made
   */
  record Fuse(Frame frame, List<Input> inputs, Method method) implements RankingNode {
    /** Copies the list. */
    public Fuse {
      inputs = List.copyOf(inputs);
    }
  }

  /**
   * One list of a fusion.
   *
   * @param node what makes it
   * @param weight how much it counts, 0 to 1,000,000
   */
  record Input(RankingNode node, double weight) {}

  /** How a fusion makes scores. */
  sealed interface Method {
    /**
     * Of ranks: the sum of {@code weight / (constant + rank)}; the first rank is 1.
     *
     * @param constant 0 to 1,000,000
     */
    record ReciprocalRank(int constant) implements Method {}

    /**
     * Of scores: the sum of {@code weight * normalised score}.
     *
     * @param normalization how the scores of each list are made comparable
     * @param missingScore stands for the normalised score in a list that lacks the document
     */
    record Linear(Normalization normalization, double missingScore) implements Method {}
  }

  /** How the scores of one list are made comparable with those of another. */
  enum Normalization {
    /** Scores stay as they are. */
    NONE,
    /** The least becomes 0 and the largest 1. */
    MIN_MAX,
    /** Deviations from the mean. */
    Z_SCORE,
    /** Three deviations below the mean become 0, three above it 1. */
    DISTRIBUTION
  }

  /**
   * Scores a list by {@code alpha * score + (1 - alpha) * dense score}.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param field a dense field of the collection
   * @param target what is looked for
   * @param alpha how much the scores of the list count, 0 to 1
   * @param missingScore stands for the dense score of a document without a vector
   * @param earlyStop when the end of the list is left out
   */
  record Interpolate(
      Frame frame,
      RankingNode input,
      String field,
      Target target,
      double alpha,
      double missingScore,
      EarlyStop earlyStop)
      implements RankingNode {
    /**
     * A stage that looks for a vector.
     *
     * @param frame see above
     * @param input see above
     * @param field see above
     * @param vector as many numbers as the field has dimensions
     * @param alpha see above
     * @param missingScore see above
     * @param earlyStop see above
     */
    public Interpolate(
        Frame frame,
        RankingNode input,
        String field,
        List<Float> vector,
        double alpha,
        double missingScore,
        EarlyStop earlyStop) {
      this(frame, input, field, new Target.Vector(vector), alpha, missingScore, earlyStop);
    }
  }

  /**
   * Scores a list by late interaction: the sum, over the vectors of the query, of the largest inner
   * product with a vector of the document.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param field a dense field of the collection
   * @param query the vectors; null for those that the request has for the field or, without any,
   *     token vectors of its text
   * @param alpha how much the scores of the list count, 0 to 1
   * @param missingScore stands for the sum of a document without a vector
   */
  record MaxSim(
      Frame frame,
      RankingNode input,
      String field,
      @Nullable TokenQuery query,
      double alpha,
      double missingScore)
      implements RankingNode {}

  /** The vectors of a query for late interaction. */
  sealed interface TokenQuery {
    /**
     * Vectors of numbers.
     *
     * @param vectors 1 to 128, each of as many numbers as the field has dimensions; not copied
     */
    record Values(List<float[]> vectors) implements TokenQuery {}

    /**
     * Token vectors, for a field that stores terms.
     *
     * @param vectors 1 to 128
     */
    record Terms(List<SparseVector> vectors) implements TokenQuery {}

    /**
     * Vectors with keys, for a field that stores keys: the part of COIL for tokens. A vector whose
     * key a document does not have adds 0.
     *
     * @param vectors 1 to 128
     */
    record Keyed(List<KeyedVector> vectors) implements TokenQuery {}

    /**
     * A text, of which an encoder of the server makes the vectors: that of the dense field or, for
     * a field that stores terms, that of the collection.
     *
     * @param text at most 65,536 characters
     */
    record Text(String text) implements TokenQuery {}
  }

  /**
   * Finds documents by their densified lexical vectors.
   *
   * @param frame what all stages have
   * @param field a dense field that stores slices or hashed terms
   * @param query what is searched for; null for the query of the request
   */
  record Densified(Frame frame, String field, SearchRequest.@Nullable Query query)
      implements RankingNode {}

  /**
   * Scores a list by {@code alpha * score + (1 - alpha) * densified score}.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param field a dense field that stores slices or hashed terms
   * @param query what is searched for; null for the query of the request
   * @param alpha how much the scores of the list count, 0 to 1
   * @param missingScore stands for the densified score of a document without a vector
   */
  record DensifiedRescore(
      Frame frame,
      RankingNode input,
      String field,
      SearchRequest.@Nullable Query query,
      double alpha,
      double missingScore)
      implements RankingNode {}

  /** When an interpolation ends before the end of its list. */
  enum EarlyStop {
    /** Never. */
    NONE,
    /** When no document below can come among the best, which is proven. */
    PROVEN,
    /** When it is unlikely that one can. */
    HEURISTIC
  }

  /**
   * Scores a list by a formula.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param expression the formula, in the grammar of docs/ranking.md
   * @param undefinedScore the score where it gives no finite number; null leaves such a document
   *     out
   */
  record Compute(Frame frame, RankingNode input, String expression, @Nullable Double undefinedScore)
      implements RankingNode {}

  /**
   * Scores a list by a model of decision trees over features.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param model the name of a ranking model of the server
   * @param features formulas in the order in which the model takes them, at most 1,024; empty for
   *     the model's own
   * @param reach which documents of the list are scored
   */
  record Trees(Frame frame, RankingNode input, String model, List<String> features, Reach reach)
      implements RankingNode {
    /** Copies the list. */
    public Trees {
      features = List.copyOf(features);
    }
  }

  /**
   * Scores a list by a model that reads the query and the document together.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param model the name of a ranking model of the server
   * @param fields the fields whose texts are the document, 1 to 16
   * @param text the text of the query; empty for that of the request
   * @param reach which documents of the list are scored
   * @param keepThreshold sentences whose tokens are needed with a mean probability above it are
   *     listed in the context of a hit, 0 to 1; null for no context
   */
  record CrossEncode(
      Frame frame,
      RankingNode input,
      String model,
      List<String> fields,
      String text,
      Reach reach,
      @Nullable Double keepThreshold)
      implements RankingNode {
    /** Copies the list. */
    public CrossEncode {
      fields = List.copyOf(fields);
    }
  }

  /**
   * Which documents of a list a model scores. The others keep their order below them.
   *
   * @param ranks how many documents at the beginning of the list, 1 to 10,000; null for all
   * @param margin how far below the score at the rank of the node's limit, 0 to 1e30; null for any
   *     distance
   */
  record Reach(@Nullable Integer ranks, @Nullable Double margin) {
    /** All documents. */
    public static final Reach ALL = new Reach(null, null);
  }

  /**
   * Searches again, by a query that was expanded with terms of the best documents of a list.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param search the query that is expanded, and how the second search is evaluated; its frame
   *     counts for nothing
   * @param documents how many of the best documents are looked at, 1 to 100
   * @param terms how many terms are added at most, 0 to 1,000
   * @param queryWeight how much the query counts, 0 to 1,000
   * @param documentWeight how much the documents count, 0 to 1,000
   */
  record Feedback(
      Frame frame,
      RankingNode input,
      Sparse search,
      int documents,
      int terms,
      double queryWeight,
      double documentWeight)
      implements RankingNode {}

  /**
   * Keeps one document of each group that shares a value of a field.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param field a declared field of any type but a list
   * @param score the score of a group
   * @param innerHits how many documents of each group are listed, 0 to 100
   * @param bestCount how many of the best documents make the score of a sum or a mean, 1 to 10,000;
   *     null for all
   * @param innerFields the fields that are returned with each document that is listed
   */
  record Group(
      Frame frame,
      RankingNode input,
      String field,
      GroupScore score,
      int innerHits,
      @Nullable Integer bestCount,
      List<String> innerFields)
      implements RankingNode {
    /** Copies the list. */
    public Group {
      innerFields = List.copyOf(innerFields);
    }

    /**
     * Groups by all documents of each group, and lists no fields.
     *
     * @param frame see above
     * @param input see above
     * @param field see above
     * @param score see above
     * @param innerHits see above
     */
    public Group(Frame frame, RankingNode input, String field, GroupScore score, int innerHits) {
      this(frame, input, field, score, innerHits, null, List.of());
    }
  }

  /** The score of a group. */
  enum GroupScore {
    /** The largest of its documents. */
    MAX,
    /** Their sum. */
    SUM,
    /** That of the document that was indexed first. */
    FIRST,
    /** Their mean. */
    MEAN
  }

  /**
   * Scores passages by {@code (1 - weight) * score + weight * score of the document}, normalised.
   *
   * @param frame what all stages have
   * @param input what makes the list of passages
   * @param field the declared field whose value names the document of a passage
   * @param weight how much the score of the document counts, 0 to 1
   * @param normalization how scores are made comparable
   * @param source where the scores of documents come from
   */
  record Context(
      Frame frame,
      RankingNode input,
      String field,
      double weight,
      Normalization normalization,
      ContextSource source)
      implements RankingNode {}

  /** Where the scores of the documents of passages come from. */
  sealed interface ContextSource {
    /**
     * From the passages of each document that are in the list.
     *
     * @param score the score of a document
     */
    record OfGroup(GroupScore score) implements ContextSource {}

    /**
     * From another list.
     *
     * @param node what makes the list of documents
     * @param field the declared field of documents whose value their passages have; empty for the
     *     same field
     * @param missingScore stands for the normalised score of a document that is not in the list
     */
    record OfList(RankingNode node, String field, double missingScore) implements ContextSource {}
  }

  /**
   * Picks documents that are good and unlike those before them (maximal marginal relevance).
   *
   * @param frame what all stages have
   * @param input what makes the list; its limit is at most 1,000
   * @param field the dense field by which documents are compared; null for their sparse vectors
   * @param lambda how much the scores of the list count, 0 to 1
   * @param normalization how these scores are made comparable with similarities of 0 to 1
   */
  record Diversify(
      Frame frame,
      RankingNode input,
      @Nullable String field,
      double lambda,
      Normalization normalization)
      implements RankingNode {}

  /**
   * Keeps so many documents of each value of a field, with their scores.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param field a declared field of any type but a list
   * @param count how many documents of each value are kept, 1 to 10,000
   */
  record Cap(Frame frame, RankingNode input, String field, int count) implements RankingNode {}

  /**
   * Searches again, by the mean of a dense vector and of those of the best documents of a list.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param field a dense field of the collection
   * @param target what is looked for
   * @param effort how graphs of neighbours are used
   * @param documents how many of the best documents are looked at, 1 to 100
   * @param queryWeight how much the query counts, 0 to 1,000
   * @param documentWeight how much the documents count, 0 to 1,000
   */
  record DenseFeedback(
      Frame frame,
      RankingNode input,
      String field,
      Target target,
      Effort effort,
      int documents,
      double queryWeight,
      double documentWeight)
      implements RankingNode {
    /**
     * A stage that uses graphs as suits its limit.
     *
     * @param frame see above
     * @param input see above
     * @param field see above
     * @param target see above
     * @param documents see above
     * @param queryWeight see above
     * @param documentWeight see above
     */
    public DenseFeedback(
        Frame frame,
        RankingNode input,
        String field,
        Target target,
        int documents,
        double queryWeight,
        double documentWeight) {
      this(
          frame,
          input,
          field,
          target,
          new Effort.OfLimit(),
          documents,
          queryWeight,
          documentWeight);
    }

    /**
     * Searches by a vector.
     *
     * @param frame see above
     * @param input see above
     * @param field see above
     * @param vector as many numbers as the field has dimensions
     * @param documents see above
     * @param queryWeight see above
     * @param documentWeight see above
     */
    public DenseFeedback(
        Frame frame,
        RankingNode input,
        String field,
        List<Float> vector,
        int documents,
        double queryWeight,
        double documentWeight) {
      this(frame, input, field, new Target.Vector(vector), documents, queryWeight, documentWeight);
    }
  }

  /**
   * Finds the spans of tokens that answer best, in documents with a dense vector for each token.
   *
   * @param frame what all stages have
   * @param input what makes the list; its limit is at most 1,000
   * @param startField the dense field for the first token of a span
   * @param endField the same for the last token; empty for the same field
   * @param startVector what the first token is compared with; empty for the vector of the request
   * @param endVector what the last token is compared with; empty for the vector of the request
   * @param scoreWeight how much the score of the document counts, 0 to 1,000,000
   * @param tokensMax the longest span, 1 to 64 tokens
   * @param count how many answers of each document are listed, 1 to 10
   * @param textField the stored field with the text
   * @param offsetsField the stored field with the places of the tokens; empty where white space is
   *     between tokens
   */
  record Answers(
      Frame frame,
      RankingNode input,
      String startField,
      String endField,
      List<Float> startVector,
      List<Float> endVector,
      double scoreWeight,
      int tokensMax,
      int count,
      String textField,
      String offsetsField)
      implements RankingNode {
    /** Copies the vectors. */
    public Answers {
      startVector = List.copyOf(startVector);
      endVector = List.copyOf(endVector);
    }
  }

  /**
   * Finds documents by the query of the request, in the collection's default mode.
   *
   * @param limit how many documents are handed on at most
   */
  static Sparse sparse(int limit) {
    return new Sparse(Frame.of(limit), null, null, null);
  }

  /**
   * Finds documents by a query of its own, in the collection's default mode.
   *
   * @param limit how many documents are handed on at most
   * @param query what is searched for
   */
  static Sparse sparse(int limit, SearchRequest.Query query) {
    return new Sparse(Frame.of(limit), query, null, null);
  }

  /**
   * Fuses lists by reciprocal ranks, with the constant 60 and the weight 1 for each.
   *
   * @param limit how many documents are handed on at most
   * @param inputs what makes the lists
   */
  static Fuse reciprocalRank(int limit, RankingNode... inputs) {
    List<Input> weighted = new ArrayList<>(inputs.length);
    for (RankingNode input : inputs) {
      weighted.add(new Input(input, 1));
    }
    return new Fuse(Frame.of(limit), weighted, new Method.ReciprocalRank(60));
  }

  /**
   * Scores a list by a formula; a document for which it gives no finite number is left out.
   *
   * @param limit how many documents are handed on at most
   * @param input what makes the list
   * @param expression the formula
   */
  static Compute compute(int limit, RankingNode input, String expression) {
    return new Compute(Frame.of(limit), input, expression, null);
  }
}
