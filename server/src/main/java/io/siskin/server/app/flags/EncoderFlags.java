package io.siskin.server.app.flags;

import io.siskin.index.build.Bm25Formula;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.config.Choices;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.IdfSpec;
import io.siskin.server.encode.spec.PhraseSpec;
import io.siskin.server.encode.spec.TokenWeights;
import io.siskin.server.encode.spec.VectorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say how text becomes vectors. */
public final class EncoderFlags {
  /** What {@code --encoder} may be. */
  public enum Kind {
    /** Decided by the first document. */
    AUTO,
    /** Okapi BM25. */
    BM25,
    /** Inference-free: each token weighs its idf. */
    IDF,
    /** Documents and queries come as vectors. */
    VECTOR
  }

  /** What {@code --analyzer} may be. */
  public enum Analyzer {
    /** Words, lower case, without stop words, stemmed. */
    ENGLISH,
    /** Words, lower case. */
    STANDARD,
    /** What stands between white space. */
    WHITESPACE
  }

  @Option(
      names = "--encoder",
      paramLabel = "KIND",
      defaultValue = "auto",
      description = {
        "How text becomes vectors: bm25, idf (inference-free: each query token weighs its idf), or"
            + " vector (documents and queries come as vectors). Stored with the collection, so that"
            + " queries are encoded as the documents were.",
        "Default: auto: vector if the first document has one, else bm25; with --idf, idf."
      })
  private Kind kind = Kind.AUTO;

  @Option(
      names = "--analyzer",
      paramLabel = "NAME",
      description =
          "How text is cut into tokens: english (words, stop words removed, stemmed), standard"
              + " (words), whitespace. Default: english.")
  private @Nullable Analyzer analyzer;

