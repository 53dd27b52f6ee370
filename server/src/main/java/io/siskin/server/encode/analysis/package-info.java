/**
 * Text to tokens: the interface that every analyzer has, and the analyzers built from Lucene's
 * token streams. The only package that names {@code org.apache.lucene}; depends on nothing of ours.
 */
@NullMarked
package io.siskin.server.encode.analysis;

import org.jspecify.annotations.NullMarked;
