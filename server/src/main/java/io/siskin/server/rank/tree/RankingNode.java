package io.siskin.server.rank.tree;

import io.siskin.server.rank.formula.Formula;
import io.siskin.server.search.Evaluation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One stage of a ranking tree. {@code TreeCheck} says what is allowed; the records themselves take
 * everything.
 */
public sealed interface RankingNode {
  /** The most documents that a stage may hand on. */
  int LIMIT_MAX = 10_000;

  /** The most nodes of a tree. */
  int COUNT_MAX = 32;

  /** How deep a tree may be, its root counted. */
  int DEPTH_MAX = 8;

  /** The shortest budget, in microseconds. */
  long BUDGET_MICROS_MIN = 10;

  /** The longest budget, in microseconds. */
  long BUDGET_MICROS_MAX = 1_000_000;

  /** Returns what all stages have. */
  Frame frame();

  /** Returns the stages whose lists it takes, in the order in which they are evaluated. */
  List<RankingNode> inputs();

  /**
   * What all stages have.
   *
   * @param path where the node is in the request, for example {@code node.fuse.inputs[0].node}
   * @param name the name of the stage, unique in its tree
   * @param limit how many documents it hands on at most
   * @param budgetMicros how long it may take with its inputs, in microseconds; 0 for as long as it
   *     needs
   */
  record Frame(String path, String name, int limit, long budgetMicros) {}

  /**
   * Finds documents by a sparse vector.
   *
   * @param frame what all stages have
   * @param query what is searched for
   * @param evaluation how to evaluate, without a budget of its own
   */
  record Sparse(Frame frame, SparseQuery query, Evaluation evaluation) implements RankingNode {
    @Override
    public List<RankingNode> inputs() {
      return List.of();
    }
  }

  /**
   * Finds documents by a dense vector.
   *
   * @param frame what all stages have
   * @param field the name of a dense field
   * @param target what is looked for
   * @param effort how graphs of neighbours are used
   */
  record Dense(Frame frame, String field, DenseTarget target, DenseEffort effort)
      implements RankingNode {
    /**
     * A stage that uses graphs as suits its limit.
     *
     * @param frame see above
     * @param field see above
     * @param target see above
     */
    public Dense(Frame frame, String field, DenseTarget target) {
      this(frame, field, target, new DenseEffort.OfLimit());
    }

    @Override
    public List<RankingNode> inputs() {
      return List.of();
    }
  }

  /**
   * Makes one list of several.
   *
   * @param frame what all stages have
   * @param weighted the lists and their weights
   * @param method how scores are made
   */
  record Fuse(Frame frame, List<Weighted> weighted, FusionMethod method) implements RankingNode {
    /** The most lists that are fused. */
    public static final int INPUTS_MAX = COUNT_MAX - 1;

    /** Copies the list. */
    public Fuse {
      weighted = List.copyOf(weighted);
    }

    @Override
    public List<RankingNode> inputs() {
      return weighted.stream().map(Weighted::node).toList();
    }
  }

  /**
   * One list of a fusion.
   *
   * @param node what makes it
   * @param weight how much it counts
   */
  record Weighted(RankingNode node, double weight) {
    /** The largest weight. */
    public static final double WEIGHT_MAX = 1e6;
  }

  /**
   * Scores the documents of a list by their scores and a dense field.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param field the name of a dense field
   * @param target what is looked for
   * @param alpha how much the scores of the list count, 0 to 1
   * @param missingScore stands for the dense score of a document without a vector
   * @param earlyStop when the end of the list is left out
   */
  record Interpolate(
      Frame frame,
      RankingNode input,
      String field,
      DenseTarget target,
      double alpha,
      double missingScore,
      EarlyStop earlyStop)
      implements RankingNode {
    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }

  /** The stages of late interaction and of densified vectors (ADR 0045, 0046). */
  sealed interface LateNode extends RankingNode {}

