/**
 * What a server writes about the calls that it answers, without anybody waiting for it: a queue
 * with a thread behind it, files of bounded size, and the options of the access log and of slow
 * queries. Knows neither calls nor transport; {@code rpc.observe} does.
 */
@NullMarked
package io.siskin.server.observe;

import org.jspecify.annotations.NullMarked;
