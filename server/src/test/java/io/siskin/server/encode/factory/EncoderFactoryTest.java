package io.siskin.server.encode.factory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.siskin.index.build.Bm25Formula;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.QueryEncoder;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.IdfSpec;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.TokenWeights;
import io.siskin.server.encode.spec.VectorOptions;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.testing.Seeded;
import io.siskin.server.testing.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

final class EncoderFactoryTest {
  private static final AnalyzerSpec WHITESPACE = new AnalyzerSpec.Whitespace();

  @TempDir Path scratch;

  private EncoderResources resources;

  @BeforeEach
  void openResources() {
    resources = EncoderResources.in(scratch.resolve("encoder"));
  }

  @Test
  void bm25DocumentIsItsTermFrequenciesAndQueryItsTermCounts() throws IOException {
    try (Encoders encoders = open(new Bm25Spec(new AnalyzerSpec.English()))) {
      assertThat(encoders.documents().encode("The insects: studying, and the INSECT studies"))
          .isEqualTo(vector("insect", 2, "studi", 2));
      assertThat(encoders.queries().encode("who studies insects insects"))
          .isEqualTo(vector("who", 1, "studi", 1, "insect", 2));
    }
  }

  /** An old collection has the idf in its documents, and its spec pins no average length. */
  @Test
  void underBm25AQueryBringsTheIdfIfTheAverageLengthIsPinned() throws IOException {
    TermStatistics statistics = statistics(9, Map.of("insect", 2L, "studi", 9L));
    Bm25Spec old = new Bm25Spec(new AnalyzerSpec.English());
    Bm25Spec pinned = old.withAverageLength(5);
    String query = "who studies insects insects";
    try (Encoders encoders = EncoderFactory.open(pinned, resources, ModelSource.NONE, statistics)) {
      assertThat(encoders.queries().encode(query))
          .isEqualTo(
              vector(
                  "who",
                  (float) Bm25Formula.idf(9, 0),
                  "studi",
                  (float) Bm25Formula.idf(9, 9),
                  "insect",
                  2 * (float) Bm25Formula.idf(9, 2)));
      assertThat(encoders.documents().encode(query))
          .isEqualTo(vector("who", 1, "studi", 1, "insect", 2));
    }
    try (Encoders encoders = EncoderFactory.open(old, resources, ModelSource.NONE, statistics)) {
      assertThat(encoders.queries().encode(query))
          .isEqualTo(vector("who", 1, "studi", 1, "insect", 2));
    }
  }

  @Test
  void batchKeepsItsOrderAndTextWithoutTokensGivesTheEmptyVector() throws IOException {
    try (Encoders encoders = open(new Bm25Spec(new AnalyzerSpec.English()))) {
      assertThat(encoders.queries().encode(List.of("moth", "", "the of", "wasp", " \n\t")))
          .containsExactly(
              vector("moth", 1),
              TokenVector.EMPTY,
              TokenVector.EMPTY,
              vector("wasp", 1),
              TokenVector.EMPTY);
      assertThat(encoders.documents().encode(List.of())).isEmpty();
    }
  }

  @Test
  void idfQueryTakesEachTokenOnceWithItsListedWeight() throws IOException {
    IdfSpec spec = new IdfSpec(WHITESPACE, table("{\"moth\": 7.25, \"a\": 0, \"wasp\": 3}", 1));
    try (Encoders encoders = open(spec)) {
      assertThat(encoders.queries().encode("a moth moth wasp hornet"))
          .isEqualTo(vector("moth", 7.25f, "wasp", 3, "hornet", 1));
    }
  }

  @Test
  void unlistedTokensAreLeftOutWhenTheyWeighNothing() throws IOException {
    try (Encoders encoders = open(new IdfSpec(WHITESPACE, table("{\"moth\": 7.25}", 0)))) {
      assertThat(encoders.queries().encode("moth hornet")).isEqualTo(vector("moth", 7.25f));
    }
  }

  @Test
  void idfFromTheCollectionFollowsTheCollection() throws IOException {
    TermStatistics[] now = {statistics(10, Map.of("moth", 1L))};
    TermStatistics live =
        new TermStatistics() {
          @Override
          public long documentCount() {
            return now[0].documentCount();
          }

          @Override
          public long documentFrequency(String token) {
            return now[0].documentFrequency(token);
          }
        };
    IdfSpec spec = new IdfSpec(WHITESPACE, new TokenWeights.FromCollection());
    try (Encoders encoders = EncoderFactory.open(spec, resources, ModelSource.NONE, live)) {
      // ln(1 + 9.5 / 1.5), and for a token that no document has ln(1 + 10.5 / 0.5)
      assertThat(encoders.queries().encode("moth moth hornet"))
          .isEqualTo(vector("moth", 1.9924302f, "hornet", 3.0910425f));
      now[0] = statistics(20, Map.of("moth", 20L, "hornet", 1L));
      // ln(1 + 0.5 / 20.5), ln(1 + 19.5 / 1.5)
      assertThat(encoders.queries().encode("moth hornet"))
          .isEqualTo(vector("moth", 0.02409755f, "hornet", 2.6390574f));
    }
  }

