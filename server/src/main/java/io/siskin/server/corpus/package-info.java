/**
 * Documents in: readers of the corpus formats (JSON Lines of text or vectors, BigANN {@code .csr},
 * CIFF), gzip and zstd unpacked on the way, each bad record reported with file, line, field and
 * reason. Knows vectors and errors, and nothing of segments or encoders.
 */
@NullMarked
package io.siskin.server.corpus;

import org.jspecify.annotations.NullMarked;
