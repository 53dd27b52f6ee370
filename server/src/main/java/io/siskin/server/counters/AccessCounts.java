package io.siskin.server.counters;

import java.util.Map;

/**
 * What was refused for who asked, since the server started, and how its keys are.
 *
 * @param refusals how many calls and requests of streams were refused, by reason
 * @param keyCount how many keys there are; 0 when the server asks for none
 * @param keyFileBroken whether the file of keys, as it is now, cannot be read, so that older keys
 *     are in force
 * @param auditLines how many lines of the audit log were written
 * @param auditLinesLost how many were lost
 */
public record AccessCounts(
    Map<String, Long> refusals,
    int keyCount,
    boolean keyFileBroken,
    long auditLines,
    long auditLinesLost) {
  /** Keeps the map from changes. */
  public AccessCounts {
    refusals = Map.copyOf(refusals);
  }
}
