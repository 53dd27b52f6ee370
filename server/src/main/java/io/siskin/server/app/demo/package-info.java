/**
 * The collection of the demo: WordNet 3.1, read from the files that its jar brings, as documents.
 */
@NullMarked
package io.siskin.server.app.demo;

import org.jspecify.annotations.NullMarked;
