/**
 * Files and mappings: the only home of {@link java.lang.foreign.Arena} and of file mapping. Writes
 * files section by section, publishes them atomically, maps them read-only and verifies them before
 * anything else sees a byte. Knows the envelope of {@code format} and nothing of what the sections
 * mean.
 */
@NullMarked
package io.siskin.index.store;

import org.jspecify.annotations.NullMarked;
