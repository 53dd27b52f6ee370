/**
 * What every file of a segment has in common, whatever its version: header, section directory,
 * alignment and checksums, as constants and pure checks without any IO. What stands in the sections
 * is in one package a version, {@code v1} today; a new version is a new package beside the old one.
 * The normative text is {@code docs/format.md}.
 */
@NullMarked
package io.siskin.index.format;

import org.jspecify.annotations.NullMarked;
