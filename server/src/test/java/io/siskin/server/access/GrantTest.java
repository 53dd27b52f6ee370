package io.siskin.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.testing.Seeded;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrantTest {
  @Test
  void itAllowsWhatARegularExpressionAllows() {
    Seeded.run(GrantTest::compareWithRegularExpressions);
  }

  private static void compareWithRegularExpressions(Random random) {
    for (int i = 0; i < 10_000; i++) {
      String pattern = word(random) + (random.nextBoolean() ? "*" : "");
      String name = word(random);
      boolean expected =
          Pattern.matches(
              pattern.endsWith("*")
                  ? Pattern.quote(pattern.substring(0, pattern.length() - 1)) + ".*"
                  : Pattern.quote(pattern),
              name);
      assertThat(new Grant(Role.READ, List.of(pattern)).allows(Role.READ, name))
          .as("%s of %s", name, pattern)
          .isEqualTo(expected);
    }
  }

  private static String word(Random random) {
    StringBuilder word = new StringBuilder();
    for (int length = 1 + random.nextInt(3); length > 0; length--) {
      word.append("ab-".charAt(word.isEmpty() ? random.nextInt(2) : random.nextInt(3)));
    }
    return word.toString();
  }

  @Test
  void rolesIncludeThoseBefore() {
    List<Role> ascending = List.of(Role.READ, Role.WRITE, Role.ADMIN);
    for (Role has : ascending) {
      for (Role needed : ascending) {
        assertThat(new Grant(has, List.of("a")).allows(needed, "a"))
            .isEqualTo(ascending.indexOf(has) >= ascending.indexOf(needed));
      }
    }
  }

  @Test
  void allStandsForAllAndNothingElseDoes() {
    assertThat(new Grant(Role.READ, List.of("*")).allowsAll(Role.READ)).isTrue();
    assertThat(new Grant(Role.READ, List.of("*")).allowsAll(Role.WRITE)).isFalse();
    assertThat(new Grant(Role.READ, List.of("a*")).allowsAll(Role.READ)).isFalse();
    assertThat(new Grant(Role.READ, List.of("*")).allows(Role.READ, "")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "a/b", ".keys", "a*b", "**", "*a", "a b", "\u0000"})
  void namesThatNoCollectionCanHaveAreRefused(String name) {
    assertThatThrownBy(() -> new Grant(Role.READ, List.of(name)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("collection of a grant");
  }
}
