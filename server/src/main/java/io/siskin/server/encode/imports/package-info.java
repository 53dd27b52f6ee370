/**
 * Answers what a folder that another library saved means: reads the files of sentence-transformers
 * and of transformers, and plans the model directories that make the same vectors. Nothing is
 * guessed: each decision names the file that it comes from, and what is not supported is an error
 * with the key, its value and what is.
 *
 * <p>Goes out to {@code encode.model} for what a model directory is, {@code encode.onnx.graph} for
 * what a graph gives, {@code encode.vocabulary} for tokens and {@code encode.file} for JSON. It
 * opens no model, and it downloads nothing.
 */
@NullMarked
package io.siskin.server.encode.imports;

import org.jspecify.annotations.NullMarked;
