package io.siskin.index.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.format.v1.BlockMaxLayout;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.testing.Repository;
import io.siskin.index.vector.TokenVector;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that the table of limits in {@code docs/input-formats.md} agrees with the constants. */
final class InputLimitsDocTest {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,3}(?:,\\d{3})*");

  static List<Map.Entry<String, List<Integer>>> limits() {
    return List.of(
        Map.entry("an external id", List.of(1, FormatV1.EXTERNAL_ID_LENGTH_MAX)),
        Map.entry("a token", List.of(1, TokenVector.TOKEN_LENGTH_MAX)),
        Map.entry("terms of a document", List.of(FormatV1.DOCUMENT_TERM_COUNT_MAX)),
        Map.entry("stored fields of a document", List.of(FormatV1.STORED_RECORD_LENGTH_MAX)),
        Map.entry("names of stored fields", List.of(FormatV1.FIELD_COUNT_MAX)),
        Map.entry(
            "documents of a collection",
            List.of(BlockMaxLayout.DOCUMENT_COUNT_MAX, FormatV1.DOCUMENT_COUNT_MAX)),
        Map.entry("distinct terms of a collection", List.of(FormatV1.TERM_COUNT_MAX)));
  }

  @ParameterizedTest
  @MethodSource("limits")
  void theRowHasTheConstants(Map.Entry<String, List<Integer>> limit) throws IOException {
    String page = Files.readString(Repository.root().resolve("docs/input-formats.md"));
    String table = page.substring(page.indexOf("## Limits\n"), page.indexOf("## JSON Lines\n"));
    List<String> rows =
        table.lines().filter(line -> line.startsWith("| " + limit.getKey())).toList();
    assertThat(rows).as(limit.getKey()).hasSize(1);
    List<String> numbers =
        NUMBER.matcher(rows.getFirst().split("\\|")[2]).results().map(MatchResult::group).toList();
    for (int value : limit.getValue()) {
      assertThat(numbers).contains(String.format(Locale.ROOT, "%,d", value));
    }
  }
}
