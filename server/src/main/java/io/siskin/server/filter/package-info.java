/**
 * Which documents qualify: filters, their text, and their evaluation over the columns of segments.
 *
 * <p>{@link io.siskin.server.filter.Filter} is a condition as somebody states it, in a message or
 * in a text that {@link io.siskin.server.filter.FilterParser} reads. {@link
 * io.siskin.server.filter.Selection} is what a request selects: a filter that fits the schema, in
 * canonical form, together with the tenant. {@link io.siskin.server.filter.FilterCache} keeps the
 * sets of documents that selections have in segments.
 *
 * <p>Knows fields, columns and sets of documents. Knows no gRPC, no search and no file.
 */
@NullMarked
package io.siskin.server.filter;

import org.jspecify.annotations.NullMarked;
