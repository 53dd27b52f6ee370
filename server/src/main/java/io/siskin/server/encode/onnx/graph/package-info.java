/**
 * The form of an ONNX file, as far as it takes to cut the last projection off a graph: fields are
 * found by their numbers and everything else is copied byte by byte, so no generated messages are
 * needed and nothing that is not understood is lost. The second package that names {@code
 * com.google.protobuf}, for its reader and writer of the wire form only. Depends on nothing of
 * ours.
 */
@NullMarked
package io.siskin.server.encode.onnx.graph;

import org.jspecify.annotations.NullMarked;
