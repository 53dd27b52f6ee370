package io.siskin.server.rank.formula;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What formulas mean. */
final class FormulaTest {
  private static double value(Expression expression) {
    return switch (expression) {
      case Expression.Constant(double value) -> value;
      case Expression.OfOne(Expression.Unary function, Expression part) -> function.of(value(part));
      case Expression.OfTwo(Expression.Binary function, Expression left, Expression right) ->
          function.of(value(left), value(right));
      default -> throw new AssertionError("not a number: " + expression);
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 + 2 * 3 | 7",
        "(1 + 2) * 3 | 9",
        "10 - 4 - 3 | 3",
        "16 / 4 / 2 | 2",
        "2 - -3 | 5",
        "--2 | 2",
        "-2 * -3 | 6",
        "1e2 + .5 | 100.5",
        "1.5e-1*2 | 0.3",
        "1-1e0 | 0",
        "min(3, max(1, 2)) | 2",
        "pow(2, 10) | 1024",
        "abs(-3) + sqrt(16) | 7",
        "ln(exp(2)) | 2",
        "days(2) | 172800",
        "hours(-1) | -3600",
        "saturation(3, 1) | 0.75",
        "saturation(0, 1) | 0",
        "exp_decay(0, 5) | 1",
        "exp_decay(5, 5) | 0.5",
        "exp_decay(-10, 5) | 0.25",
        "gauss_decay(5, 5) | 0.5",
        "gauss_decay(10, 5) | 0.0625",
        "linear_decay(5, 5) | 0.5",
        "linear_decay(11, 5) | 0",
      })
  void valuesAreThoseOfArithmetic(String text, double expected) {
    assertThat(value(Formula.parse(text).root())).isEqualTo(expected);
  }

  @Test
  void lookUpsNameWhatTheyLookUp() {
    assertThat(Formula.parse("score()").root()).isEqualTo(new Expression.InputScore());
    assertThat(Formula.parse("score(\"a b\", -1.5)").root())
        .isEqualTo(new Expression.StageScore("a b", -1.5));
    assertThat(Formula.parse("rank()").root()).isEqualTo(new Expression.InputRank());
    assertThat(Formula.parse("rank('a', 1e3)").root())
        .isEqualTo(new Expression.StageRank("a", 1_000));
    assertThat(Formula.parse("dense('f', -1)").root())
        .isEqualTo(new Expression.DenseScore("f", -1));
    for (TermFeature feature : TermFeature.values()) {
      assertThat(Formula.parse(feature.name().toLowerCase(Locale.ROOT) + "( )").root())
          .isEqualTo(new Expression.OfTerms(feature));
    }
    assertThat(Formula.parse("field('year', 2000)").root())
        .isEqualTo(new Expression.FieldNumber("year", 2000));
    assertThat(Formula.parse("matches(\"host\", 'say \\'hi\\'')").root())
        .isEqualTo(new Expression.Matches("host", "say 'hi'"));
    assertThat(Formula.parse(" now ( ) ").root()).isEqualTo(new Expression.Now());
  }

  @Test
  void whatIsUndefinedIsNoNumber() {
    for (String text :
        new String[] {
          "ln(-1)",
          "sqrt(-1)",
          "saturation(-1, 1)",
          "saturation(1, 0)",
          "exp_decay(1, 0)",
          "gauss_decay(1, -2)",
          "linear_decay(1, 0)"
        }) {
      assertThat(value(Formula.parse(text).root())).as(text).isNaN();
    }
    assertThat(value(Formula.parse("1 / 0").root())).isInfinite();
  }

  @Test
  void anErrorSaysWhereItIs() {
    assertThatThrownBy(() -> Formula.parse("1 + sqr(2)"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'sqr' at character 5")
        .hasMessageContaining("similar: sqrt");
    assertThatThrownBy(() -> Formula.parse("1 +"))
        .hasMessageContaining("at its end at character 4");
    assertThatThrownBy(() -> Formula.parse("field('a' 1)")).hasMessageContaining("','");
  }
}
