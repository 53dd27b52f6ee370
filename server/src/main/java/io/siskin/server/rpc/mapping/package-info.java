/** Translates between messages and the requests, answers and errors of the other packages. */
@NullMarked
package io.siskin.server.rpc.mapping;

import org.jspecify.annotations.NullMarked;
