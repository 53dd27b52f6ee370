/**
 * What is asked next: completions of what a user types and next queries of a session, from a log of
 * queries and from the terms of a collection.
 *
 * <pre>
 * QueryLog (of a file or of calls) ──┐
 * SuggestionQuery ───────────────────┴──► Suggester ──► Suggestion
 *                                           └ TermCompletion   segments ──► terms with frequencies
 * </pre>
 *
 * <p>Knows segments and no request. Called by {@code retrieve}.
 */
@NullMarked
package io.siskin.server.suggest;

import org.jspecify.annotations.NullMarked;
