package io.siskin.server.metrics;

import io.siskin.server.batch.BatchingMetrics;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.counters.AccessCounts;
import io.siskin.server.counters.CallCounters;
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
import io.siskin.server.retrieve.CollectionDescription.MemoryDescription;
import io.siskin.server.search.SearchStats;
import java.util.Locale;
import java.util.Map;

/** Turns what the sources say into points. Safe for concurrent use. */
final class ServerMetrics {
  private final MetricSources sources;

  ServerMetrics(MetricSources sources) {
    this.sources = sources;
  }

  /** Reads all sources. */
  Points read() {
    Points points = new Points();
    points.add(
        Families.BUILD, 1, sources.version(), sources.kernels(), Runtime.version().toString());
    rpc(points, sources.rpc().get());
    sources.collections().get().forEach(collection -> collection(points, collection));
    sources.searches().get().forEach((collection, counts) -> searches(points, collection, counts));
    sources.stages().get().forEach((kind, counts) -> stages(points, kind, counts));
    sources.writes().get().forEach((collection, counts) -> writes(points, collection, counts));
    filters(points, sources.filters().get());
    sources.models().get().forEach((model, metrics) -> model(points, model, metrics));
    cache(points, sources.cache().get());
    store(points, sources.store().get());
    ScrubCounts scrub = sources.scrub().get();
    points.add(Families.SCRUBBED, scrub.bytes());
    points.add(Families.SCRUB_PASSES, scrub.passes());
    sources.http().get().forEach((listener, counts) -> http(points, listener, counts));
    access(points, sources.access().get());
    CertificateState certificate = sources.certificate().get();
    if (certificate != null) {
      points.add(Families.CERTIFICATE_REMAINING, certificate.remainingSeconds());
      points.add(Families.CERTIFICATE_BROKEN, certificate.filesBroken() ? 1 : 0);
    }
    observation(points, sources.observation().get());
    recall(points, sources.recall().get());
    sources
        .buffers()
        .get()
        .forEach(
            (library, buffers) -> {
              points.add(Families.BUFFERS_USED, buffers.usedBytes(), library);
              points.add(Families.BUFFERS_RESERVED, buffers.reservedBytes(), library);
            });
    return points;
  }

  private static void stages(Points points, String stage, StageCounts counts) {
    points.add(Families.STAGE_DURATION, counts.durations(), stage);
    points.add(Families.STAGE_DOCUMENTS_SCORED, counts.documentsScored(), stage);
    points.add(Families.STAGES_INCOMPLETE, counts.incomplete(), stage);
  }

  private static void observation(Points points, ObservationCounts counts) {
    points.add(Families.ACCESS_LINES, counts.accessLines());
    points.add(Families.ACCESS_LINES_LOST, counts.accessLinesLost());
    points.add(Families.SLOW_QUERIES, counts.slowQueries());
    points.add(Families.SPANS, counts.spans());
    points.add(Families.SPANS_LOST, counts.spansLost());
  }

  private static void recall(Points points, RecallCounts counts) {
    counts
        .recalls()
        .forEach(
            (kind, recalls) ->
                points.add(Families.SAMPLED_RECALL, recalls, kind.collection(), kind.target()));
    points.add(Families.RECALL_DROPPED, counts.busy(), "busy");
    points.add(Families.RECALL_DROPPED, counts.gone(), "gone");
    points.add(Families.RECALL_DROPPED, counts.failed(), "failed");
    points.addNanos(Families.RECALL_TIME, counts.searchNanos());
  }

  private static void http(Points points, String listener, HttpCounts counts) {
    points.add(Families.HTTP_CONNECTIONS, counts.connections(), listener);
    points.add(Families.HTTP_CONNECTIONS_REFUSED, counts.connectionsOverTotal(), listener, "total");
    points.add(
        Families.HTTP_CONNECTIONS_REFUSED, counts.connectionsOverAddress(), listener, "address");
    points.add(Families.HTTP_HELD, counts.heldBytes(), listener);
    points.add(Families.HTTP_HELD_LIMIT, counts.heldBytesMax(), listener);
  }

