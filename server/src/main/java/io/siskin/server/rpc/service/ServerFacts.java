package io.siskin.server.rpc.service;

import java.time.Instant;

/**
 * What a server says about itself.
 *
 * @param version the version of the program
 * @param startTime when the process started to serve
 * @param kernels which kernels evaluate searches, in words
 */
public record ServerFacts(String version, Instant startTime, String kernels) {
  /** Says that nothing is known, for servers of tests. */
  public static final ServerFacts UNKNOWN = new ServerFacts("unknown", Instant.EPOCH, "unknown");
}
