/**
 * How the neighbours of dense vectors are found: an HNSW graph, which Lucene builds from the inner
 * products of stored rows, and links that make every row reachable. It is the only home of Lucene
 * in this library. {@code build} writes what comes of it.
 */
@NullMarked
package io.siskin.index.neighbours;

import org.jspecify.annotations.NullMarked;
