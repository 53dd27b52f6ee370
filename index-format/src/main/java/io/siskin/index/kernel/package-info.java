/**
 * The inner loops: the only home of {@code jdk.incubator.vector}. Each kernel is an interface
 * documented by its naive meaning, with a {@code Scalar} implementation that is obviously right and
 * a {@code Panama} one that is fast; {@link io.siskin.index.kernel.KernelProvider} chooses once.
 * Arguments are checked by the caller once a block, not here.
 */
@NullMarked
package io.siskin.index.kernel;

import org.jspecify.annotations.NullMarked;