  @Test
  void equalWeightsAreOne() throws IOException {
    IdfSpec spec = new IdfSpec(WHITESPACE, new TokenWeights.Equal());
    try (Encoders encoders = open(spec)) {
      assertThat(encoders.queries().encode("moth wing moth"))
          .isEqualTo(vector("moth", 1, "wing", 1));
    }
  }

  @Test
  void statisticsThatDisagreeForAMomentGiveAWeightAboveZero() throws IOException {
    IdfSpec spec = new IdfSpec(WHITESPACE, new TokenWeights.FromCollection());
    try (Encoders encoders =
        EncoderFactory.open(spec, resources, ModelSource.NONE, statistics(3, Map.of("moth", 4L)))) {
      assertThat(encoders.queries().encode("moth").weight(0)).isPositive();
    }
  }

  @Test
  void idfDocumentIsItsSaturatedFrequencies() throws IOException {
    IdfSpec spec = new IdfSpec(WHITESPACE, new TokenWeights.FromCollection(), 3);
    try (Encoders encoders = open(spec)) {
      assertThat(encoders.documents().encode("moth wasp moth moth"))
          .isEqualTo(vector("moth", 0.5f, "wasp", 0.25f));
    }
  }

  @Test
  void vectorCollectionRefusesTextAndSaysWhy() throws IOException {
    try (Encoders encoders = open(new VectorSpec())) {
      assertThatThrownBy(() -> encoders.queries().encode("moth"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the collection has no encoder for text");
      assertThatThrownBy(() -> encoders.documents().encode("moth"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("a sparse vector");
    }
  }

  @Test
  void aLongDocumentEndsWithinItsTextWhenItIsToldTo() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      text.append("w").append(i).append(' ');
    }
    List<String> texts = List.of("moth", text.toString(), "wasp");
    IdfSpec idf = new IdfSpec(WHITESPACE, new TokenWeights.Equal());
    for (EncoderSpec spec : List.of(new Bm25Spec(new AnalyzerSpec.English()), idf)) {
      try (Encoders encoders = open(spec)) {
        AtomicInteger asked = new AtomicInteger();
        List<SparseVector> vectors = encoders.documents().encode(texts, asked::incrementAndGet);
        // Once per text, and once every 1,024 tokens.
        assertThat(asked).hasValue(texts.size() + 100_000 / 1_024);

        asked.set(0);
        IllegalStateException late = new IllegalStateException("too late");
        assertThatThrownBy(
                () ->
                    encoders
                        .documents()
                        .encode(
                            texts,
                            () -> {
                              if (asked.incrementAndGet() == 10) {
                                throw late;
                              }
                            }))
            .isSameAs(late);
        assertThat(asked).hasValue(10);
        // What ended in the middle of a text leaves nothing behind in the analyzer.
        assertThat(encoders.documents().encode(texts)).isEqualTo(vectors);
      }
    }
  }

  @Test
  void overlongQueryIsRefusedAndDocumentsOfAnyLengthAreNot() throws IOException {
    String longest = "moth ".repeat(20_000).substring(0, QueryEncoder.TEXT_LENGTH_MAX);
    try (Encoders encoders = open(new Bm25Spec(new AnalyzerSpec.English()))) {
      assertThat(encoders.queries().encode(longest)).isEqualTo(vector("moth", 13_107, "m", 1));
      assertThatThrownBy(() -> encoders.queries().encode(longest + "x"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("65537")
          .hasMessageContaining("65536");
      assertThat(encoders.documents().encode("moth ".repeat(500_000)))
          .isEqualTo(vector("moth", 500_000));
    }
  }

  @Test
  void unpairedSurrogatesReadAsReplacementCharacters() throws IOException {
    try (Encoders encoders = open(new Bm25Spec(WHITESPACE))) {
      assertThat(encoders.documents().encode("x\uD800 \uDC00 😀 \uD83D"))
          .isEqualTo(vector("x\uFFFD", 1, "\uFFFD", 2, "😀", 1));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1]                    | weight table",
        "{\"a\": 1} {}          | weight table",
        "{\"a\": 1              | weight table",
        "{\"a\": \"1\"}         | weight of token 'a'",
        "{\"a\": {\"b\": 1}}    | weight of token 'a'",
        "{\"a\": null}          | weight of token 'a'",
        "{\"a\": -1}            | weight of term 'a'",
        "{\"a\": 1e39}          | weight of term 'a'",
        "{\"a\": 1, \"a\": 2}   | weight table",
        "3                      | weight table",
        "[1, \"2\"]             | weight of token 'token id 1'",
      })
  void malformedTableIsRefusedWithItsFile(String json, String field) throws IOException {
    IdfSpec spec = new IdfSpec(WHITESPACE, table(json, 1));
    assertThatThrownBy(() -> open(spec))
        .isInstanceOfSatisfying(
            InvalidInputException.class, error -> assertThat(error.field()).isEqualTo(field))
        .hasMessageContaining("idf.json: ");
  }

  // ---- tables by token id, and tables of other models ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"moth\": 7, \"wing\": 3, \"[CLS]\": 9}",
        "{\"5\": 7, \"6\": 3, \"2\": 9}",
        "[0, 0, 9, 0, 0, 7, 3]"
      })
  void tablesAreReadByTokenAndById(String json) throws IOException {
    // "moth" is number 5, "wing" number 6 and [CLS] number 2 of the tokenizer.
    IdfSpec spec = new IdfSpec(wordPiece(), table(json, 0));
    try (Encoders encoders = open(spec)) {
      assertThat(encoders.queries().encode("moth wing bird [CLS]"))
          .isEqualTo(vector("moth", 7, "wing", 3));
    }
    EncoderFactory.checkTables(spec, resources);
  }

  @Test
  void digitsAreTokensWhereNoTokenizerHasIds() throws IOException {
    try (Encoders encoders = open(new IdfSpec(WHITESPACE, table("{\"2019\": 7}", 0)))) {
      assertThat(encoders.queries().encode("in 2019")).isEqualTo(vector("2019", 7));
    }
    IdfSpec array = new IdfSpec(WHITESPACE, other("[1, 2]"));
    assertThatThrownBy(() -> open(array))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("weight table is an array by token id; allowed: one JSON object");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"Kater\": 1, \"Hund\": 2}", "{\"[CLS]\": 1}", "{\"900\": 1}"})
  void tableWithoutATokenOfTheTokenizerIsRefused(String json) throws IOException {
    IdfSpec spec = new IdfSpec(wordPiece(), table(json, 0));
    assertThatThrownBy(() -> EncoderFactory.checkTables(spec, resources))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none of which the tokenizer gives");
    LearnedSpec learned =
        new LearnedSpec(
            new LearnedSpec.DocumentSide.Vectors(),
            new LearnedSpec.QuerySide.Tokens(spec.analyzer(), spec.weights(), VectorOptions.NONE));
    assertThatThrownBy(() -> EncoderFactory.checkTables(learned, resources))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void tableOfWhichFewTokensAreKnownIsWarnedOf() throws IOException {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(WeightTable.class);
    logger.addAppender(log);
    try {
      EncoderFactory.checkTables(
          new IdfSpec(wordPiece(), table("{\"moth\": 1, \"wing\": 1, \"x\": 1, \"y\": 1}", 0)),
          resources);
      assertThat(log.list).as("half of them").isEmpty();
      EncoderFactory.checkTables(
          new IdfSpec(wordPiece(), other("{\"moth\": 1, \"x\": 1, \"y\": 1}")), resources);
      assertThat(log.list)
          .singleElement()
          .extracting(ILoggingEvent::getFormattedMessage)
          .asString()
          .contains("other.json: the tokenizer gives 1 of the 3 tokens of the table");
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void tokensOfAnAnalyzerAreThoseThatItMakesOfThemselves() throws IOException {
    AnalyzerSpec english = new AnalyzerSpec.English();
    EncoderFactory.checkTables(new IdfSpec(english, table("{\"moth\": 1}", 0)), resources);
    IdfSpec capitals = new IdfSpec(english, other("{\"MOTH\": 1, \"The\": 2}"));
    assertThatThrownBy(() -> EncoderFactory.checkTables(capitals, resources))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tokens of the weight table is 2, such as 'MOTH'");
  }

  private TokenWeights other(String json) throws IOException {
    Path file = Files.writeString(scratch.resolve("other.json"), json);
    return new TokenWeights.FromFile(resources.add("other.json", file), 0);
  }

  private AnalyzerSpec wordPiece() throws IOException {
    Path file = Files.writeString(scratch.resolve("t.json"), TinyModels.tokenizerJson());
    return new AnalyzerSpec.WordPiece(resources.add("t.json", file), 510);
  }

  // ---- what else there is ----

  @Test
  void storedRulesReachTheAnalyzer() throws IOException {
    String text = "self.stream " + "x".repeat(300);
    try (Encoders encoders = open(new Bm25Spec(new AnalyzerSpec.Standard()))) {
      assertThat(encoders.queries().encode(text))
          .isEqualTo(vector("self.stream", 1, "x".repeat(300), 1));
    }
    AnalyzerSpec code =
        new AnalyzerSpec.English(AnalyzerSpec.TokenRule.CODE, AnalyzerSpec.LongTokens.CUT);
    try (Encoders encoders = open(new Bm25Spec(code))) {
      assertThat(encoders.queries().encode(text))
          .isEqualTo(vector("self", 1, "stream", 1, "x".repeat(255), 1, "x".repeat(45), 1));
    }
    AnalyzerSpec whitespace = new AnalyzerSpec.Whitespace(AnalyzerSpec.LongTokens.CUT);
    try (Encoders encoders = open(new Bm25Spec(whitespace))) {
      assertThat(encoders.queries().encode("x".repeat(256)))
          .isEqualTo(vector("x".repeat(255), 1, "x", 1));
    }
  }

  @Test
  void tableOtherThanThePinnedOneIsRefused() throws IOException {
    IdfSpec spec = new IdfSpec(WHITESPACE, table("{\"moth\": 7}", 1));
    Files.writeString(scratch.resolve("encoder").resolve("idf.json"), "{\"moth\": 8}");
    assertThatThrownBy(() -> open(spec)).isInstanceOf(CorruptSegmentException.class);
  }

  @Test
  void countsAgreeWithANaiveTwin() {
    Seeded.run(
        random -> {
          try (Encoders encoders = open(new Bm25Spec(WHITESPACE))) {
            for (int round = 0; round < 300; round++) {
              String text = randomText(random);
              assertThat(encoders.documents().encode(text)).isEqualTo(naiveCounts(text));
            }
          }
        });
  }

  @Test
  void threadsDoNotDisturbEachOther() {
    Seeded.run(
        random -> {
          List<String> texts = new ArrayList<>();
          for (int i = 0; i < 400; i++) {
            texts.add(randomText(random));
          }
          try (Encoders encoders = open(new Bm25Spec(new AnalyzerSpec.English()));
              ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<SparseVector> alone = encoders.documents().encode(texts);
            List<Future<List<SparseVector>>> together = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
              together.add(threads.submit(() -> encoders.documents().encode(texts)));
            }
            for (Future<List<SparseVector>> one : together) {
              assertThat(one.get()).isEqualTo(alone);
            }
          }
        });
  }

  @Test
  void closedEncodersRefuseToEncode() throws IOException {
    Encoders encoders = open(new Bm25Spec(new AnalyzerSpec.English()));
    encoders.close();
    encoders.close();
    assertThatThrownBy(() -> encoders.queries().encode("moth"))
        .isInstanceOf(RuntimeException.class);
  }

  private Encoders open(EncoderSpec spec) throws IOException {
    return EncoderFactory.open(spec, resources, ModelSource.NONE, TermStatistics.EMPTY);
  }

  private TokenWeights table(String json, float unlistedWeight) throws IOException {
    Path file = Files.writeString(scratch.resolve("table"), json);
    return new TokenWeights.FromFile(resources.add("idf.json", file), unlistedWeight);
  }

  private static TermStatistics statistics(long documentCount, Map<String, Long> frequencies) {
    return new TermStatistics() {
      @Override
      public long documentCount() {
        return documentCount;
      }

      @Override
      public long documentFrequency(String token) {
        return frequencies.getOrDefault(token, 0L);
      }
    };
  }

  /** Pairs of token and weight. */
  private static TokenVector vector(Object... pairs) {
    Map<String, Float> weights = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      weights.put((String) pairs[i], ((Number) pairs[i + 1]).floatValue());
    }
    return TokenVector.of(weights);
  }

  private static TokenVector naiveCounts(String text) {
    Map<String, Float> counts = new TreeMap<>();
    for (String token : text.split("[ \n]+")) {
      if (!token.isEmpty()) {
        counts.put(token, counts.getOrDefault(token, 0f) + 1);
      }
    }
    return TokenVector.of(counts);
  }

  private static String randomText(Random random) {
    String[] symbols = {"a", "b", "c", " ", " ", "\n", "ü", "😀"}; // few, so that tokens repeat
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(60);
    for (int i = 0; i < length; i++) {
      text.append(symbols[random.nextInt(symbols.length)]);
    }
    return text.toString();
  }
}