  /**
   * Scores the documents of a list by late interaction.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param field the name of a dense field
   * @param query the vectors of the query
   * @param alpha how much the scores of the list count, 0 to 1
   * @param missingScore stands for the score of a document without a vector
   */
  record MaxSim(
      Frame frame,
      RankingNode input,
      String field,
      TokenQuery query,
      double alpha,
      double missingScore)
      implements LateNode {
    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }

  /**
   * Finds documents by their densified lexical vectors.
   *
   * @param frame what all stages have
   * @param field the name of a dense field of slices
   * @param query the query, which is densified, too
   */
  record Densified(Frame frame, String field, SparseQuery query) implements LateNode {
    @Override
    public List<RankingNode> inputs() {
      return List.of();
    }
  }

  /**
   * Scores the documents of a list by their scores and their densified lexical vectors.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param field the name of a dense field of slices
   * @param query the query, which is densified, too
   * @param alpha how much the scores of the list count, 0 to 1
   * @param missingScore stands for the score of a document without a vector
   */
  record DensifiedRescore(
      Frame frame,
      RankingNode input,
      String field,
      SparseQuery query,
      double alpha,
      double missingScore)
      implements LateNode {
    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }

  /**
   * Scores the documents of a list by a formula.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param formula the formula
   * @param undefinedScore the score where the formula gives no finite number; null leaves such a
   *     document out
   */
  record Compute(Frame frame, RankingNode input, Formula formula, @Nullable Double undefinedScore)
      implements RankingNode {
    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }

  /**
   * Scores the documents of a list by a model of decision trees over features.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param model the name of a ranking model of the server
   * @param features the features in the order in which the model takes them; empty for the model's
   *     own
   * @param reach which documents of the list are scored
   */
  record Trees(Frame frame, RankingNode input, String model, List<Formula> features, Reach reach)
      implements RankingNode {
    /** The most features. */
    public static final int FEATURES_MAX = 1_024;

    /** Copies the list. */
    public Trees {
      features = List.copyOf(features);
    }

    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }

  /**
   * Scores the documents of a list by a model that reads the query and the document together.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param model the name of a ranking model of the server
   * @param fields the fields whose texts are the document, joined by spaces
   * @param text the text of the query; empty for that of the request
   * @param reach which documents of the list are scored
   * @param keepThreshold how likely the tokens of a sentence must be needed for it to be kept in
   *     the context of a hit, 0 to 1; null for no context
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
    /** The most fields. */
    public static final int FIELDS_MAX = 16;

