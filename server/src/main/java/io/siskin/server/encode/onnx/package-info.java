/**
 * Models in ONNX form, run by ONNX Runtime: a session on the processor or a GPU, integer inputs,
 * and outputs that the runtime writes straight into memory of ours. The only package that names
 * {@code ai.onnxruntime}; its native library is loaded when the first session opens and not before,
 * and never makes a connection. Depends on nothing of ours but the errors.
 */
@NullMarked
package io.siskin.server.encode.onnx;

import org.jspecify.annotations.NullMarked;
