package io.siskin.client;

import java.time.Instant;

/**
 * What a server is.
 *
 * @param version the version of the program
 * @param startTime when the process started to serve
 * @param kernels which kernels evaluate searches, in words
 * @param keysRequired whether callers need a key
 */
public record ServerInfo(String version, Instant startTime, String kernels, boolean keysRequired) {}
