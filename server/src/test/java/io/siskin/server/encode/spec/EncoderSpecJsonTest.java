package io.siskin.server.encode.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.encode.spec.AnalyzerSpec.LongTokens;
import io.siskin.server.encode.spec.AnalyzerSpec.TokenRule;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EncoderSpecJsonTest {
  private static final String SHA = "0123456789abcdef".repeat(4);
  private static final ResourceRef TOKENIZER = new ResourceRef("tokenizer.json", SHA);
  private static final ResourceRef TABLE = new ResourceRef("idf.json", SHA);
  private static final String STORED_TOKENIZER =
      "{\"kind\":\"wordpiece\",\"tokenizer\":{\"name\":\"tokenizer.json\",\"sha256\":\""
          + SHA
          + "\"},\"maxTokens\":510}";

  private static final ModelRef MODEL = new ModelRef("tiny", SHA);
  private static final String STORED_MODEL = "{\"name\":\"tiny\",\"fingerprint\":\"" + SHA + "\"}";

  /** The stored forms of version 1: a change here breaks every index that exists. */
  static Stream<Arguments> stored() {
    return Stream.of(
        Arguments.of(
            new LearnedSpec(
                new LearnedSpec.DocumentSide.Model(MODEL, VectorOptions.NONE),
                new LearnedSpec.QuerySide.Tokens(
                    new AnalyzerSpec.Standard(TokenRule.WORD, LongTokens.CUT),
                    new TokenWeights.FromCollection(),
                    new VectorOptions(false, 0.5f, 0.25f, 30))),
            "{\"version\":1,\"kind\":\"learned\",\"documents\":{\"kind\":\"model\",\"model\":"
                + STORED_MODEL
                + ",\"options\":{\"expansion\":true,\"weightMin\":0.0,\"literalWeightMin\":0.0,"
                + "\"termsMax\":2147483647}},\"queries\":{\"kind\":\"tokens\","
                + "\"analyzer\":{\"kind\":\"standard\"},\"weights\":{\"kind\":\"collection\"},"
                + "\"options\":{\"expansion\":false,\"weightMin\":0.5,\"literalWeightMin\":0.25,"
                + "\"termsMax\":30}}}"),
        Arguments.of(
            new LearnedSpec(
                new LearnedSpec.DocumentSide.Vectors(),
                new LearnedSpec.QuerySide.Model(MODEL, VectorOptions.NONE)),
            "{\"version\":1,\"kind\":\"learned\",\"documents\":{\"kind\":\"vectors\"},"
                + "\"queries\":{\"kind\":\"model\",\"model\":"
                + STORED_MODEL
                + ",\"options\":{\"expansion\":true,\"weightMin\":0.0,\"literalWeightMin\":0.0,"
                + "\"termsMax\":2147483647}}}"),
        Arguments.of(
            new Bm25Spec(new AnalyzerSpec.English()),
            "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\","
                + "\"longTokens\":\"WHOLE\"},\"k1\":0.9,\"b\":0.4}"),
        Arguments.of(
            new Bm25Spec(new AnalyzerSpec.Standard(TokenRule.CODE, LongTokens.WHOLE)),
            "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"standard\","
                + "\"rule\":\"CODE\",\"longTokens\":\"WHOLE\"},\"k1\":0.9,\"b\":0.4}"),
        Arguments.of(
            new Bm25Spec(new AnalyzerSpec.Whitespace()),
            "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"whitespace\","
                + "\"longTokens\":\"WHOLE\"},\"k1\":0.9,\"b\":0.4}"),
        Arguments.of(
            new Bm25Spec(new AnalyzerSpec.Whitespace(), 1.2, 0.75, 56.25),
            "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"whitespace\","
                + "\"longTokens\":\"WHOLE\"},\"k1\":1.2,\"b\":0.75,\"averageLength\":56.25}"),
        Arguments.of(
            new PhraseSpec(
                new Bm25Spec(new AnalyzerSpec.Whitespace(LongTokens.CUT), 1.2, 0.75, 1.0 / 3),
                TABLE,
                PhraseSpec.Sides.BOTH),
            "{\"version\":1,\"kind\":\"phrases\",\"encoder\":{\"kind\":\"bm25\",\"analyzer\":"
                + "{\"kind\":\"whitespace\"},\"k1\":1.2,\"b\":0.75,"
                + "\"averageLength\":0.3333333333333333},\"dictionary\":{\"name\":\"idf.json\","
                + "\"sha256\":\""
                + SHA
                + "\"},\"weights\":{\"kind\":\"dictionary\"},\"side\":\"BOTH\"}"),
        Arguments.of(new VectorSpec(), "{\"version\":1,\"kind\":\"vector\"}"),
        Arguments.of(
            new Bm25Spec(new AnalyzerSpec.English(TokenRule.WORD, LongTokens.CUT)),
            "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},\"k1\":0.9,\"b\":0.4}"),
        Arguments.of(
            new Bm25Spec(new AnalyzerSpec.Whitespace(LongTokens.CUT), 1.2, 0.75),
            "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"whitespace\"},\"k1\":1.2,\"b\":0.75}"),
        Arguments.of(
            new IdfSpec(
                new AnalyzerSpec.Standard(TokenRule.WORD, LongTokens.CUT),
                new TokenWeights.FromCollection()),
            "{\"version\":1,\"kind\":\"idf\",\"analyzer\":{\"kind\":\"standard\"},"
                + "\"weights\":{\"kind\":\"collection\"},\"k1\":0.9}"),
        Arguments.of(
            new IdfSpec(
                new AnalyzerSpec.WordPiece(TOKENIZER, 510), new TokenWeights.FromFile(TABLE, 1)),
            "{\"version\":1,\"kind\":\"idf\",\"analyzer\":"
                + STORED_TOKENIZER
                + ",\"weights\":{\"kind\":\"file\",\"file\":{\"name\":\"idf.json\",\"sha256\":\""
                + SHA
                + "\"},\"unlistedWeight\":1.0},\"k1\":0.9}"));
  }

  @ParameterizedTest
  @MethodSource("stored")
  void storedFormIsFixed(EncoderSpec spec, String json) throws Exception {
    assertThat(EncoderSpecJson.write(spec)).isEqualTo(json);
    assertThat(EncoderSpecJson.read(json, "f")).isEqualTo(spec);
  }

  @Test
  void resourcesAreThoseOfAllParts() {
    assertThat(new VectorSpec().resources()).isEmpty();
    assertThat(new Bm25Spec(new AnalyzerSpec.WordPiece(TOKENIZER, 1)).resources())
        .containsExactly(TOKENIZER);
    assertThat(
            new IdfSpec(
                    new AnalyzerSpec.WordPiece(TOKENIZER, 1), new TokenWeights.FromFile(TABLE, 0))
                .resources())
        .containsExactly(TOKENIZER, TABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "{\"version\":1}",
        "{\"version\":1,\"kind\":\"dense\"}",
        "{\"version\":1,\"kind\":\"vector\",\"k1\":1}",
        "{\"version\":1,\"kind\":\"vector\"} x",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},\"k1\":0.9}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},\"k1\":0.9,\"b\":null}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},\"k1\":\"0.9\",\"b\":0.4}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},\"k1\":0.9,\"k1\":1,\"b\":0.4}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},\"k1\":0.9,\"b\":0.4,\"c\":1}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"klingon\"},\"k1\":0.9,\"b\":0.4}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\",\"x\":1},\"k1\":0.9,\"b\":0.4}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\",\"rule\":\"X\"},"
            + "\"k1\":0.9,\"b\":0.4}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"whitespace\",\"rule\":\"WORD\"},"
            + "\"k1\":0.9,\"b\":0.4}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},\"k1\":-1,\"b\":0.4}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},\"k1\":1,\"b\":0.4,"
            + "\"averageLength\":-1}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},\"k1\":1,\"b\":0.4,"
            + "\"averageLength\":null}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},\"k1\":1,\"b\":0.4,"
            + "\"averageLength\":\"9\"}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},\"k1\":\"NaN\",\"b\":0.4}",
        "{\"version\":1,\"kind\":\"idf\",\"analyzer\":{\"kind\":\"english\"},"
            + "\"weights\":{\"kind\":\"collection\"},\"k1\":1e9}",
        "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"wordpiece\","
            + "\"tokenizer\":{\"name\":\"../../etc/passwd\",\"sha256\":\"00\"},\"maxTokens\":1},"
            + "\"k1\":0.9,\"b\":0.4}",
      })
  void malformedSpecIsRefusedWithItsFile(String json) {
    assertThatThrownBy(() -> EncoderSpecJson.read(json, "wiki/encoder.json"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("wiki/encoder.json: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"kind\":\"vector\"}",
        "{\"version\":2,\"kind\":\"vector\"}",
        "{\"version\":\"1\",\"kind\":\"vector\"}",
        "{\"version\":1.0,\"kind\":\"vector\"}"
      })
  void otherVersionIsRefusedAsUnsupported(String json) {
    assertThatThrownBy(() -> EncoderSpecJson.read(json, "wiki/encoder.json"))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("wiki/encoder.json")
        .hasMessageContaining("encoder version 1");
  }

  @Test
  void theMemberThatIsWrongIsNamedWithoutTheLibrarysWords() {
    assertThatThrownBy(
            () ->
                EncoderSpecJson.read(
                    "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\",\"x\":1},"
                        + "\"k1\":0.9,\"b\":2}",
                    "f"))
        .hasMessageEndingWith("allowed: what this version writes; wrong is the member analyzer.x");
    assertThatThrownBy(() -> EncoderSpecJson.read("{\"version\":1", "f"))
        .hasMessageEndingWith("wrong is JSON that ends too early, at line 1, column 13");
  }

  @Test
  void valueOutOfRangeIsNamed() {
    assertThatThrownBy(
            () ->
                EncoderSpecJson.read(
                    "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},"
                        + "\"k1\":0.9,\"b\":2}",
                    "f"))
        .hasMessage("f: b is 2.0; allowed: 0 to 1");
  }
}
