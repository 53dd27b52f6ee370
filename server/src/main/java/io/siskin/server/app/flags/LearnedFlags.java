package io.siskin.server.app.flags;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.model.RemoteDirectory;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.LearnedSpec.DocumentSide;
import io.siskin.server.encode.spec.LearnedSpec.QuerySide;
import io.siskin.server.encode.spec.TokenWeights;
import io.siskin.server.encode.spec.VectorOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name models for documents and queries. */
final class LearnedFlags {
  /** What {@code --query-tokens} says for weights from the collection. */
  private static final String IDF = "idf";

  /** What it says for weights that are all 1. */
  private static final String EQUAL = "equal";

  @Option(
      names = "--document-model",
      paramLabel = "DIR",
      description =
          "Encodes the documents' text with a model: a folder with encoder.yaml, an ONNX model and"
              + " tokenizer.json, or one with remote.yaml for a model that is served elsewhere"
              + " (docs/models.md). Copied into the data directory. Default: none.")
  private @Nullable Path documentModel;

  @Option(
      names = "--query-model",
      paramLabel = "DIR",
      description =
          "Encodes queries with this model. Default: the document model; none with --query-tokens.")
  private @Nullable Path queryModel;

  @Option(
      names = "--query-tokens",
      paramLabel = "idf|equal|FILE",
      description =
          "Encodes queries without a model: each token of the document model's tokenizer weighs its"
              + " idf in the collection (idf), 1 (equal), or what a file says: one JSON object of"
              + " token or token id to weight, or one array of weights by token id (./idf for a"
              + " file of that name). Default: a model encodes them.")
  private @Nullable String queryTokens;

  @Option(
      names = "--document-literals-only",
      description = "Drops terms that the text of a document does not have: no expansion.")
  private boolean documentOriginalTermsOnly;

  @Option(
      names = "--document-weight-min",
      paramLabel = "X",
      description = "Drops terms of documents below this weight, 0 to 1e30. Default: 0.")
  private float documentWeightMin;

  @Option(
      names = "--document-literal-weight-min",
      paramLabel = "X",
      description =
          "Terms that the text of a document has weigh at least this, 0 to 1e30. Default: 0.")
  private float documentOriginalWeightMin;

  @Option(
      names = "--query-literals-only",
      description = "Drops terms that a query does not have itself: no expansion.")
  private boolean queryOriginalTermsOnly;

  @Option(
      names = "--query-weight-min",
      paramLabel = "X",
      description = "Drops terms of queries below this weight, 0 to 1e30. Default: 0.")
  private float queryWeightMin;

  @Option(
      names = "--query-literal-weight-min",
      paramLabel = "X",
      description =
          "Terms that a query has itself weigh at least this, 0 to 1e30: above 0 each counts,"
              + " whatever the model thinks of it. Default: 0.")
  private float queryOriginalWeightMin;

  @Option(
      names = "--query-terms-max",
      paramLabel = "N",
      description =
          "Keeps the N heaviest terms of a query, 1 or more. Lowering it makes searches quicker,"
              + " and loses effectiveness. Default: all terms.")
  private int queryTermsMax = VectorOptions.NONE.termsMax();

  private final List<ModelFiles> models = new ArrayList<>();

  /** Returns whether a model is asked for. */
  boolean isWanted() {
    return documentModel != null || queryModel != null || queryTokens != null;
  }

  /**
   * Refuses what has no meaning without a model.
   *
   * @throws InvalidInputException when an option is given for a vector that no model makes
   */
  void checkUnwanted() {
    if (!documentOptions().equals(VectorOptions.NONE)) {
      throw new InvalidInputException(
          "--document-literals-only or --document-…-min", "given", "with --document-model only");
    }
    if (!queryOptions().equals(VectorOptions.NONE)) {
      throw new InvalidInputException(
          "--query-literals-only, --query-terms-max or --query-…-min",
          "given",
          "with --query-model, --query-tokens or --document-model only");
    }
  }

