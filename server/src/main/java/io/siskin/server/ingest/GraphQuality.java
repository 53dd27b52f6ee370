package io.siskin.server.ingest;

/**
 * How good the graph of neighbours of a dense field is, against a scan of the stored vectors.
 *
 * @param field the name of the field
 * @param sampleCount of how many documents the first vector was a query, drawn with a fixed seed;
 *     each was searched for among all other documents
 * @param candidates how many candidates the searches kept
 * @param recallAt10 which share of the ten nearest documents was found, on average: 0 to 1
 * @param vectorsScored how many vectors a search compared on average
 * @param buildSeconds how long the build of the graph took
 */
public record GraphQuality(
    String field,
    int sampleCount,
    int candidates,
    double recallAt10,
    double vectorsScored,
    double buildSeconds) {}
