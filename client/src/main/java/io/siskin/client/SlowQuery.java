package io.siskin.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A search that took longer than the server's limit for slow searches.
 *
 * @param endTime when it ended
 * @param keyId the id of the caller's key; empty for none
 * @param traceId the trace of the call, 32 hexadecimal digits; empty for none
 * @param collection what was searched, as the request named it
 * @param text the text that was searched for, which may be cut; null for a vector, or when the
 *     server keeps no queries
 * @param k how many hits were wanted
 * @param mode the mode that was used; null when the search was not answered
 * @param timings where the time went
 * @param counters what the evaluation did
 * @param hitCount how many hits were found
 */
public record SlowQuery(
    Instant endTime,
    String keyId,
    String traceId,
    String collection,
    @Nullable String text,
    int k,
    @Nullable SearchMode mode,
    SearchResult.Timings timings,
    SearchResult.Counters counters,
    int hitCount) {}
