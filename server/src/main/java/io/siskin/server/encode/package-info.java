/**
 * Text to sparse vectors. An {@link io.siskin.server.encode.spec.EncoderSpec} is stored with a
 * collection and says how its documents were encoded and how its queries must be; {@link
 * io.siskin.server.encode.factory.EncoderFactory} makes a document encoder and a query encoder from
 * it. BM25 and tokens with weights from a table are here; a {@link
 * io.siskin.server.encode.spec.LearnedSpec} goes through a {@link
 * io.siskin.server.encode.TextModel}, which {@code encode.model} makes and {@link
 * io.siskin.server.encode.factory.TextModels} gives.
 *
 * <p>An encoder is only the mapping of texts to vectors: a batch in, a batch out, on the caller's
 * thread. Queues, deadlines, priorities and caches belong to the one who calls it, so that one
 * front end serves every kind of encoder.
 *
 * <p>Goes out to {@code encode.analysis} and {@code encode.wordpiece} for tokens and to the vectors
 * of the index format; knows nothing of collections, segments or gRPC.
 */
@NullMarked
package io.siskin.server.encode;

import org.jspecify.annotations.NullMarked;
