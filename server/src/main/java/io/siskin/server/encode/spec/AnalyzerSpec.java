package io.siskin.server.encode.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.siskin.index.error.InvalidInputException;
import java.util.List;

/** How text is cut into tokens; part of the specs that need it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = AnalyzerSpec.English.class, name = "english"),
  @JsonSubTypes.Type(value = AnalyzerSpec.Standard.class, name = "standard"),
  @JsonSubTypes.Type(value = AnalyzerSpec.Whitespace.class, name = "whitespace"),
  @JsonSubTypes.Type(value = AnalyzerSpec.WordPiece.class, name = "wordpiece")
})
public sealed interface AnalyzerSpec {
  /** Returns the files that must be stored with the collection for the analyzer to open. */
  default List<ResourceRef> resources() {
    return List.of();
  }

  /**
   * Unicode words, lower case, without Lucene's 33 English stop words, stemmed by Snowball's
   * English stemmer. The default for English text.
   */
  record English() implements AnalyzerSpec {}

  /** Unicode words, lower case, nothing removed or stemmed. */
  record Standard() implements AnalyzerSpec {}

  /** What stands between white space, unchanged: for text that was tokenised before. */
  record Whitespace() implements AnalyzerSpec {}

  /**
   * The tokenizer of a published model. Special tokens ([CLS], [SEP], [UNK] and the like) are
   * dropped.
   *
   * @param tokenizer a {@code tokenizer.json} of the HuggingFace tokenizers library
   * @param maxTokens how many tokens of a text are kept, unknown ones counted, 1 to {@link
   *     #MAX_TOKENS_MAX}; the rest is cut. A model trained with 512 positions, two of them special,
   *     saw 510
   */
  record WordPiece(ResourceRef tokenizer, int maxTokens) implements AnalyzerSpec {
    /** The default for models of the BERT family. */
    public static final int MAX_TOKENS_DEFAULT = 510;

    /** The most tokens that can be asked for: none of a megabyte of text is cut. */
    public static final int MAX_TOKENS_MAX = 1 << 20;

    /** Checks the range. */
    public WordPiece {
      if (maxTokens < 1 || maxTokens > MAX_TOKENS_MAX) {
        throw new InvalidInputException("maxTokens", maxTokens, "1 to " + MAX_TOKENS_MAX);
      }
    }

    @Override
    public List<ResourceRef> resources() {
      return List.of(tokenizer);
    }
  }
}
