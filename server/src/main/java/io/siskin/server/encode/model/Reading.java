package io.siskin.server.encode.model;

import org.jspecify.annotations.Nullable;

/** How a model's output becomes an encoding: what the families of encoders differ in. */
public sealed interface Reading {
  /**
   * Numbers over the vocabulary: SPLADE and its descendants.
   *
   * @param pooled whether the model gives one row per text already, [batch, vocabulary], instead of
   *     one per position, [batch, length, vocabulary]
   * @param pooling what becomes of the positions
   * @param activation what makes weights of logits
   * @param logitShift taken off each logit before
   * @param positionTopK how many terms each position keeps before pooling, 0 for all
   * @param poolSpecialTokens whether the positions of special tokens count, as they do in the
   *     published SPLADE code
   * @param keepSpecialTerms whether special tokens may be terms of a vector
   * @param vocabulary what the terms are called
   */
  record Terms(
      boolean pooled,
      Pooling pooling,
      Activation activation,
      float logitShift,
      int positionTopK,
      boolean poolSpecialTokens,
      boolean keepSpecialTerms,
      Vocabulary vocabulary)
      implements Reading {}

  /** What becomes of the positions of a text. */
  enum Pooling {
    /** The largest weight of a term counts. */
    MAX,
    /** The weights of a term are added. */
    SUM
  }

  /**
   * What the terms of a vector are called.
   *
   * @param file a file with one term per line, or one JSON object of term to id; null for the
   *     tokenizer's own vocabulary
   * @param fold which spellings are one term, with the largest of their weights
   * @param padding how many rows at the end of the model's output have no term, 0 or more: models
   *     are often padded to a multiple of 64
   */
  record Vocabulary(@Nullable String file, Fold fold, int padding) {}

  /** Which spellings are one term. */
  enum Fold {
    /** Each its own. */
    NONE,
    /** Upper and lower case. */
    CASE,
    /** With and without a space before: the marks of byte-level and sentence-piece tokenizers. */
    SPACE,
    /** Both. */
    CASE_AND_SPACE
  }

  /**
   * One weight per token of the text: uniCOIL, DeepImpact.
   *
   * @param unit what a term is
   * @param activation what makes weights of the model's numbers
   * @param occurrence which occurrence of a repeated term gives its weight
   */
  record TokenWeights(Unit unit, Activation activation, Occurrence occurrence) implements Reading {}

  /** Which occurrence of a term that a text repeats gives the term's weight. */
  enum Occurrence {
    /** The one of the largest weight, as in uniCOIL. */
    LARGEST,
    /** The first one in the text, whatever it weighs, as in DeepImpact's published code. */
    FIRST
  }

  /** What is a term of a text. */
  enum Unit {
    /** A token, as the vocabulary spells it. */
    PIECES,
    /** A whole word in lower case, with the weight of its first token; marks are no words. */
    WORDS
  }

  /**
   * A dense vector.
   *
   * @param pooled whether the model gives one vector per text already
   * @param pooling what becomes of the positions; without meaning where {@code pooled}
   * @param normalize whether the vector gets length 1
   * @param dimensions how many of its first numbers are kept (Matryoshka models), 0 for all
   * @param size how many numbers the model gives, 0 where the model says so itself
   */
  record Dense(boolean pooled, DensePooling pooling, boolean normalize, int dimensions, int size)
      implements Reading {}

  /** What becomes of the hidden states of a text. */
  enum DensePooling {
    /** Their mean is the vector of the text. */
    MEAN,
    /** The first one is the vector of the text. */
    CLS,
    /** Each is the vector of its token; those of special tokens are left out. */
    TOKENS
  }
}
