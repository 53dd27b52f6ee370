/**
 * Files and mappings. No other package uses {@link java.lang.foreign.Arena} or maps files. It
 * writes files section by section and publishes them atomically. It maps files read-only and
 * verifies them before any other code sees a byte. It knows the envelope in {@code format}, but not
 * the meaning of the sections.
 */
@NullMarked
package io.siskin.index.store;

import org.jspecify.annotations.NullMarked;
