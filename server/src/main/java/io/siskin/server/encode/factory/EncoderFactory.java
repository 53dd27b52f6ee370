package io.siskin.server.encode.factory;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.Checkpoint;
import io.siskin.server.encode.DocumentEncoder;
import io.siskin.server.encode.QueryEncoder;
import io.siskin.server.encode.WellFormedText;
import io.siskin.server.encode.analysis.LuceneAnalyzer;
import io.siskin.server.encode.analysis.TextAnalyzer;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.IdfSpec;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.PhraseSpec;
import io.siskin.server.encode.spec.ResourceRef;
import io.siskin.server.encode.spec.TokenWeights;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.encode.vocabulary.Vocabulary;
import io.siskin.server.encode.wordpiece.WordPieceAnalyzer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes encoders from what is stored with a collection. */
public final class EncoderFactory {
  private EncoderFactory() {}

  /**
   * Opens both encoders of a collection.
   *
   * @param spec how the collection encodes
   * @param resources the files that the spec names
   * @param models the models that the spec names
   * @param statistics the collection's, asked at each query; {@link TermStatistics#EMPTY} where
   *     only documents are encoded
   * @return the encoders; the caller closes them
   * @throws io.siskin.index.error.CorruptSegmentException when a file is not the one that the spec
   *     pins
   * @throws InvalidInputException when a file is not what the spec takes it for
   * @throws IOException when a file is missing or cannot be read
   */
  public static Encoders open(
      EncoderSpec spec, EncoderResources resources, ModelSource models, TermStatistics statistics)
      throws IOException {
    Encoders encoders = openWithoutIdf(spec, resources, models, statistics);
    return spec.base() instanceof Bm25Spec bm25 && bm25.pinsAverageLength()
        ? new Encoders(
            encoders.documents(), withIdf(encoders.queries(), statistics), encoders.resource())
        : encoders;
  }

  /** Opens encoders as {@link #open} does, but under BM25 a query's weights are counts. */
  static Encoders openWithoutIdf(
      EncoderSpec spec, EncoderResources resources, ModelSource models, TermStatistics statistics)
      throws IOException {
    return switch (spec) {
      case LearnedSpec learned -> new LearnedEncoders(resources, models, statistics).open(learned);
      case PhraseSpec phrases -> PhraseEncoders.open(phrases, resources, models, statistics);
      case VectorSpec _ -> new Encoders(vectorDocuments(), vectorQueries(), Encoders.Resource.NONE);
      case Bm25Spec bm25 -> bm25(openAnalyzer(bm25.analyzer(), resources));
      case IdfSpec idf -> {
        // Before the analyzer, which may hold native memory: reading the table can fail.
        WeightLookup weights = openWeights(idf.weights(), idf.analyzer(), resources, statistics);
        yield idf(openAnalyzer(idf.analyzer(), resources), weights, idf.k1());
      }
    };
  }

  static DocumentEncoder vectorDocuments() {
    return (_, _) -> {
      throw noEncoder("document text", "documents");
    };
  }

  static QueryEncoder vectorQueries() {
    return _ -> {
      throw noEncoder("query text", "queries");
    };
  }

  private static InvalidInputException noEncoder(String field, String what) {
    return new InvalidInputException(
        field,
        "text",
        "a sparse vector: the collection has no encoder for text, its "
            + what
            + " come as vectors");
  }

  private static Encoders bm25(TextAnalyzer analyzer) {
    TokenCounter counter = new TokenCounter(analyzer);
    return new Encoders(
        (texts, checkpoint) ->
            texts.stream().map(text -> counter.frequencies(text, checkpoint)).toList(),
        texts ->
            texts.stream()
                .map(QueryText::check)
                .map(text -> counter.frequencies(text, Checkpoint.NONE))
                .toList(),
        analyzer::close);
  }

  private static QueryEncoder withIdf(QueryEncoder counts, TermStatistics statistics) {
    WeightLookup idf = WeightLookup.of(statistics);
    return texts -> counts.encode(texts).stream().map(vector -> multiply(vector, idf)).toList();
  }

  private static SparseVector multiply(SparseVector vector, WeightLookup factors) {
    if (!(vector instanceof TokenVector tokens)) {
      throw new IllegalStateException("text is encoded to tokens");
    }
    String[] terms = new String[tokens.size()];
    float[] weights = new float[terms.length];
    for (int i = 0; i < terms.length; i++) {
      terms[i] = tokens.token(i);
      // Not beyond the range of weights: a phrase may have the largest one already.
      weights[i] = Math.min(tokens.weight(i) * factors.weight(terms[i]), SparseVector.WEIGHT_MAX);
    }
    return TokenVector.of(terms, weights);
  }

  private static Encoders idf(TextAnalyzer analyzer, WeightLookup weights, double k1) {
    TokenCounter counter = new TokenCounter(analyzer);
    return new Encoders(
        (texts, checkpoint) ->
            texts.stream()
                .map(
                    text ->
                        counter.weighted(
                            text, (_, count) -> (float) (count / (count + k1)), checkpoint))
                .toList(),
        queries(counter, weights),
        analyzer::close);
  }