  private static void access(Points points, AccessCounts counts) {
    counts
        .refusals()
        .forEach((reason, count) -> points.add(Families.ACCESS_REFUSALS, count, reason));
    points.add(Families.KEYS, counts.keyCount());
    points.add(Families.KEY_FILE_BROKEN, counts.keyFileBroken() ? 1 : 0);
    points.add(Families.AUDIT_LINES, counts.auditLines());
    points.add(Families.AUDIT_LINES_LOST, counts.auditLinesLost());
  }

  private static void rpc(Points points, RpcCounts counts) {
    calls(
        points,
        counts.calls(),
        Families.CALLS_STARTED,
        Families.CALLS_IN_FLIGHT,
        Families.CALL_DURATION,
        Families.CALLS);
    calls(
        points,
        counts.streamRequests(),
        Families.STREAM_REQUESTS_STARTED,
        Families.STREAM_REQUESTS_IN_FLIGHT,
        Families.STREAM_REQUEST_DURATION,
        Families.STREAM_REQUESTS);
    RpcCounts.Admission admission = counts.admission();
    points.add(Families.SEARCH_THREADS, admission.threads());
    points.add(Families.RUNNING, admission.running());
    points.add(Families.WAITING, admission.waiting());
    points.add(Families.WAITING_LIMIT, admission.waitingMax());
    points.add(Families.WAITING_ENCODED, admission.waitingEncoded());
    points.add(Families.TASKS, admission.small(), "network");
    points.add(Families.TASKS, admission.queued(), "search");
    points.add(Families.REFUSED, admission.refused());
    points.add(Families.REFUSED_UNREAD, admission.refusedUnread());
    points.add(Families.WAITING_BULK, admission.waitingBulk());
    points.add(Families.REFUSED_LATE, admission.refusedLate());
    points.add(Families.DISPLACED, admission.displaced());
    floods(points, counts.floods());
  }

  private static void floods(Points points, RpcCounts.Floods floods) {
    points.add(Families.OVER_RATE, floods.requestsOverRate(), "requests");
    points.add(Families.OVER_RATE, floods.documentsOverRate(), "documents");
    points.add(Families.ANSWERS_UNREAD, floods.answersUnread());
    points.add(Families.CONNECTIONS, floods.connections());
    points.add(Families.CONNECTIONS_REFUSED, floods.connectionsOverTotal(), "total");
    points.add(Families.CONNECTIONS_REFUSED, floods.connectionsOverAddress(), "address");
    points.add(Families.CONNECTIONS_REFUSED, floods.connectionsSilent(), "silent");
  }

  private static void calls(
      Points points,
      Map<String, CallCounters.Counts> byMethod,
      Family started,
      Family inFlight,
      Family duration,
      Family ended) {
    byMethod.forEach(
        (method, calls) -> {
          points.add(started, calls.started(), method);
          points.add(inFlight, calls.inFlight(), method);
          points.add(duration, calls.durations(), method);
          calls.ended().forEach((status, count) -> points.add(ended, count, method, status));
        });
  }

  private static void collection(Points points, CollectionDescription collection) {
    String name = collection.name();
    points.add(Families.DOCUMENTS, collection.documentCount(), name);
    points.add(Families.TERMS, collection.termCount(), name);
    points.add(Families.POSTINGS, collection.postingCount(), name);
    points.add(Families.SEGMENTS, collection.segments().size(), name);
    points.add(Families.SIZE, collection.lengthBytes(), name);
    points.add(Families.DAMAGED, collection.damaged() ? 1 : 0, name);
    points.add(Families.DELETED, collection.storage().deletedDocumentCount(), name);
    MemoryDescription memory = collection.storage().memory();
    points.add(Families.MEMORY, memory.heapBytes(), name, "heap");
    points.add(Families.MEMORY, memory.anonymousBytes(), name, "anonymous");
    points.add(Families.MEMORY, memory.mappedBytes(), name, "mapped");
    points.add(Families.MEMORY, memory.residentBytes(), name, "resident");
  }

