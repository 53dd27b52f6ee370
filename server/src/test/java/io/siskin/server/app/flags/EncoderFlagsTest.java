package io.siskin.server.app.flags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.IdfSpec;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.encode.spec.PhraseSpec;
import io.siskin.server.encode.spec.TokenWeights;
import io.siskin.server.encode.spec.VectorOptions;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.testing.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class EncoderFlagsTest {
  @TempDir private Path folder;

  @Command
  private static final class Holder {
    @Mixin private EncoderFlags options = new EncoderFlags();
  }

  private static EncoderFlags parse(String... args) {
    Holder holder = new Holder();
    new CommandLine(holder)
        .registerConverter(EncoderFlags.Kind.class, Choice.of(EncoderFlags.Kind.class))
        .registerConverter(EncoderFlags.Analyzer.class, Choice.of(EncoderFlags.Analyzer.class))
        .registerConverter(AnalyzerSpec.TokenRule.class, Choice.of(AnalyzerSpec.TokenRule.class))
        .registerConverter(PhraseSpec.Sides.class, Choice.of(PhraseSpec.Sides.class))
        .parseArgs(args);
    return holder.options;
  }

  private static EncoderSpec spec(String... args) throws IOException {
    return parse(args).spec();
  }

  @Test
  void withoutAWishTheFirstDocumentDecides() throws IOException {
    assertThat(spec()).isNull();
  }

  @Test
  void aWishAboutTextMeansBm25() throws IOException {
    assertThat(spec("--analyzer", "whitespace", "--bm25-b", "0.75"))
        .isEqualTo(new Bm25Spec(new AnalyzerSpec.Whitespace(), Bm25Spec.K1_DEFAULT, 0.75));
    assertThat(spec("--encoder", "bm25")).isEqualTo(new Bm25Spec(new AnalyzerSpec.English()));
  }

  @Test
  void anAverageLengthCanBePinned() throws IOException {
    assertThat(spec("--bm25-average-length", "12.5"))
        .isEqualTo(new Bm25Spec(new AnalyzerSpec.English()).withAverageLength(12.5));
    for (String wrong : List.of("0", "-1", "NaN", "Infinity")) {
      assertThatThrownBy(() -> spec("--bm25-average-length", wrong))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("averageLength is");
    }
    assertThatThrownBy(() -> spec("--encoder", "idf", "--bm25-average-length", "9"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--bm25-average-length");
  }

  @Test
  void theRuleOfTokensIsStored() throws IOException {
    assertThat(spec("--tokenizer-rule", "code"))
        .isEqualTo(
            new Bm25Spec(
                new AnalyzerSpec.English(
                    AnalyzerSpec.TokenRule.CODE, AnalyzerSpec.LongTokens.WHOLE)));
    assertThat(spec("--tokenizer-rule", "code", "--analyzer", "standard"))
        .isEqualTo(
            new Bm25Spec(
                new AnalyzerSpec.Standard(
                    AnalyzerSpec.TokenRule.CODE, AnalyzerSpec.LongTokens.WHOLE)));
    assertThat(spec("--tokenizer-rule", "word"))
        .isEqualTo(new Bm25Spec(new AnalyzerSpec.English()));
  }

  @Test
  void phrasesGoWithAnEncoderThatReadsText() throws IOException {
    String file = Files.writeString(folder.resolve("p.jsonl"), "{}").toString();
    PhraseSpec spec =
        (PhraseSpec) spec("--encoder", "idf", "--phrases", file, "--phrase-sides", "queries");
    assertThat(spec.side()).isEqualTo(PhraseSpec.Sides.QUERIES);
    assertThat(spec.encoder()).isInstanceOf(IdfSpec.class);
    assertThat(((PhraseSpec) spec("--encoder", "bm25", "--phrases", file)).encoder())
        .isEqualTo(new Bm25Spec(new AnalyzerSpec.English()));
    for (String encoder : List.of("vector", "auto")) {
      assertThatThrownBy(() -> spec("--encoder", encoder, "--phrases", file))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("phrases");
    }
  }

  @Test
  void vectorsNeedNothing() throws IOException {
    assertThat(spec("--encoder", "vector")).isEqualTo(new VectorSpec());
  }

  @Test
  void anIdfTableAndATokenizerArePinnedByTheirContent() throws IOException {
    Path table = Files.writeString(folder.resolve("weights.json"), "{\"a\":1}");
    Path tokenizer = Files.writeString(folder.resolve("t.json"), "{}");
    EncoderFlags options = parse("--idf", table.toString(), "--tokenizer", tokenizer.toString());
    IdfSpec spec = (IdfSpec) options.spec();
    TokenWeights.FromFile weights = (TokenWeights.FromFile) spec.weights();
    assertThat(weights.file().sha256())
        .isEqualTo("015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
    assertThat(options.files())
        .containsEntry(weights.file().name(), table)
        .containsEntry(((AnalyzerSpec.WordPiece) spec.analyzer()).tokenizer().name(), tokenizer);
    Files.writeString(table, "{\"a\":2}");
    IdfSpec changed = (IdfSpec) options.spec();
    // A file stored under the same name would be mistaken for the old one.
    assertThat(((TokenWeights.FromFile) changed.weights()).file().name())
        .isNotEqualTo(weights.file().name());
  }

  @ParameterizedTest
  @CsvSource({
    "--encoder vector --analyzer english, --analyzer is english; allowed: nothing",
    "--encoder vector --bm25-k1 1, --bm25-k1 is 1.0; allowed: nothing",
    "--encoder vector --tokenizer-rule code, --tokenizer-rule is code; allowed: nothing",
    "--analyzer whitespace --tokenizer-rule code, 'nothing, with --analyzer whitespace'",
    "--tokenizer T --tokenizer-rule code, 'nothing, with --tokenizer'",
    "--encoder bm25 --idf x, --idf is x; allowed: nothing",
    "--encoder idf --bm25-b 0.5, --bm25-b is 0.5; allowed: nothing",
    "--analyzer english --tokenizer x, --tokenizer",
    "--bm25-k1 -1, k1 is -1.0; allowed: 0 to 1000",
    "--idf missing.json, --idf is missing.json; allowed: a file that exists"
  })
  void contradictionsAreRefused(String args, String message) throws IOException {
    Path tokenizer = Files.writeString(folder.resolve("t.json"), "{}");
    assertThatThrownBy(() -> spec(args.replace(" T ", " " + tokenizer + " ").split(" ")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void documentModelEncodesQueriesToo() throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"));
    EncoderFlags options = parse("--document-model", model.toString(), "--query-terms-max", "8");
    ModelRef ref = ModelDirectory.read(model).files().ref();
    assertThat(options.spec())
        .isEqualTo(
            new LearnedSpec(
                new LearnedSpec.DocumentSide.Model(ref, VectorOptions.NONE),
                new LearnedSpec.QuerySide.Model(ref, new VectorOptions(true, 0, 0, 8))));
    assertThat(options.models()).extracting(ModelFiles::ref).containsExactly(ref);
  }

  @Test
  void queryTokensTakeTheDocumentModelsTokenizer() throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"), "max_length: 64");
    Path table = Files.writeString(folder.resolve("table.json"), "{\"moth\": 2}");
    EncoderFlags options =
        parse("--document-model", model.toString(), "--query-tokens", table.toString());
    LearnedSpec spec = (LearnedSpec) options.spec();
    LearnedSpec.QuerySide.Tokens tokens = (LearnedSpec.QuerySide.Tokens) spec.queries();
    assertThat(((AnalyzerSpec.WordPiece) tokens.analyzer()).maxTokens()).isEqualTo(64);
    assertThat(tokens.weights()).isInstanceOf(TokenWeights.FromFile.class);
    assertThat(options.files()).hasSize(2);
    LearnedSpec idf =
        (LearnedSpec) spec("--document-model", model.toString(), "--query-tokens=idf");
    assertThat(((LearnedSpec.QuerySide.Tokens) idf.queries()).weights())
        .isEqualTo(new TokenWeights.FromCollection());
  }

  @Test
  void queriesOfAModelOfWordsAreWords() throws IOException {
    Path model = TinyModels.weights(folder.resolve("tiny"), true, "family: deepimpact");
    LearnedSpec spec =
        (LearnedSpec) spec("--document-model", model.toString(), "--query-tokens", "equal");
    assertThat(spec.queries())
        .isEqualTo(
            new LearnedSpec.QuerySide.Tokens(
                new AnalyzerSpec.Standard(), new TokenWeights.Equal(), VectorOptions.NONE));
  }

  @Test
  void queryModelAloneMeansDocumentsBringVectors() throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"));
    assertThat(((LearnedSpec) spec("--query-model", model.toString())).documents())
        .isEqualTo(new LearnedSpec.DocumentSide.Vectors());
  }

  @ParameterizedTest
  @CsvSource({
    "--query-tokens idf,--query-tokens is idf; allowed: with --document-model",
    "--document-model M --query-model M --query-tokens idf,allowed: nothing",
    "--document-model M --encoder bm25,--encoder is bm25; allowed: nothing",
    "--document-model M --tokenizer-rule code,--tokenizer-rule is code; allowed: nothing",
    "--document-model M --analyzer english,--analyzer is english; allowed: nothing",
    "--query-terms-max 3,'with --query-model, --query-tokens or --document-model only'",
    "--document-literals-only,with --document-model only",
    "--document-model nowhere,model directory is nowhere"
  })
  void modelOptionsThatContradictAreNamed(String arguments, String message) throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"));
    assertThatThrownBy(() -> spec(arguments.replace(" M", " " + model).split(" ")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }
}
