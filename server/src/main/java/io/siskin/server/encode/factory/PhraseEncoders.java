package io.siskin.server.encode.factory;

import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.Checkpoint;
import io.siskin.server.encode.DocumentEncoder;
import io.siskin.server.encode.QueryEncoder;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.analysis.TextAnalyzer;
import io.siskin.server.encode.phrase.PhraseDictionary;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.IdfSpec;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.PhraseSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Opens the encoders of a {@link PhraseSpec}. */
final class PhraseEncoders {
  private PhraseEncoders() {}

  static Encoders open(
      PhraseSpec spec, EncoderResources resources, ModelSource models, TermStatistics statistics)
      throws IOException {
    // Before the encoder, which may hold native memory: reading the dictionary can fail.
    PhraseDictionary phrases =
        PhraseDictionary.read(
            resources.path(spec.dictionary()).toString(), resources.read(spec.dictionary()));
    checkAnalyzer(spec.encoder(), resources, phrases);
    // Phrases count among the words, and the idf is a factor of both.
    Encoders inner = EncoderFactory.openWithoutIdf(spec.encoder(), resources, models, statistics);
    boolean done = false;
    try {
      checkModel(inner.documentModel(), phrases);
      checkModel(inner.queryModel(), phrases);
      Encoders all =
          new Encoders(
              documents(spec, inner, phrases),
              queries(spec, inner, phrases),
              inner.resource(),
              side(spec, inner.documentModel(), phrases),
              side(spec, inner.queryModel(), phrases));
      done = true;
      return all;
    } finally {
      if (!done) {
        inner.close();
      }
    }
  }

  private static DocumentEncoder documents(
      PhraseSpec spec, Encoders inner, PhraseDictionary phrases) {
    if (!spec.side().has(Side.DOCUMENT)) {
      return inner.documents();
    }
    BiFunction<String, SparseVector, SparseVector> add =
        spec.encoder() instanceof Bm25Spec ? phrases::countIn : phrases::addTo;
    return (texts, checkpoint) ->
        with(add, texts, inner.documents().encode(texts, checkpoint), checkpoint);
  }

  private static QueryEncoder queries(PhraseSpec spec, Encoders inner, PhraseDictionary phrases) {
    return spec.side().has(Side.QUERY)
        ? texts -> with(phrases::addTo, texts, inner.queries().encode(texts), Checkpoint.NONE)
        : inner.queries();
  }

  private static @Nullable ModelSide side(
      PhraseSpec spec, @Nullable ModelSide inner, PhraseDictionary phrases) {
    return inner == null || !spec.side().has(inner.side()) ? inner : inner.withPhrases(phrases);
  }

  private static List<SparseVector> with(
      BiFunction<String, SparseVector, SparseVector> add,
      List<String> texts,
      List<SparseVector> vectors,
      Checkpoint checkpoint) {
    List<SparseVector> all = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      checkpoint.check();
      all.add(add.apply(texts.get(i), vectors.get(i)));
    }
    return all;
  }

  private static void checkModel(@Nullable ModelSide side, PhraseDictionary phrases) {
    for (String term : phrases.terms()) {
      if (side != null && side.model().hasTerm(term)) {
        throw PhraseDictionary.collision(term);
      }
    }
  }

  /** A token that an analyzer may give is one that it makes of itself. */
  private static void checkAnalyzer(
      EncoderSpec spec, EncoderResources resources, PhraseDictionary phrases) throws IOException {
    @Nullable AnalyzerSpec analyzerSpec =
        switch (spec) {
          case Bm25Spec bm25 -> bm25.analyzer();
          case IdfSpec idf -> idf.analyzer();
          case LearnedSpec(_, LearnedSpec.QuerySide.Tokens tokens) -> tokens.analyzer();
          default -> null;
        };
    if (analyzerSpec == null) {
      return;
    }
    try (TextAnalyzer analyzer = EncoderFactory.openAnalyzer(analyzerSpec, resources)) {
      for (String term : phrases.terms()) {
        if (EncoderFactory.gives(analyzer, term)) {
          throw PhraseDictionary.collision(term);
        }
      }
    }
  }
}
