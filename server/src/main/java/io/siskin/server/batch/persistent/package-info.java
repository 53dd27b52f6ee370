/**
 * Encodings in files that outlive the process, by Chronicle Map: what an {@link
 * io.siskin.server.batch.EncodingStore} is on a disk (ADR 0029). The only home of {@code
 * net.openhft}.
 *
 * <p>Knows keys and values and nothing of what they mean. {@code batch} does not know it; {@code
 * app} puts the two together.
 */
@NullMarked
package io.siskin.server.batch.persistent;

import org.jspecify.annotations.NullMarked;
