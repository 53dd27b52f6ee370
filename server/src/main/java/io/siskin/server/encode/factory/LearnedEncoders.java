package io.siskin.server.encode.factory;

import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.DocumentEncoder;
import io.siskin.server.encode.QueryEncoder;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.analysis.TextAnalyzer;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.encode.spec.TokenWeights;
import io.siskin.server.encode.spec.VectorOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Opens the encoders of a {@link LearnedSpec}. Used once. */
final class LearnedEncoders {
  private final EncoderResources resources;
  private final ModelSource models;
  private final TermStatistics statistics;
  private final Map<ModelRef, TextModel> opened = new LinkedHashMap<>();
  private final List<Encoders.Resource> held = new ArrayList<>();

  LearnedEncoders(EncoderResources resources, ModelSource models, TermStatistics statistics) {
    this.resources = resources;
    this.models = models;
    this.statistics = statistics;
  }

  Encoders open(LearnedSpec spec) throws IOException {
    boolean done = false;
    try {
      ModelSide documentModel =
          spec.documents() instanceof LearnedSpec.DocumentSide.Model(var ref, var options)
              ? new ModelSide(model(ref), Side.DOCUMENT, options)
              : null;
      ModelSide queryModel =
          spec.queries() instanceof LearnedSpec.QuerySide.Model(var ref, var options)
              ? new ModelSide(model(ref), Side.QUERY, options)
              : null;
      DocumentEncoder documents =
          documentModel == null
              ? EncoderFactory.vectorDocuments()
              : documents(new ModelEncoding(documentModel));
      QueryEncoder queries =
          queryModel == null
              ? queriesWithoutModel(spec.queries())
              : new ModelEncoding(queryModel)::encode;
      done = true;
      return new Encoders(documents, queries, this::close, documentModel, queryModel);
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private static DocumentEncoder documents(ModelEncoding encoding) {
    return (texts, checkpoint) -> {
      checkpoint.check();
      return encoding.encode(texts);
    };
  }

  private QueryEncoder queriesWithoutModel(LearnedSpec.QuerySide side) throws IOException {
    return switch (side) {
      case LearnedSpec.QuerySide.Model _ -> throw new IllegalStateException("has a model");
      case LearnedSpec.QuerySide.Vectors _ -> EncoderFactory.vectorQueries();
      case LearnedSpec.QuerySide.Tokens(
              AnalyzerSpec analyzerSpec,
              TokenWeights weightsSpec,
              VectorOptions options) -> {
        // Before the analyzer, which may hold native memory: reading the table can fail.
        WeightLookup weights =
            EncoderFactory.openWeights(weightsSpec, analyzerSpec, resources, statistics);
        TextAnalyzer analyzer = EncoderFactory.openAnalyzer(analyzerSpec, resources);
        held.add(analyzer::close);
        QueryEncoder tokens = EncoderFactory.queries(new TokenCounter(analyzer), weights);
        yield texts ->
            tokens.encode(texts).stream().map(vector -> withOptions(vector, options)).toList();
      }
    };
  }

  /** All terms are the text's own. */
  private static SparseVector withOptions(SparseVector vector, VectorOptions options) {
    List<String> originalTerms = new ArrayList<>();
    if (vector instanceof TokenVector tokens) {
      for (int i = 0; i < tokens.size(); i++) {
        originalTerms.add(tokens.token(i));
      }
    }
    return options.apply(new TextEncoding.Sparse(vector, originalTerms));
  }

  private TextModel model(ModelRef ref) throws IOException {
    TextModel known = opened.get(ref);
    if (known != null) {
      return known;
    }
    TextModel model = models.open(ref);
    opened.put(ref, model);
    held.add(model::close);
    return model;
  }

  private synchronized void close() {
    Collections.reverse(held);
    held.forEach(Encoders.Resource::close);
    held.clear();
  }
}
