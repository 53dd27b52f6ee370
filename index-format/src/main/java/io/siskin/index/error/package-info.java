/**
 * The typed errors of the library: the caller's fault ({@link InvalidInputException}) and the
 * data's fault ({@link CorruptSegmentException}, {@link UnsupportedFormatException}). Everything
 * that can go wrong for a reason outside the program ends in one of these, and each names the
 * value, the place and what was allowed. The server maps each type to one gRPC status. {@link
 * NearestNames} finds what a wrong name was perhaps meant to be. Depends on nothing of ours.
 */
@NullMarked
package io.siskin.index.error;

import org.jspecify.annotations.NullMarked;
