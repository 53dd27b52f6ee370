/**
 * The parts of the format that all files and versions share. These are the header, the section
 * directory, the alignment and the checksums, as constants and as checks without any IO. The
 * content of the sections is described in one package per version: a package has what is new in its
 * version. The normative text is {@code docs/format.md}.
 */
@NullMarked
package io.siskin.index.format;

import org.jspecify.annotations.NullMarked;
