package io.siskin.server.collection;

/**
 * Why a snapshot is not searched any more: what its files hold is not what was indexed.
 *
 * @param reason what was found, with the file's name where it is known; for the log, not for
 *     callers
 */
public record Damage(String reason) {}
