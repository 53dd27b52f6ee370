/**
 * Reads the small files that describe an encoder: strictly as UTF-8, and as JSON. What is wrong
 * with a file is said in our own words, with the file and the line. Depends on nothing of ours.
 */
@NullMarked
package io.siskin.server.encode.file;

import org.jspecify.annotations.NullMarked;
