/**
 * The Common Index File Format (Lin et al. 2020, {@code arXiv:2003.08276}) on the wire: its three
 * messages, each written with its length before it, read and written with {@code
 * com.google.protobuf}'s coded streams. The only home of protobuf in this module. Knows errors, and
 * nothing of documents: turning posting lists into documents is its parent's part.
 */
@NullMarked
package io.siskin.server.corpus.ciff;

import org.jspecify.annotations.NullMarked;