    /** Copies the list. */
    public CrossEncode {
      fields = List.copyOf(fields);
    }

    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }

  /**
   * Searches again by a query that was expanded with terms of the best documents.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param query the query that is expanded
   * @param evaluation how the second search is evaluated, without a budget of its own
   * @param documents how many of the best documents are looked at
   * @param terms how many terms are added at most
   * @param queryWeight how much the query counts
   * @param documentWeight how much the documents count
   */
  record Feedback(
      Frame frame,
      RankingNode input,
      SparseQuery query,
      Evaluation evaluation,
      int documents,
      int terms,
      double queryWeight,
      double documentWeight)
      implements RankingNode {
    /** The most documents that are looked at. */
    public static final int DOCUMENTS_MAX = 100;

    /** The most terms that are added. */
    public static final int TERMS_MAX = 1_000;

    /** The largest weight. */
    public static final double WEIGHT_MAX = 1_000;

    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }

  /**
   * Keeps one document of each group.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param field the declared field whose values make the groups
   * @param score the score of a group
   * @param innerHits how many documents of each group are listed
   * @param bestCount how many of the best documents make the score of a sum or a mean; 0 for all
   * @param innerFields the fields that are returned with each document that is listed
   */
  record Group(
      Frame frame,
      RankingNode input,
      String field,
      GroupScore score,
      int innerHits,
      int bestCount,
      List<String> innerFields)
      implements RankingNode {
    /** The most documents of a group that are listed. */
    public static final int INNER_HITS_MAX = 100;

    /** The most fields that are returned with each of them. */
    public static final int INNER_FIELDS_MAX = 64;

    /** Copies the list. */
    public Group {
      innerFields = List.copyOf(innerFields);
    }

    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }

  /** The stages that take lists of passages (ADR 0047). {@code PassageStages} evaluates them. */
  sealed interface PassageNode extends RankingNode {}

  /**
   * Scores passages by their scores and those of their documents.
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
      FusionMethod.Normalization normalization,
      ContextSource source)
      implements PassageNode {
    @Override
    public List<RankingNode> inputs() {
      return source instanceof ContextSource.OfList(RankingNode node, String _, double _)
          ? List.of(input, node)
          : List.of(input);
    }
  }

  /** Where the scores of the documents of passages come from. */
  sealed interface ContextSource {
    /**
     * From the passages of each document that are in the list.
     *
     * @param score the score of a document, of those of its passages
     */
    record OfGroup(GroupScore score) implements ContextSource {}

    /**
     * From another list.
     *
     * @param node what makes the list of documents
     * @param documentField the declared field of documents whose value their passages have
     * @param missingScore stands for the normalised score of a document that is not in the list
     */
    record OfList(RankingNode node, String documentField, double missingScore)
        implements ContextSource {}
  }

  /**
   * Picks documents that are good and unlike those before them.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param similarity what documents are compared by
   * @param lambda how much the scores of the list count, 0 to 1
   * @param normalization how the scores of the list are made comparable with similarities
   */
  record Diversify(
      Frame frame,
      RankingNode input,
      Similarity similarity,
      double lambda,
      FusionMethod.Normalization normalization)
      implements PassageNode {
    /** The largest limit of the input, since each of its documents is compared with many. */
    public static final int INPUT_MAX = 1_000;

    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }

  /** What documents are compared by. */
  sealed interface Similarity {
    /**
     * The vectors of a dense field.
     *
     * @param field its name
     */
    record OfDense(String field) implements Similarity {}

    /** The stored sparse vectors. */
    record OfSparse() implements Similarity {}
  }

  /**
   * Keeps so many documents of each value of a field.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param field the declared field
   * @param count how many documents of each value are kept
   */
  record Cap(Frame frame, RankingNode input, String field, int count) implements PassageNode {
    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }

  /**
   * Searches again by the mean of a dense vector and of those of the best documents.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param field the name of a dense field
   * @param target what is looked for
   * @param effort how graphs of neighbours are used
   * @param documents how many of the best documents are looked at
   * @param queryWeight how much the query counts
   * @param documentWeight how much the documents count
   */
  record DenseFeedback(
      Frame frame,
      RankingNode input,
      String field,
      DenseTarget target,
      DenseEffort effort,
      int documents,
      double queryWeight,
      double documentWeight)
      implements PassageNode {
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
        DenseTarget target,
        int documents,
        double queryWeight,
        double documentWeight) {
      this(
          frame,
          input,
          field,
          target,
          new DenseEffort.OfLimit(),
          documents,
          queryWeight,
          documentWeight);
    }

    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }

  /**
   * Finds the best answers within the texts of a list.
   *
   * @param frame what all stages have
   * @param input what makes the list
   * @param startField the dense field with a vector for each token, for the first token of a span
   * @param endField the same for the last token
   * @param startVector what the first token is compared with; null for the vector of the request
   * @param endVector what the last token is compared with; null for the vector of the request
   * @param scoreWeight how much the score of the document counts
   * @param tokensMax the longest span, in tokens
   * @param count how many answers of each document are listed
   * @param textField the stored field with the text
   * @param offsetsField the stored field with the places of the tokens; empty where white space is
   *     between tokens
   */
  record Answers(
      Frame frame,
      RankingNode input,
      String startField,
      String endField,
      @Nullable DenseVector startVector,
      @Nullable DenseVector endVector,
      double scoreWeight,
      int tokensMax,
      int count,
      String textField,
      String offsetsField)
      implements PassageNode {
    /** The largest limit of the input. */
    public static final int INPUT_MAX = 1_000;

    /** The largest number of tokens of a span. */
    public static final int TOKENS_MAX = 64;

    /** The most answers of a document. */
    public static final int COUNT_MAX = 10;

    /** The largest weight of a score. */
    public static final double WEIGHT_MAX = 1e6;

    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }
}
