package io.siskin.server.metrics;

import io.siskin.server.batch.BatchingMetrics;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.counters.AccessCounts;
import io.siskin.server.counters.BufferPoolCounts;
import io.siskin.server.counters.CertificateState;
import io.siskin.server.counters.HttpCounts;
import io.siskin.server.counters.ObservationCounts;
import io.siskin.server.counters.RecallCounts;
import io.siskin.server.counters.RpcCounts;
import io.siskin.server.counters.ScrubCounts;
import io.siskin.server.counters.SearchTotals;
import io.siskin.server.counters.StageCounts;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.filter.FilterCache;
import io.siskin.server.retrieve.CollectionDescription;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the numbers come from; each is asked once a scrape, by one thread at a time.
 *
 * @param version the version of this build
 * @param kernels which kernels it runs with
 * @param rpc what the gRPC server did
 * @param collections what is served
 * @param searches what was searched, by collection
 * @param stages what the stages of ranking trees did, by kind
 * @param writes what was written, by collection
 * @param filters what the filter cache did
 * @param models what the front ends did, by model
 * @param cache what the cache of encoded queries did
 * @param store what the store of encodings did
 * @param scrub what the background verification of files did
 * @param observation what became of lines, slow searches and spans
 * @param recall the recall of searches that were searched again
 * @param buffers what the buffers of the network libraries take, by the name of the library
 * @param http what the HTTP servers hold, by the name of the listener
 * @param access what was refused for who asked
 * @param certificate how the certificate of the listeners is; null when they have none
 */
public record MetricSources(
    String version,
    String kernels,
    Supplier<RpcCounts> rpc,
    Supplier<List<CollectionDescription>> collections,
    Supplier<? extends Map<String, SearchTotals.Counts>> searches,
    Supplier<Map<String, StageCounts>> stages,
    Supplier<? extends Map<String, WriteCounts>> writes,
    Supplier<FilterCache.Metrics> filters,
    Supplier<Map<String, BatchingMetrics>> models,
    Supplier<EncodingCache.Metrics> cache,
    Supplier<StoredEncodings.Metrics> store,
    Supplier<ScrubCounts> scrub,
    Supplier<ObservationCounts> observation,
    Supplier<RecallCounts> recall,
    Supplier<? extends Map<String, BufferPoolCounts>> buffers,
    Supplier<? extends Map<String, HttpCounts>> http,
    Supplier<AccessCounts> access,
    Supplier<@Nullable CertificateState> certificate) {}