  @Option(
      names = "--tokenizer-rule",
      paramLabel = "NAME",
      description =
          "With --analyzer english or standard: what a word is. word: a Unicode word, in which"
              + " self.stream.write, snake_case, camelCase and 1.2 are one word each. code: such a"
              + " word in its parts, cut at marks and before capitals, for code, identifiers and"
              + " dotted names. Default: word.")
  private AnalyzerSpec.@Nullable TokenRule tokenizerRule;

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description =
          "Instead of --analyzer: a model's own tokenizer, a tokenizer.json of the HuggingFace"
              + " tokenizers library, at most 64 MiB. Copied into the collection."
              + " Default: none.")
  private @Nullable Path tokenizer;

  @Option(
      names = "--idf",
      paramLabel = "FILE",
      description =
          "With --encoder idf: the query's token weights, one JSON object of token to weight (or,"
              + " with --tokenizer, of token id to weight, or one array by token id), at most 64"
              + " MiB. Tokens that it lacks weigh nothing. Copied into the collection. Default:"
              + " each token's idf in the collection itself.")
  private @Nullable Path idf;

  @Option(
      names = "--bm25-k1",
      paramLabel = "NUMBER",
      description =
          "How slowly repeated occurrences of a term saturate, 0 to 1000. Raising it rewards"
              + " repetition more. Default: 0.9.")
  private @Nullable Double k1;

  @Option(
      names = "--bm25-b",
      paramLabel = "NUMBER",
      description =
          "How much length is held against a document, 0 to 1. Raising it favours short documents."
              + " Default: 0.4.")
  private @Nullable Double b;

  @Option(
      names = "--bm25-average-length",
      paramLabel = "TOKENS",
      description =
          "The length of a document that length normalisation leaves as it is, above 0. It is"
              + " stored with the collection. Scores of two collections can be compared if they"
              + " have the same. Default: the average length of the input, or 100 if that has no"
              + " token.")
  private @Nullable Double averageLength;

  @Option(
      names = "--phrases",
      paramLabel = "FILE",
      description =
          "Terms beyond the encoder's own, found in texts by their wording: JSON lines of"
              + " {\"term\": \"Q60\", \"phrases\": [\"new york city\", \"nyc\"], \"weight\": 1.2}."
              + " With --encoder bm25 or idf, or a model. Copied into the collection. Default:"
              + " none.")
  private @Nullable Path phrases;

  @Option(
      names = "--phrase-sides",
      paramLabel = "NAME",
      description =
          "With --phrases: which texts are searched for them: both, documents, queries."
              + " Default: both.")
  private PhraseSpec.Sides phraseSides = PhraseSpec.Sides.BOTH;

  @Mixin private LearnedFlags learned = new LearnedFlags();

  private final ResourceFiles files = new ResourceFiles();

  /**
   * Returns the encoder that the options ask for; null leaves the choice to the first document.
   *
   * @throws InvalidInputException when options contradict each other
   */
  public @Nullable EncoderSpec spec() throws IOException {
    files.clear();
    EncoderSpec encoder = encoderSpec();
    if (phrases == null) {
      return encoder;
    }
    if (encoder == null) {
      throw new InvalidInputException(
          "--phrases", phrases, "with --encoder bm25 or idf, or a model");
    }
    return new PhraseSpec(encoder, files.reference("--phrases", "phrases", phrases), phraseSides);
  }

  private @Nullable EncoderSpec encoderSpec() throws IOException {
    if (learned.isWanted()) {
      refuseWithModels();
      return learned.spec(files);
    }
    learned.checkUnwanted();
    return switch (kind) {
      case AUTO -> {
        if (idf != null) {
          yield idfSpec();
        }
        // A wish about text says that there is text.
        boolean aboutText =
            analyzer != null
                || tokenizerRule != null
                || tokenizer != null
                || k1 != null
                || b != null
                || averageLength != null;
        yield aboutText ? bm25Spec() : null;
      }
      case BM25 -> bm25Spec();
      case IDF -> idfSpec();
      case VECTOR -> {
        refuse("--analyzer", analyzer);
        refuse("--tokenizer-rule", tokenizerRule);
        refuse("--tokenizer", tokenizer);
        refuse("--idf", idf);
        refuse("--bm25-k1", k1);
        refuse("--bm25-b", b);
        refuse("--bm25-average-length", averageLength);
        yield new VectorSpec();
      }
    };
  }

  /** Returns the files that the encoder names, by their names in the collection. */
  public Map<String, Path> files() {
    return files.byName();
  }

  /** Returns the models that the encoder names. */
  public List<ModelFiles> models() {
    return learned.models();
  }

  private void refuseWithModels() {
    if (kind != Kind.AUTO) {
      refuse("--encoder", kind);
    }
    refuse("--analyzer", analyzer);
    refuse("--tokenizer-rule", tokenizerRule);
    refuse("--tokenizer", tokenizer);
    refuse("--idf", idf);
    refuse("--bm25-k1", k1);
    refuse("--bm25-b", b);
    refuse("--bm25-average-length", averageLength);
  }

  private Bm25Spec bm25Spec() throws IOException {
    refuse("--idf", idf);
    Bm25Spec spec =
        new Bm25Spec(
            analyzerSpec(),
            k1 == null ? Bm25Spec.K1_DEFAULT : k1,
            b == null ? Bm25Spec.B_DEFAULT : b);
    if (averageLength == null) {
      return spec;
    }
    // The spec itself takes 0 for no length.
    Bm25Formula.checkAverageLength(averageLength);
    return spec.withAverageLength(averageLength);
  }

  private IdfSpec idfSpec() throws IOException {
    refuse("--bm25-b", b);
    refuse("--bm25-average-length", averageLength);
    TokenWeights weights =
        idf == null
            ? new TokenWeights.FromCollection()
            : new TokenWeights.FromFile(files.reference("--idf", "idf", idf), 0);
    return new IdfSpec(analyzerSpec(), weights, k1 == null ? IdfSpec.K1_DEFAULT : k1);
  }

  private AnalyzerSpec analyzerSpec() throws IOException {
    if (tokenizer != null) {
      refuse("--analyzer", analyzer);
      refuse("--tokenizer-rule", tokenizerRule);
      return new AnalyzerSpec.WordPiece(
          files.reference("--tokenizer", "tokenizer", tokenizer),
          AnalyzerSpec.WordPiece.MAX_TOKENS_DEFAULT);
    }
    AnalyzerSpec.TokenRule rule =
        tokenizerRule == null ? AnalyzerSpec.TokenRule.WORD : tokenizerRule;
    AnalyzerSpec.LongTokens longTokens = AnalyzerSpec.LongTokens.WHOLE;
    return switch (analyzer) {
      case ENGLISH -> new AnalyzerSpec.English(rule, longTokens);
      case STANDARD -> new AnalyzerSpec.Standard(rule, longTokens);
      case WHITESPACE -> {
        refuse("--tokenizer-rule", tokenizerRule);
        yield new AnalyzerSpec.Whitespace(longTokens);
      }
      case null -> new AnalyzerSpec.English(rule, longTokens);
    };
  }

  private void refuse(String option, @Nullable Object value) {
    if (value != null) {
      throw new InvalidInputException(
          option,
          value instanceof Enum<?> choice ? Choices.spelling(choice) : value,
          "nothing, with " + contradicted(option));
    }
  }

  private String contradicted(String option) {
    if (learned.isWanted()) {
      return "--document-model, --query-model or --query-tokens";
    }
    if (tokenizer != null && !option.equals("--tokenizer")) {
      return "--tokenizer";
    }
    if (option.equals("--tokenizer-rule") && analyzer == Analyzer.WHITESPACE) {
      return "--analyzer whitespace";
    }
    return "--encoder " + Choices.spelling(kind == Kind.AUTO && idf != null ? Kind.IDF : kind);
  }
}
