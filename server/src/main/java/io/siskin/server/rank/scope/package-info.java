/**
 * What a tree is evaluated over: the segments of a snapshot, its dense fields, ranking models, and
 * the encoded queries. A stage reads nothing else.
 */
@NullMarked
package io.siskin.server.rank.scope;

import org.jspecify.annotations.NullMarked;
