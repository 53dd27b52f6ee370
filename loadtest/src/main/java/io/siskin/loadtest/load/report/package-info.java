/**
 * What is said of a load: the results as JSON, and from them a table, a page with plots, and a
 * comparison of two loads. It knows nothing of connections.
 */
@NullMarked
package io.siskin.loadtest.load.report;

import org.jspecify.annotations.NullMarked;
