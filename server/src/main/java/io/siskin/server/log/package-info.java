/**
 * The write-ahead log: <em>what was acknowledged?</em> A change of a collection is in the log, and
 * the log is on the disk, before the change is applied or acknowledged. {@link
 * io.siskin.server.log.WriteAheadLog} appends frames, forces them, and gives them back after a
 * crash. {@code docs/format.md} describes the bytes, ADR 0026 gives the reasons.
 *
 * <p>Invariant: it knows bytes and sequence numbers only, no document and no collection.
 */
@NullMarked
package io.siskin.server.log;

import org.jspecify.annotations.NullMarked;
