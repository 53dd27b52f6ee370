/** Decides which requests may wait for a thread, and refuses the others. Knows no gRPC type. */
@NullMarked
package io.siskin.server.rpc.admission;

import org.jspecify.annotations.NullMarked;
