package io.siskin.server.rank.formula;

import java.util.List;

/** A part of a {@link Formula}. All values are double-precision numbers. */
public sealed interface Expression {
  /** Returns the parts that it is made of. */
  default List<Expression> parts() {
    return switch (this) {
      case OfOne(_, Expression part) -> List.of(part);
      case OfTwo(_, Expression left, Expression right) -> List.of(left, right);
      case Constant _,
          InputScore _,
          StageScore _,
          InputRank _,
          StageRank _,
          DenseScore _,
          OfTerms _,
          FieldNumber _,
          Matches _,
          Now _ ->
          List.of();
    };
  }

  /**
   * A number.
   *
   * @param value the number
   */
  record Constant(double value) implements Expression {}

  /** The score of the document in the list that is rescored. */
  record InputScore() implements Expression {}

  /**
   * The score of the document at a stage below.
   *
   * @param stage the name of the stage
   * @param missing the value where the stage did not hand the document on
   */
  record StageScore(String stage, double missing) implements Expression {}

  /** The rank of the document in the list that is rescored; the first one is 1. */
  record InputRank() implements Expression {}

  /**
   * The rank of the document at a stage below; the first one is 1.
   *
   * @param stage the name of the stage
   * @param missing the value where the stage did not hand the document on
   */
  record StageRank(String stage, double missing) implements Expression {}

  /**
   * The score of the document in a dense field, by the vector of the first stage below that has one
   * for the field.
   *
   * @param field the name of a dense field
   * @param missing the value where the document has no vector of the field
   */
  record DenseScore(String field, double missing) implements Expression {}

  /**
   * A number about the terms of the document and those of the query of the first sparse stage
   * below.
   *
   * @param feature which number
   */
  record OfTerms(TermFeature feature) implements Expression {}

  /**
   * The value of a declared field: a number, 1 or 0 for true or false, or seconds since
   * 1970-01-01T00:00:00Z for an instant.
   *
   * @param field the name of the field
   * @param missing the value where the document lacks the field
   */
  record FieldNumber(String field, double missing) implements Expression {}

  /**
   * 1 where a declared field of texts has a text, else 0.
   *
   * @param field the name of the field
   * @param text the text
   */
  record Matches(String field, String text) implements Expression {}

  /** The moment at which the evaluation began, in seconds since 1970-01-01T00:00:00Z. */
  record Now() implements Expression {}

  /**
   * A function of one value.
   *
   * @param function which one
   * @param part the value
   */
  record OfOne(Unary function, Expression part) implements Expression {}

  /**
   * A function of two values.
   *
   * @param function which one
   * @param left the first value
   * @param right the second value
   */
  record OfTwo(Binary function, Expression left, Expression right) implements Expression {}

  /** The functions of one value. */
  enum Unary {
    /** The value with the other sign. */
    NEGATE,
    /** The value without its sign. */
    ABS,
    /** The natural logarithm. */
    LN,
    /** The power of e. */
    EXP,
    /** The square root. */
    SQRT,
    /** The seconds of so many hours. */
    HOURS,
    /** The seconds of so many days of 24 hours. */
    DAYS;

    /**
     * Returns the value of the function; NaN or infinite where it has none.
     *
     * @param value its argument
     */
    public double of(double value) {
      return switch (this) {
        case NEGATE -> -value;
        case ABS -> Math.abs(value);
        case LN -> Math.log(value);
        case EXP -> Math.exp(value);
        case SQRT -> Math.sqrt(value);
        case HOURS -> value * 3_600;
        case DAYS -> value * 86_400;
      };
    }
  }

  /** The functions of two values. */
  enum Binary {
    /** The sum. */
    ADD,
    /** The difference. */
    SUBTRACT,
    /** The product. */
    MULTIPLY,
    /** The quotient. */
    DIVIDE,
    /** The first to the power of the second. */
    POW,
    /** The lesser one. */
    MIN,
    /** The larger one. */
    MAX,
    /** A value above 0 and a pivot above 0: {@code x / (x + pivot)}, which is 0.5 at the pivot. */
    SATURATION,
    /** A distance and a scale above 0: 1 at 0, and halved by each scale. */
    EXP_DECAY,
    /** A distance and a scale above 0: a bell that is 1 at 0 and 0.5 at the scale. */
    GAUSS_DECAY,
    /** A distance and a scale above 0: 1 at 0, 0.5 at the scale, and 0 from two scales on. */
    LINEAR_DECAY;

    /**
     * Returns the value of the function; NaN or infinite where it has none.
     *
     * @param left its first argument
     * @param right its second argument
     */
    public double of(double left, double right) {
      return switch (this) {
        case ADD -> left + right;
        case SUBTRACT -> left - right;
        case MULTIPLY -> left * right;
        case DIVIDE -> left / right;
        case POW -> Math.pow(left, right);
        case MIN -> Math.min(left, right);
        case MAX -> Math.max(left, right);
        case SATURATION -> left >= 0 && right > 0 ? left / (left + right) : Double.NaN;
        case EXP_DECAY -> Math.pow(0.5, steps(left, right));
        case GAUSS_DECAY -> Math.pow(0.5, steps(left, right) * steps(left, right));
        case LINEAR_DECAY -> Math.max(0, 1 - steps(left, right) / 2);
      };
    }

    private static double steps(double distance, double scale) {
      return scale > 0 ? Math.abs(distance) / scale : Double.NaN;
    }
  }
}
