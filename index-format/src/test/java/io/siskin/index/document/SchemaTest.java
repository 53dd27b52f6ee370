package io.siskin.index.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.Schema.Field;
import io.siskin.index.error.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a schema accepts of itself and of documents. */
final class SchemaTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of(new Field("year", FieldType.INT64), new Field("owner", FieldType.STRING)),
          "owner");

  @Test
  void namesHaveARule() {
    for (String bad : List.of("", "1st", "a b", "id", "text", "vector", "é", "a".repeat(129))) {
      assertThatThrownBy(() -> new Field(bad, FieldType.BOOL))
          .as(bad)
          .isInstanceOf(InvalidInputException.class);
    }
    assertThat(new Field("_a.b-1", FieldType.BOOL).name()).isEqualTo("_a.b-1");
  }

  @Test
  void namesAreUniqueAndTheTenantIsDeclared() {
    Field year = new Field("year", FieldType.INT64);
    assertThatThrownBy(() -> new Schema(List.of(year, year), null)).hasMessageContaining("twice");
    assertThatThrownBy(() -> new Schema(List.of(year), "year"))
        .hasMessageContaining("a declared field of type string");
  }

  @Test
  void valuesHaveTheDeclaredType() {
    Map<String, FieldValue> good =
        Map.of("year", new FieldValue.Whole(1), "owner", new FieldValue.Text("a"));
    SCHEMA.check(good);
    refused(
        Map.of("year", new FieldValue.Text("1"), "owner", new FieldValue.Text("a")),
        "field 'year' is of type string");
    refused(Map.of("yeer", new FieldValue.Whole(1)), "'yeer'");
    refused(Map.of("year", new FieldValue.Whole(1)), "field 'owner' is missing");
    refused(Map.of("owner", new FieldValue.Text("\ud800")), "UTF-8 can express");
    refused(Map.of("owner", new FieldValue.Text("é".repeat(16_384))), "32768");
  }

  @Test
  void messagesNameSimilarFieldsOrTheFirstOnes() {
    refused(Map.of("yaer", new FieldValue.Whole(1)), "a declared field; similar: year");
    refused(Map.of("somethingelse", new FieldValue.Whole(1)), "a declared field: year, owner");
    Schema wide =
        new Schema(
            IntStream.range(0, 256).mapToObj(i -> new Field("f" + i, FieldType.BOOL)).toList(),
            null);
    assertThatThrownBy(() -> wide.require("somethingelse"))
        .hasMessageEndingWith("f8, f9, and 246 more");
    assertThatThrownBy(() -> Schema.EMPTY.require("year")).hasMessageContaining("declares no");
  }

  private static void refused(Map<String, FieldValue> values, String message) {
    assertThatThrownBy(() -> SCHEMA.check(values))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void textsOfDeclaredFieldsAreSplitOff() {
    Map<String, String> stored = new LinkedHashMap<>();
    Map<String, FieldValue> values =
        SCHEMA.split(Map.of("year", "2020", "title", "T", "owner", "me"), stored);
    assertThat(values)
        .containsEntry("year", new FieldValue.Whole(2020))
        .containsEntry("owner", new FieldValue.Text("me"))
        .hasSize(2);
    assertThat(stored).isEqualTo(Map.of("title", "T"));
  }
}
