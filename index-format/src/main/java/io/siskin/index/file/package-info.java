/**
 * Small files that are read and written as a whole: manifests, configurations, tables. Reading is
 * bounded and takes regular files only, because a data directory is input like any other. Writing
 * is all or nothing and survives a power loss.
 */
@NullMarked
package io.siskin.index.file;

import org.jspecify.annotations.NullMarked;
