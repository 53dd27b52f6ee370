/**
 * What is sent, and at which rate? A scenario comes from a YAML file, from flags, or from both. It
 * knows nothing of connections.
 */
@NullMarked
package io.siskin.loadtest.load.scenario;

import org.jspecify.annotations.NullMarked;
