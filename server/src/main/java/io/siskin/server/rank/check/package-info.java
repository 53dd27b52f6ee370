/**
 * Which trees are allowed. Every rule is checked before anything is evaluated, and an error names
 * the path of the node, the value and the allowed range.
 */
@NullMarked
package io.siskin.server.rank.check;

import org.jspecify.annotations.NullMarked;
