/**
 * Phrase dictionaries: terms beyond the pieces of a tokenizer, such as entities (DyVo, Nguyen et
 * al., 2024) and key phrases (CASPER, Do et al., 2025), found in a text by its wording. A term is a
 * token like any other in a segment's own dictionary, so that a dictionary can grow from segment to
 * segment. Depends on the vectors and errors of the index format only.
 */
@NullMarked
package io.siskin.server.encode.phrase;

import org.jspecify.annotations.NullMarked;
