/**
 * What the client does not show: channels, and the translation of messages and errors. The only
 * home of {@code io.grpc} and of generated types in the client. Public only so that its parent
 * package can see it; not for users, and free to change.
 */
@NullMarked
package io.siskin.client.internal;

import org.jspecify.annotations.NullMarked;
