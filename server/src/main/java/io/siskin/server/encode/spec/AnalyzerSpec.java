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

  /** What a word is. */
  enum TokenRule {
    /** A Unicode word (UAX #29): {@code self.stream.write} is one, {@code 1.2} too. */
    WORD,
    /**
     * A part of such a word: between marks, as {@code self}, {@code stream} and {@code write}, and
     * between a small letter and a capital, as {@code camel} and {@code Case}. An English {@code
     * 's} at the end is left out. For code, identifiers and dotted names.
     */
    CODE
  }

  /** What becomes of tokens that are longer than any word. */
  enum LongTokens {
    /**
     * They are cut into pieces of 255 characters, each a token of its own. What collections do that
     * were made before there was a choice.
     */
    CUT,
    /**
     * They stay whole up to 4,096 characters. A hash stands for a longer one, so that it is still
     * found as a whole. Above 16,384 characters a token comes in pieces of that length.
     */
    WHOLE
  }

  /**
   * Words, lower case, without Lucene's 33 English stop words, stemmed by Snowball's English
   * stemmer. The default for English text.
   *
   * @param rule what a word is
   * @param longTokens what becomes of long tokens
   */
  record English(TokenRule rule, LongTokens longTokens) implements AnalyzerSpec {
    /** Takes what new collections have: Unicode words, long tokens whole. */
    public English() {
      this(TokenRule.WORD, LongTokens.WHOLE);
    }
  }

  /**
   * Words, lower case, nothing removed or stemmed.
   *
   * @param rule what a word is
   * @param longTokens what becomes of long tokens
   */
  record Standard(TokenRule rule, LongTokens longTokens) implements AnalyzerSpec {
    /** Takes what new collections have: Unicode words, long tokens whole. */
    public Standard() {
      this(TokenRule.WORD, LongTokens.WHOLE);
    }
  }

  /**
   * What stands between white space, unchanged: for text that was tokenised before.
   *
   * @param longTokens what becomes of long tokens
   */
  record Whitespace(LongTokens longTokens) implements AnalyzerSpec {
    /** Takes what new collections have: long tokens whole. */
    public Whitespace() {
      this(LongTokens.WHOLE);
    }
  }

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
