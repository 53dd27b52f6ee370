/**
 * What a search is worth: ranking quality against judgments, recall against exact answers, and
 * summaries of latencies. Pure functions over lists of results, and the exact answers that recall
 * is measured against; knows vectors, and nothing of segments, collections or gRPC.
 */
@NullMarked
package io.siskin.server.measure;

import org.jspecify.annotations.NullMarked;
