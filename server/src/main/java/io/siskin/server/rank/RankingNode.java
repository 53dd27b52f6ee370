package io.siskin.server.rank;

import io.siskin.server.search.Evaluation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One stage of a ranking tree. {@link TreeCheck} says what is allowed; the records themselves take
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

  /** The largest absolute value of a score that a request may give. */
  double SCORE_MAX = 1e30;

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
   * @param vector the query
   */
  record Dense(Frame frame, String field, DenseVector vector) implements RankingNode {
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
   * @param vector the query
   * @param alpha how much the scores of the list count, 0 to 1
   * @param missingScore stands for the dense score of a document without a vector
   * @param earlyStop when the end of the list is left out
   */
  record Interpolate(
      Frame frame,
      RankingNode input,
      String field,
      DenseVector vector,
      double alpha,
      double missingScore,
      EarlyStop earlyStop)
      implements RankingNode {
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
   */
  record Group(Frame frame, RankingNode input, String field, GroupScore score, int innerHits)
      implements RankingNode {
    /** The most documents of a group that are listed. */
    public static final int INNER_HITS_MAX = 100;

    @Override
    public List<RankingNode> inputs() {
      return List.of(input);
    }
  }
}
