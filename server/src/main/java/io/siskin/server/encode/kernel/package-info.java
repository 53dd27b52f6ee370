/**
 * The inner loops from the output of a model to a sparse vector, each with a scalar twin that is
 * obviously right. Beside {@code io.siskin.index.kernel} the only home of the Vector API: no file
 * of an index needs these loops, so they live with the models.
 */
@NullMarked
package io.siskin.server.encode.kernel;

import org.jspecify.annotations.NullMarked;
