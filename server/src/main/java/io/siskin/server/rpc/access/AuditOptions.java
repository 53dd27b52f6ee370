package io.siskin.server.rpc.access;

import java.nio.file.Path;

/**
 * What the audit log has, and where it is.
 *
 * @param path the file, in a folder that exists
 * @param documents whether writes of documents are in it too
 * @param sizeBytesMax how long the file may become before a new one is begun, 1 MiB or more
 * @param countMax how many files there are at most, the one that is written included; 1 to 1,000
 */
public record AuditOptions(Path path, boolean documents, long sizeBytesMax, int countMax) {}
