package io.siskin.server.ingest;

/**
 * What the stored form of a dense field loses against the vectors as they were given or encoded, in
 * single precision and whole.
 *
 * @param field the name of the field
 * @param sampleCount of how many documents the first vector was a query, drawn with a fixed seed;
 *     each was searched for among all other documents, exactly
 * @param recallAt10 which share of the ten nearest documents by the whole vectors is among the ten
 *     nearest by the stored ones, on average: 0 to 1
 * @param vectorsBefore how many vectors a document with vectors had on average
 * @param vectorsAfter how many of them are stored on average
 */
public record DenseLoss(
    String field, int sampleCount, double recallAt10, double vectorsBefore, double vectorsAfter) {}
