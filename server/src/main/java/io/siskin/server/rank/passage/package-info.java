/**
 * The stages over lists of passages (ADR 0047): the mix of passages and their documents, diversity,
 * feedback by dense vectors, and answers within texts.
 */
@NullMarked
package io.siskin.server.rank.passage;

import org.jspecify.annotations.NullMarked;
