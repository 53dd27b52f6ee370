/** Tests of the WordNet reader, on real lines and on the whole. */
@NullMarked
package io.siskin.server.app.demo;

import org.jspecify.annotations.NullMarked;