  /** Each distinct token once, with its weight. */
  static QueryEncoder queries(TokenCounter counter, WeightLookup weights) {
    return texts ->
        texts.stream()
            .map(QueryText::check)
            .map(
                text ->
                    counter.weighted(text, (token, _) -> weights.weight(token), Checkpoint.NONE))
            .toList();
  }

  static TextAnalyzer openAnalyzer(AnalyzerSpec spec, EncoderResources resources)
      throws IOException {
    return switch (spec) {
      case AnalyzerSpec.English english ->
          LuceneAnalyzer.english(words(english.rule()), longTokens(english.longTokens()));
      case AnalyzerSpec.Standard standard ->
          LuceneAnalyzer.standard(words(standard.rule()), longTokens(standard.longTokens()));
      case AnalyzerSpec.Whitespace whitespace ->
          LuceneAnalyzer.whitespace(longTokens(whitespace.longTokens()));
      case AnalyzerSpec.WordPiece wordPiece ->
          WordPieceAnalyzer.open(
              resources.path(wordPiece.tokenizer()).toString(),
              resources.read(wordPiece.tokenizer()),
              wordPiece.maxTokens());
    };
  }

  private static LuceneAnalyzer.Words words(AnalyzerSpec.TokenRule rule) {
    return switch (rule) {
      case WORD -> LuceneAnalyzer.Words.WHOLE;
      case CODE -> LuceneAnalyzer.Words.IN_PARTS;
    };
  }

  private static LuceneAnalyzer.LongTokens longTokens(AnalyzerSpec.LongTokens longTokens) {
    return switch (longTokens) {
      case CUT -> LuceneAnalyzer.LongTokens.CUT;
      case WHOLE -> LuceneAnalyzer.LongTokens.WHOLE;
    };
  }

  static WeightLookup openWeights(
      TokenWeights spec,
      AnalyzerSpec analyzer,
      EncoderResources resources,
      TermStatistics statistics)
      throws IOException {
    return switch (spec) {
      case TokenWeights.FromCollection _ -> WeightLookup.of(statistics);
      case TokenWeights.Equal _ -> _ -> 1;
      case TokenWeights.FromFile fromFile ->
          WeightLookup.of(
              readTable(fromFile, resources).byToken(vocabulary(analyzer, resources)),
              fromFile.unlistedWeight());
    };
  }

  /**
   * Checks that a table of weights and the analyzer that it is for have tokens in common. To be
   * done before a collection is made: without them every query would be empty.
   *
   * @param spec how the collection will encode
   * @param resources the files that the spec names
   * @throws InvalidInputException when they have none, with the table's file. Where they have few,
   *     the log says so
   * @throws IOException when a file is missing or cannot be read
   */
  public static void checkTables(EncoderSpec spec, EncoderResources resources) throws IOException {
    switch (spec.base()) {
      case IdfSpec(AnalyzerSpec analyzer, TokenWeights.FromFile table, double _) ->
          checkTable(table, analyzer, resources);
      case LearnedSpec(
              _,
              LearnedSpec.QuerySide.Tokens(
                  AnalyzerSpec analyzer,
                  TokenWeights.FromFile table,
                  _)) ->
          checkTable(table, analyzer, resources);
      default -> {}
    }
  }

  private static void checkTable(
      TokenWeights.FromFile spec, AnalyzerSpec analyzerSpec, EncoderResources resources)
      throws IOException {
    WeightTable table = readTable(spec, resources);
    Vocabulary vocabulary = vocabulary(analyzerSpec, resources);
    if (vocabulary != null) {
      table.checkKnown(vocabulary, vocabulary.terms()::contains);
      return;
    }
    try (TextAnalyzer analyzer = openAnalyzer(analyzerSpec, resources)) {
      table.checkKnown(null, token -> gives(analyzer, token));
    }
  }

  /** Tells whether an analyzer may give a token: it is one that the analyzer makes of itself. */
  static boolean gives(TextAnalyzer analyzer, String token) {
    List<String> tokens = new ArrayList<>();
    analyzer.analyze(WellFormedText.of(token), tokens::add);
    return tokens.equals(List.of(token));
  }

  private static WeightTable readTable(TokenWeights.FromFile spec, EncoderResources resources)
      throws IOException {
    return WeightTable.read(resources.path(spec.file()).toString(), resources.read(spec.file()));
  }

  private static @Nullable Vocabulary vocabulary(AnalyzerSpec analyzer, EncoderResources resources)
      throws IOException {
    return analyzer instanceof AnalyzerSpec.WordPiece(ResourceRef tokenizer, int _)
        ? Vocabulary.read(resources.path(tokenizer).toString(), resources.read(tokenizer))
        : null;
  }
}
