/**
 * Which mode reaches which recall: what was measured on a segment when it was built, and the choice
 * of the cheapest mode for a recall target. Knows segments and evaluation; knows nothing of
 * collections, files, requests or gRPC.
 */
@NullMarked
package io.siskin.server.plan;

import org.jspecify.annotations.NullMarked;
