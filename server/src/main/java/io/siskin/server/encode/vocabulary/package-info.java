/**
 * What the numbers of a model's vocabulary are called, and which of them are special tokens: one
 * rule for a tokenizer's vocabulary, for files of terms, and for models that are served elsewhere.
 * Depends on {@code encode.file} only.
 */
@NullMarked
package io.siskin.server.encode.vocabulary;

import org.jspecify.annotations.NullMarked;
