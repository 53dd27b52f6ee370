/** Tests of the WordNet reader, on real lines and on the whole. */
@NullMarked
package io.siskin.server.app.wordnet;

import org.jspecify.annotations.NullMarked;
