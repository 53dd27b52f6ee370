/**
 * What is in the archive that people download? This package makes the folder that the archive is
 * packed from. It runs in the build only: nothing of it is in the archive.
 *
 * <p>It leaves out native libraries of other platforms, collects licences and notices, refuses
 * licences that are not allowed, and makes the bill of materials say what the archive really holds.
 * The same input gives the same bytes.
 */
@NullMarked
package io.siskin.distribution;

import org.jspecify.annotations.NullMarked;
