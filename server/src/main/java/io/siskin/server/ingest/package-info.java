/**
 * Documents to a committed collection: read, encode on all cores, build, calibrate, publish.
 * Nothing is visible to a reader before the last step, and whatever ends the job earlier leaves the
 * old collection as it was.
 */
@NullMarked
package io.siskin.server.ingest;

import org.jspecify.annotations.NullMarked;
