/**
 * Text models that are served elsewhere: by the Open Inference Protocol (KServe v2) over gRPC, as
 * Triton speaks it, and by the REST interface of text-embeddings-inference. Each is a {@link
 * io.siskin.server.encode.TextModel}, so that the same front end batches for it. The second package
 * that names {@code io.grpc} and generated messages, as a client of another service. Goes out to
 * {@code encode} for what a model is; knows nothing of collections or queues.
 */
@NullMarked
package io.siskin.server.encode.remote;

import org.jspecify.annotations.NullMarked;
