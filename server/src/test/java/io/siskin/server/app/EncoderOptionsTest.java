package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.AnalyzerSpec;
import io.siskin.server.encode.Bm25Spec;
import io.siskin.server.encode.EncoderSpec;
import io.siskin.server.encode.IdfSpec;
import io.siskin.server.encode.TokenWeights;
import io.siskin.server.encode.VectorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class EncoderOptionsTest {
  @TempDir private Path folder;

  @Command
  private static final class Holder {
    @Mixin private EncoderOptions options = new EncoderOptions();
  }

  private static EncoderOptions parse(String... args) {
    Holder holder = new Holder();
    new CommandLine(holder)
        .registerConverter(EncoderOptions.Kind.class, Choice.of(EncoderOptions.Kind.class))
        .registerConverter(EncoderOptions.Analyzer.class, Choice.of(EncoderOptions.Analyzer.class))
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
  void vectorsNeedNothing() throws IOException {
    assertThat(spec("--encoder", "vector")).isEqualTo(new VectorSpec());
  }

  @Test
  void anIdfTableAndATokenizerArePinnedByTheirContent() throws IOException {
    Path table = Files.writeString(folder.resolve("weights.json"), "{\"a\":1}");
    Path tokenizer = Files.writeString(folder.resolve("t.json"), "{}");
    EncoderOptions options = parse("--idf", table.toString(), "--tokenizer", tokenizer.toString());
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
    "--encoder bm25 --idf x, --idf is x; allowed: nothing",
    "--encoder idf --bm25-b 0.5, --bm25-b is 0.5; allowed: nothing",
    "--analyzer english --tokenizer x, --tokenizer",
    "--bm25-k1 -1, k1 is -1.0; allowed: 0 to 1000",
    "--idf missing.json, --idf is missing.json; allowed: a file that exists"
  })
  void contradictionsAreRefused(String args, String message) {
    assertThatThrownBy(() -> spec(args.split(" ")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }
}
