package io.siskin.server.counters;

/**
 * What the stages of ranking trees of one kind did.
 *
 * @param durations how long they took without their inputs; one for each that ended
 * @param documentsScored documents that they scored
 * @param incomplete of those that ended, those that a budget ended, or whose inputs it ended
 */
public record StageCounts(
    DurationHistogram.Counts durations, long documentsScored, long incomplete) {}
