package io.siskin.server.counters;

/**
 * How the certificate of the listeners is.
 *
 * @param remainingSeconds for how long it is still valid, in seconds; negative when it has expired
 * @param filesBroken whether its files, as they are now, cannot be read, so that an older
 *     certificate is in use
 */
public record CertificateState(long remainingSeconds, boolean filesBroken) {}