  /**
   * Returns the encoder that the options ask for.
   *
   * @param resources takes the files that must be stored with the collection
   */
  LearnedSpec spec(ResourceFiles resources) throws IOException {
    models.clear();
    ModelFiles documents = documentModel == null ? null : files(documentModel);
    if (documents != null && documents.replaceable()) {
      checkRemote(
          documentOriginalTermsOnly || documentOriginalWeightMin > 0,
          "--document-literals-only or --document-literal-weight-min");
    }
    DocumentSide documentSide =
        documents == null
            ? new DocumentSide.Vectors()
            : new DocumentSide.Model(documents.ref(), documentOptions());
    return new LearnedSpec(documentSide, queries(documents, resources));
  }

  /** Returns the models that must be stored in the data directory. */
  List<ModelFiles> models() {
    return List.copyOf(models);
  }

  private QuerySide queries(@Nullable ModelFiles documents, ResourceFiles resources)
      throws IOException {
    if (queryTokens == null) {
      ModelFiles model = queryModel == null ? documents : files(queryModel);
      if (model == null) {
        throw new InvalidInputException("--query-model", "missing", "a model's folder");
      }
      if (model.replaceable()) {
        checkRemote(
            queryOriginalTermsOnly || queryOriginalWeightMin > 0,
            "--query-literals-only or --query-literal-weight-min");
      }
      return new QuerySide.Model(model.ref(), queryOptions());
    }
    if (queryModel != null) {
      throw new InvalidInputException("--query-model", queryModel, "nothing, with --query-tokens");
    }
    if (documentModel == null) {
      throw new InvalidInputException(
          "--query-tokens",
          queryTokens,
          "with --document-model; where documents come as vectors: --tokenizer with --idf");
    }
    TokenWeights weights =
        switch (queryTokens) {
          case IDF -> new TokenWeights.FromCollection();
          case EQUAL -> new TokenWeights.Equal();
          default ->
              new TokenWeights.FromFile(
                  resources.reference("--query-tokens", "idf", Path.of(queryTokens)), 0);
        };
    return new QuerySide.Tokens(analyzer(documentModel, resources), weights, queryOptions());
  }

  /** Returns what cuts queries into the tokens of a document model. */
  private static AnalyzerSpec analyzer(Path directory, ResourceFiles resources) throws IOException {
    if (RemoteDirectory.is(directory)) {
      RemoteDirectory remote = RemoteDirectory.read(directory);
      if (!remote.vocabulary().isTokenizer()) {
        throw new InvalidInputException(
                "vocabulary", remote.vocabularyFile(), "a tokenizer.json, with --query-tokens")
            .at(remote.configFile());
      }
      return wordPiece(
          directory.resolve(remote.vocabularyFile()),
          remote.options().lengthTokensMax(),
          resources);
    }
    ModelDirectory model = ModelDirectory.read(directory);
    return model.config().termsAreWords()
        ? new AnalyzerSpec.Standard()
        : wordPiece(
            directory.resolve(model.config().tokenizerFile()),
            model.config().maxLength(),
            resources);
  }

  private static AnalyzerSpec wordPiece(Path tokenizer, int maxLength, ResourceFiles resources)
      throws IOException {
    return new AnalyzerSpec.WordPiece(
        resources.reference("--document-model", "tokenizer", tokenizer), maxLength);
  }

  /** A remote encoder does not say which terms a text has itself. */
  private static void checkRemote(boolean originalTerms, String options) {
    if (originalTerms) {
      throw new InvalidInputException(options, "given", "with a model that runs here");
    }
  }

  private ModelFiles files(Path directory) throws IOException {
    ModelFiles files = ModelDirectory.filesOf(directory);
    if (models.stream().noneMatch(known -> known.ref().equals(files.ref()))) {
      models.add(files);
    }
    return files;
  }

  private VectorOptions documentOptions() {
    return new VectorOptions(
        !documentOriginalTermsOnly,
        documentWeightMin,
        documentOriginalWeightMin,
        VectorOptions.NONE.termsMax());
  }

  private VectorOptions queryOptions() {
    return new VectorOptions(
        !queryOriginalTermsOnly, queryWeightMin, queryOriginalWeightMin, queryTermsMax);
  }
}
