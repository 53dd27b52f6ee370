package io.siskin.server.encode.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * Learned sparse encoding: documents go through a model or come as its vectors, queries go through
 * the same model, another one, or none.
 *
 * @param documents how documents become vectors
 * @param queries how queries do
 */
public record LearnedSpec(DocumentSide documents, QuerySide queries) implements EncoderSpec {
  /** The kind's name in the stored form. */
  public static final String KIND = "learned";

  /** How documents become vectors. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = DocumentSide.Model.class, name = "model"),
    @JsonSubTypes.Type(value = DocumentSide.Vectors.class, name = "vectors")
  })
  public sealed interface DocumentSide {
    /**
     * A model encodes their text; a document that brings a vector keeps it.
     *
     * @param model the model
     * @param options what is made of its vectors
     */
    record Model(ModelRef model, VectorOptions options) implements DocumentSide {}

    /** They bring their vectors. */
    record Vectors() implements DocumentSide {}
  }

  /** How queries become vectors. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = QuerySide.Model.class, name = "model"),
    @JsonSubTypes.Type(value = QuerySide.Tokens.class, name = "tokens"),
    @JsonSubTypes.Type(value = QuerySide.Vectors.class, name = "vectors")
  })
  public sealed interface QuerySide {
    /**
     * A model encodes their text.
     *
     * @param model the model
     * @param options what is made of its vectors
     */
    record Model(ModelRef model, VectorOptions options) implements QuerySide {}

    /**
     * No model runs: each distinct token of the text has a weight from a table, see {@link
     * IdfSpec}.
     *
     * @param analyzer how text becomes tokens: the document model's own tokenizer
     * @param weights where a token's weight comes from
     * @param options what is made of the vectors
     */
    record Tokens(AnalyzerSpec analyzer, TokenWeights weights, VectorOptions options)
        implements QuerySide {}

    /** They come as vectors. */
    record Vectors() implements QuerySide {}
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public boolean usesStatistics() {
    return queries instanceof QuerySide.Tokens tokens
        && tokens.weights() instanceof TokenWeights.FromCollection;
  }

  @Override
  public boolean encodesDocuments() {
    return documents instanceof DocumentSide.Model;
  }

  @Override
  public List<ResourceRef> resources() {
    List<ResourceRef> all = new ArrayList<>();
    if (queries instanceof QuerySide.Tokens tokens) {
      all.addAll(tokens.analyzer().resources());
      if (tokens.weights() instanceof TokenWeights.FromFile fromFile) {
        all.add(fromFile.file());
      }
    }
    return List.copyOf(all);
  }

  @Override
  public List<ModelRef> models() {
    List<ModelRef> all = new ArrayList<>();
    if (documents instanceof DocumentSide.Model model) {
      all.add(model.model());
    }
    if (queries instanceof QuerySide.Model model && !all.contains(model.model())) {
      all.add(model.model());
    }
    return List.copyOf(all);
  }
}
