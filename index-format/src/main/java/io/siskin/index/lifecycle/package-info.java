/**
 * How long something shared stays open. Knows nothing of what that is: segments, snapshots of
 * collections and encoder models are counted by the same class.
 */
@NullMarked
package io.siskin.index.lifecycle;

import org.jspecify.annotations.NullMarked;
