/**
 * What is known of documents beside their vectors, and which of them count. Knows no file and no
 * segment.
 */
@NullMarked
package io.siskin.index.document;

import org.jspecify.annotations.NullMarked;
