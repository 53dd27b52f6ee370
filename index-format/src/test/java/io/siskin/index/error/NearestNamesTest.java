package io.siskin.index.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class NearestNamesTest {
  @Test
  void theNearestComeFirst() {
    assertThat(NearestNames.of("boks", List.of("birds", "books", "boks2", "box", "insects")))
        .containsExactly("boks2", "books", "box");
    assertThat(NearestNames.of("Books", List.of("books"))).containsExactly("books");
    assertThat(NearestNames.of("titel", List.of("title", "text"))).containsExactly("title");
  }

  @Test
  void otherNamesAreNotGiven() {
    assertThat(NearestNames.of("secret", List.of("wordnet", "medquad"))).isEmpty();
    assertThat(NearestNames.of("a", List.of("xy", "abc"))).isEmpty();
    assertThat(NearestNames.hint("secret", List.of("wordnet"))).isEmpty();
  }

  @Test
  void thereAreNeverMoreThanThree() {
    List<String> known = IntStream.range(0, 100).mapToObj(i -> "books" + i).toList();
    assertThat(NearestNames.of("books", known)).containsExactly("books0", "books1", "books2");
    assertThat(NearestNames.hint("books", known)).isEqualTo("; similar: books0, books1, books2");
  }

  @RepeatedTest(20)
  void distancesAreThoseOfThePlainDefinition() {
    Random random = new Random(Seeds.next());
    for (int i = 0; i < 200; i++) {
      String left = word(random);
      String right = word(random);
      boolean near = plainDistance(left, right) <= Math.min(3, (left.length() + 1) / 2);
      assertThat(NearestNames.of(left, List.of(right)).isEmpty())
          .as("%s %s", left, right)
          .isEqualTo(!near);
    }
  }

  private static String word(Random random) {
    return random
        .ints(random.nextInt(1, 9), 'a', 'd')
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  private static int plainDistance(String left, String right) {
    if (left.isEmpty() || right.isEmpty()) {
      return left.length() + right.length();
    }
    String leftRest = left.substring(1);
    String rightRest = right.substring(1);
    if (left.charAt(0) == right.charAt(0)) {
      return plainDistance(leftRest, rightRest);
    }
    return 1
        + Math.min(
            plainDistance(leftRest, rightRest),
            Math.min(plainDistance(leftRest, right), plainDistance(left, rightRest)));
  }
}