  private static void writes(Points points, String name, WriteCounts counts) {
    WriteCounts.Documents documents = counts.documents();
    points.add(Families.WRITTEN, documents.written(), name, "written");
    points.add(Families.WRITTEN, documents.updated(), name, "updated");
    points.add(Families.WRITTEN, documents.deleted(), name, "deleted");
    points.add(Families.WRITTEN, documents.refused(), name, "refused");
    WriteCounts.Rejections rejections = counts.rejections();
    points.add(Families.WRITES_REJECTED, rejections.queueFull(), name, "queue_full");
    points.add(Families.WRITES_REJECTED, rejections.memoryFull(), name, "memory_full");
    points.add(Families.WRITES_REJECTED, rejections.diskFull(), name, "disk_full");
    points.add(Families.WRITER_FAILURES, counts.writerFailures(), name);
    points.add(Families.LOGGED, counts.loggedBytes(), name);
    points.add(Families.LOG_FORCE, counts.forces(), name);
    builds(points, name, "seal", counts.seals());
    builds(points, name, "merge", counts.merges());
    WriteCounts.State state = counts.state();
    points.add(Families.WRITE_WAITING, state.waitingBytes(), name);
    points.add(Families.WRITE_WAITING_LIMIT, state.waitingBytesMax(), name);
    points.add(Families.GROWING_DOCUMENTS, state.growingDocuments(), name);
    points.add(Families.GROWING_SIZE, state.growingBytes(), name);
    points.add(Families.FROZEN, state.frozenSegments(), name);
    points.add(Families.LOG_SIZE, state.logBytes(), name);
  }

  private static void builds(
      Points points, String collection, String kind, WriteCounts.Builds builds) {
    points.add(Families.BUILD_DURATION, builds.durations(), collection, kind);
    points.add(Families.BUILD_FAILURES, builds.failures(), collection, kind);
    points.add(Families.BUILD_WRITTEN, builds.writtenBytes(), collection, kind);
    points.add(Families.BUILDS_WAITING, builds.waiting(), collection, kind);
    points.add(Families.BUILDS_RUNNING, builds.running(), collection, kind);
  }

  private static void filters(Points points, FilterCache.Metrics filters) {
    points.add(Families.FILTER_HITS, filters.hits());
    points.add(Families.FILTER_EXTENSIONS, filters.extensions());
    points.add(Families.FILTER_MISSES, filters.misses());
    points.add(Families.FILTER_EVICTIONS, filters.evictions());
    points.add(Families.FILTER_ENTRIES, filters.entries());
    points.add(Families.FILTER_SIZE, filters.bytes());
    points.add(Families.FILTER_SIZE_LIMIT, filters.bytesMax());
  }

  private static void searches(Points points, String name, SearchTotals.Counts counts) {
    points.add(Families.SEARCHES, counts.exact(), name, "exact");
    points.add(Families.SEARCHES, counts.clustered(), name, "clustered");
    points.add(Families.SEARCHES, counts.scoreAtATime(), name, "score_at_a_time");
    points.add(Families.SEARCH_DURATION, counts.durations(), name);
    points.addNanos(Families.SEARCH_STAGE, counts.encodeNanos(), name, "encode");
    points.addNanos(Families.SEARCH_STAGE, counts.searchNanos(), name, "search");
    points.addNanos(Families.SEARCH_STAGE, counts.fetchNanos(), name, "fetch");
    SearchStats stats = counts.stats();
    points.add(Families.LISTS_VISITED, stats.listsVisited(), name);
    points.add(Families.BLOCKS_BOUNDED, stats.blocksBounded(), name);
    points.add(Families.BLOCKS_SKIPPED, stats.blocksSkipped(), name);
    points.add(Families.BLOCKS_SCORED, stats.blocksScored(), name);
    points.add(Families.DOCUMENTS_SCORED, stats.documentsScored(), name);
    points.add(Families.POSTINGS_SCORED, stats.postingsScored(), name);
    points.add(Families.BUDGET_EXHAUSTED, stats.budgetExhausted(), name);
  }

