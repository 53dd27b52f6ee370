/**
 * Model directories: {@code encoder.yaml}, an ONNX model and its tokenizer, checked and put
 * together to a {@link io.siskin.server.encode.TextModel}. Here is what the families of encoders
 * differ in: which output is read, how it is pooled, what its terms are called. {@code
 * docs/models.md} says how such a directory is made.
 *
 * <p>Goes out to {@code encode.onnx} for inference, {@code encode.remote} for models elsewhere,
 * {@code encode.wordpiece} for tokens and {@code encode} for what a model is; knows nothing of
 * collections or of batching queues.
 */
@NullMarked
package io.siskin.server.encode.model;

import org.jspecify.annotations.NullMarked;
