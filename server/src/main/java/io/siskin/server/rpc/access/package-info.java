/**
 * Who may call which method: a table of needs, and the interceptor that enforces it. The headers of
 * a call are judged before its message is read, and the message before a service sees it.
 */
@NullMarked
package io.siskin.server.rpc.access;

import org.jspecify.annotations.NullMarked;