  private static void model(Points points, String model, BatchingMetrics metrics) {
    points.add(Families.ENCODER_WAITING, metrics.waitingInteractive(), model, "interactive");
    points.add(Families.ENCODER_WAITING, metrics.waitingBulk(), model, "bulk");
    points.add(Families.ENCODER_WAITING_LIMIT, metrics.waitingMax(), model);
    points.add(Families.ENCODER_RATE, metrics.tokensPerSecond(), model);
    points.add(Families.ENCODER_TEXTS, metrics.texts(), model);
    points.add(Families.ENCODER_TOKENS, metrics.tokens(), model);
    points.add(Families.ENCODER_PADDED_TOKENS, metrics.paddedTokens(), model);
    points.add(Families.ENCODER_BATCHES, metrics.batches(), model);
    points.add(Families.ENCODER_BATCH_SIZE, metrics.batchSizes(), model);
    points.add(Families.ENCODER_QUEUE_WAIT, metrics.queueWaits(), model);
    points.addNanos(Families.ENCODER_STAGE, metrics.nanos().queueNanos(), model, "queue");
    points.addNanos(Families.ENCODER_STAGE, metrics.nanos().tokenizeNanos(), model, "tokenise");
    points.addNanos(Families.ENCODER_STAGE, metrics.nanos().inferNanos(), model, "infer");
    points.addNanos(Families.ENCODER_STAGE, metrics.nanos().poolNanos(), model, "pool");
    points.add(Families.ENCODER_CACHED, metrics.cached(), model);
    points.add(Families.ENCODER_COALESCED, metrics.coalesced(), model);
    points.add(Families.ENCODER_DROPPED, metrics.dropped(), model);
    points.add(Families.ENCODER_LATE, metrics.late(), model);
    points.add(Families.ENCODER_FAILED, metrics.failed(), model);
    metrics
        .refusedByReason()
        .forEach(
            (reason, texts) ->
                points.add(
                    Families.ENCODER_REFUSED,
                    texts,
                    model,
                    reason.name().toLowerCase(Locale.ROOT)));
  }

  private static void cache(Points points, EncodingCache.Metrics cache) {
    points.add(Families.CACHE_HITS, cache.hits());
    points.add(Families.CACHE_MISSES, cache.misses());
    points.add(Families.CACHE_EVICTIONS, cache.evictions());
    points.add(Families.CACHE_ENTRIES, cache.entries());
    points.add(Families.CACHE_SIZE, cache.bytes());
    points.add(Families.CACHE_SIZE_LIMIT, cache.bytesMax());
  }

  private static void store(Points points, StoredEncodings.Metrics store) {
    for (StoredEncodings.State state : StoredEncodings.State.values()) {
      points.add(
          Families.STORE_STATE,
          state == store.state() ? 1 : 0,
          state.name().toLowerCase(Locale.ROOT));
    }
    points.add(Families.STORE_HITS, store.hits());
    points.add(Families.STORE_MISSES, store.misses());
    points.add(Families.STORE_WRITTEN, store.written());
    points.add(Families.STORE_DROPPED, store.dropped());
    points.add(Families.STORE_FAILURES, store.failures());
    points.add(Families.STORE_ENTRIES, store.size().entries());
    points.add(Families.STORE_SIZE, store.size().bytes());
    points.add(Families.STORE_SIZE_LIMIT, store.bytesMax());
  }
}
