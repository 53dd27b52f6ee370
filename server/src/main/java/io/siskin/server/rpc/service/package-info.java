/**
 * The gRPC services: each call is decoded, admitted, run on the thread that suits it, and answered
 * once.
 */
@NullMarked
package io.siskin.server.rpc.service;

import org.jspecify.annotations.NullMarked;
