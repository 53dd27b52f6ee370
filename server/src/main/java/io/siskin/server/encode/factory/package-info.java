/**
 * Opens the encoders that a spec names: reads its resources, finds its models, and joins analyzers,
 * weights, models and phrases to one encoder per side.
 */
@NullMarked
package io.siskin.server.encode.factory;

import org.jspecify.annotations.NullMarked;
