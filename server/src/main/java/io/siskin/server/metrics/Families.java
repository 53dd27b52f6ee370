package io.siskin.server.metrics;

import static io.siskin.server.metrics.Family.counter;
import static io.siskin.server.metrics.Family.gauge;
import static io.siskin.server.metrics.Family.histogram;
import static io.siskin.server.metrics.Family.info;

/** Every family that is Siskin's own; {@code docs/metrics.md} has the same. */
final class Families {
  private static final String METHOD = "method";
  private static final String STATUS = "status";
  private static final String COLLECTION = "collection";
  private static final String MODEL = "model";
  private static final String LISTENER = "listener";

  static final Family BUILD =
      info("siskin_build_info", "What runs: always 1.", "version", "kernels", "java");

  static final Family CALLS_STARTED =
      counter("siskin_grpc_calls_started_total", "Calls that began.", METHOD);
  static final Family CALLS =
      counter("siskin_grpc_calls_total", "Calls that ended, by gRPC status.", METHOD, STATUS);
  static final Family CALLS_IN_FLIGHT =
      gauge("siskin_grpc_calls_in_flight", "Calls that have begun and not ended.", METHOD);
  static final Family CALL_DURATION =
      histogram(
          "siskin_grpc_call_duration_seconds",
          "Time of a call from its headers to its status; for a stream, its whole life.",
          METHOD);
  static final Family STREAM_REQUESTS_STARTED =
      counter(
          "siskin_grpc_stream_requests_started_total",
          "Requests that were read from streams.",
          METHOD);
  static final Family STREAM_REQUESTS =
      counter(
          "siskin_grpc_stream_requests_total",
          "Requests of streams that were answered, by the status of the answer.",
          METHOD,
          STATUS);
  static final Family STREAM_REQUESTS_IN_FLIGHT =
      gauge(
          "siskin_grpc_stream_requests_in_flight",
          "Requests of streams that have no answer yet.",
          METHOD);
  static final Family STREAM_REQUEST_DURATION =
      histogram(
          "siskin_grpc_stream_request_duration_seconds",
          "Time of a request of a stream from its arrival to its answer.",
          METHOD);

  static final Family SEARCH_THREADS =
      gauge("siskin_admission_threads", "Search threads: so many tasks run at a time.");
  static final Family RUNNING =
      gauge("siskin_admission_running_tasks", "Tasks that search threads are at.");
  static final Family WAITING =
      gauge(
          "siskin_admission_waiting_tasks",
          "Tasks that wait for a search thread, without searches whose text a model encoded.");
  static final Family WAITING_ENCODED =
      gauge(
          "siskin_admission_waiting_encoded_searches",
          "Searches whose text a model encoded and that wait for a search thread.");
  static final Family WAITING_LIMIT =
      gauge(
          "siskin_admission_waiting_tasks_limit",
          "How many tasks may wait. While as many encoded searches wait, new texts are refused.");
  static final Family TASKS =
      counter(
          "siskin_admission_tasks_total",
          "Tasks that were taken: network for those small enough to run on a network thread at"
              + " once, search for those that went to a search thread.",
          "thread");
  static final Family REFUSED =
      counter(
          "siskin_admission_refused_tasks_total",
          "Tasks that were refused with RESOURCE_EXHAUSTED, because too many waited.");
  static final Family REFUSED_UNREAD =
      counter(
          "siskin_admission_refused_unread_calls_total",
          "Of the refused tasks, the calls that were refused before their message was read.");
  static final Family WAITING_BULK =
      gauge(
          "siskin_admission_waiting_bulk_tasks",
          "Tasks of bulk work, such as pages of all documents, that wait for a search thread.");
  static final Family REFUSED_LATE =
      counter(
          "siskin_admission_refused_late_searches_total",
          "Searches that were refused with RESOURCE_EXHAUSTED, because their deadline would have"
              + " passed before their answer.");
  static final Family DISPLACED =
      counter(
          "siskin_admission_displaced_tasks_total",
          "Of the refused tasks, those that had to leave the queue for a caller with fewer tasks.");
  static final Family OVER_RATE =
      counter(
          "siskin_grpc_rate_refused_requests_total",
          "Requests that were refused with RESOURCE_EXHAUSTED, because their caller had sent too"
              + " many requests or documents.",
          "limit");
  static final Family ANSWERS_UNREAD =
      counter(
          "siskin_grpc_unread_answers_total",
          "Answers that were not sent, because their client has not read the ones before.");
  static final Family CONNECTIONS =
      gauge("siskin_grpc_connections", "Connections that are open, on TCP and on the Unix socket.");
  static final Family CONNECTIONS_REFUSED =
      counter(
          "siskin_grpc_refused_connections_total",
          "Connections that were closed because too many were open in all (total) or from their"
              + " address (address), or because they did not begin to speak (silent).",
          "reason");

  static final Family HTTP_CONNECTIONS =
      gauge(
          "siskin_http_connections",
          "Connections that are open, by listener: http or metrics.",
          LISTENER);
  static final Family HTTP_CONNECTIONS_REFUSED =
      counter(
          "siskin_http_refused_connections_total",
          "Connections that were closed at once, because too many were open in all (total) or from"
              + " their address (address), by listener.",
          LISTENER,
          "reason");
  static final Family HTTP_HELD =
      gauge(
          "siskin_http_held_bytes",
          "Bytes of bodies and long answers that are in memory, by listener.",
          LISTENER);
  static final Family HTTP_HELD_LIMIT =
      gauge(
          "siskin_http_held_limit_bytes",
          "How many of these bytes there may be. A request beyond it is answered with 503.",
          LISTENER);

  static final Family SEARCHES =
      counter(
          "siskin_searches_total",
          "Searches that were answered, by the mode of the segment with the most documents: exact,"
              + " clustered or score_at_a_time.",
          COLLECTION,
          "mode");
  static final Family SEARCH_DURATION =
      histogram(
          "siskin_search_duration_seconds",
          "Time of a search without waiting; of a text that a model encodes, from its vector on.",
          COLLECTION);
  static final Family SEARCH_STAGE =
      counter(
          "siskin_search_stage_seconds_total",
          "Time of searches by stage: encode, search (evaluation) or fetch (ids, fields,"
              + " explanations).",
          COLLECTION,
          "stage");
  static final Family LISTS_VISITED =
      counter("siskin_search_lists_visited_total", "Posting lists that were read.", COLLECTION);
  static final Family BLOCKS_BOUNDED =
      counter(
          "siskin_search_blocks_bounded_total",
          "Blocks whose bound or summary score was computed.",
          COLLECTION);
  static final Family BLOCKS_SKIPPED =
      counter(
          "siskin_search_blocks_skipped_total",
          "Of the bounded blocks, those that were not read because of it.",
          COLLECTION);
  static final Family BLOCKS_SCORED =
      counter(
          "siskin_search_blocks_scored_total",
          "Blocks whose documents or postings were read.",
          COLLECTION);
  static final Family DOCUMENTS_SCORED =
      counter(
          "siskin_search_documents_scored_total",
          "Documents whose exact score was computed.",
          COLLECTION);
  static final Family POSTINGS_SCORED =
      counter(
          "siskin_search_postings_scored_total",
          "Postings that were added to a score.",
          COLLECTION);
  static final Family BUDGET_EXHAUSTED =
      counter(
          "siskin_search_budget_exhausted_total",
          "Segments whose evaluation a time budget ended before it was done.",
          COLLECTION);

  static final Family DOCUMENTS =
      gauge("siskin_collection_documents", "Documents that are served.", COLLECTION);
  static final Family TERMS =
      gauge("siskin_collection_terms", "Distinct terms, summed over the segments.", COLLECTION);
  static final Family POSTINGS =
      gauge("siskin_collection_postings", "Postings that are served.", COLLECTION);
  static final Family SEGMENTS = gauge("siskin_collection_segments", "Segments.", COLLECTION);
  static final Family DAMAGED =
      gauge(
          "siskin_collection_damaged",
          "1 while the collection's files are damaged and it answers DATA_LOSS, else 0.",
          COLLECTION);
  static final Family SCRUBBED =
      counter(
          "siskin_scrub_read_bytes_total",
          "Bytes of segment files that were read in the background to verify them.");
  static final Family SCRUB_PASSES =
      counter(
          "siskin_scrub_passes_total",
          "How often all collections have been verified in the background.");
  static final Family SIZE =
      gauge("siskin_collection_size_bytes", "Bytes of the segments' files.", COLLECTION);

  static final Family DELETED =
      gauge(
          "siskin_collection_deleted_documents",
          "Documents that are deleted or replaced and still in the segments.",
          COLLECTION);
  static final Family MEMORY =
      gauge(
          "siskin_collection_memory_bytes",
          "Memory by kind: heap (an estimate), anonymous (outside of the heap and of files)"
              + ", mapped (files), resident (what of the mapped files is in memory).",
          COLLECTION,
          "kind");
  static final Family WRITTEN =
      counter(
          "siskin_write_documents_total",
          "Documents by result: written (created or replaced), updated, deleted, refused (n"
              + "ot valid).",
          COLLECTION,
          "result");
  static final Family WRITES_REJECTED =
      counter(
          "siskin_write_rejected_requests_total",
          "Requests that were refused with RESOURCE_EXHAUSTED, by reason: queue_full, memor"
              + "y_full or disk_full.",
          COLLECTION,
          "reason");
  static final Family WRITER_FAILURES =
      counter(
          "siskin_writer_failures_total",
          "Writers that have ended because they failed, for example because a log could not"
              + " be forced.",
          COLLECTION);
  static final Family LOGGED =
      counter(
          "siskin_log_appended_bytes_total", "Bytes that were appended to the log.", COLLECTION);
  static final Family LOG_FORCE =
      histogram(
          "siskin_log_force_duration_seconds",
          "Time in which the disk makes durable what was appended to the log.",
          COLLECTION);
  static final Family LOG_SIZE =
      gauge(
          "siskin_log_size_bytes",
          "Bytes of the disk that the log takes, while the collection is written.",
          COLLECTION);
  static final Family BUILD_DURATION =
      histogram(
          "siskin_segment_build_duration_seconds",
          "Time to build a segment, by build: seal (of documents in memory) or merge (of se"
              + "gments).",
          COLLECTION,
          "build");
  static final Family BUILD_FAILURES =
      counter(
          "siskin_segment_build_failures_total",
          "Builds of segments that have failed and are tried again, by build.",
          COLLECTION,
          "build");
  static final Family BUILD_WRITTEN =
      counter(
          "siskin_segment_build_written_bytes_total",
          "Bytes of the files that builds have made.",
          COLLECTION,
          "build");
  static final Family BUILDS_WAITING =
      gauge(
          "siskin_segment_builds_waiting",
          "Builds that wait for the thread of all builds of their kind.",
          COLLECTION,
          "build");
  static final Family BUILDS_RUNNING =
      gauge("siskin_segment_builds_running", "Builds that are under way.", COLLECTION, "build");
  static final Family WRITE_WAITING =
      gauge(
          "siskin_write_waiting_bytes",
          "About how many bytes of heap the writes take that wait for the writer.",
          COLLECTION);
  static final Family WRITE_WAITING_LIMIT =
      gauge(
          "siskin_write_waiting_limit_bytes",
          "How many bytes they may take; 0 while the collection is not written.",
          COLLECTION);
  static final Family GROWING_DOCUMENTS =
      gauge(
          "siskin_growing_documents",
          "Documents in memory that are in no segment yet, deleted ones included.",
          COLLECTION);
  static final Family GROWING_SIZE =
      gauge(
          "siskin_growing_size_bytes",
          "Bytes that they take, outside of the heap and on it.",
          COLLECTION);
  static final Family FROZEN =
      gauge(
          "siskin_growing_frozen_segments",
          "Growing segments that wait to be sealed. While two of them wait and the next is "
              + "full, writes wait.",
          COLLECTION);
  static final Family FILTER_HITS =
      counter(
          "siskin_filter_cache_hits_total",
          "Sets of documents that the cache had for a filter and a segment.");
  static final Family FILTER_EXTENSIONS =
      counter(
          "siskin_filter_cache_extensions_total",
          "Sets that it had for fewer documents of a growing segment, and that were"
              + " extended.");
  static final Family FILTER_MISSES =
      counter(
          "siskin_filter_cache_misses_total", "Sets that it had not, so that columns were read.");
  static final Family FILTER_EVICTIONS =
      counter("siskin_filter_cache_evictions_total", "Sets that it gave up for room.");
  static final Family FILTER_ENTRIES =
      gauge("siskin_filter_cache_entries", "Sets that it has, about.");
  static final Family FILTER_SIZE =
      gauge("siskin_filter_cache_size_bytes", "Bytes of heap that they take, about.");
  static final Family FILTER_SIZE_LIMIT =
      gauge("siskin_filter_cache_size_limit_bytes", "Bytes that they may take.");

  static final Family ENCODER_WAITING =
      gauge(
          "siskin_encoder_waiting_texts",
          "Texts that wait for the model or are being encoded, by priority: interactive or bulk.",
          MODEL,
          "priority");
  static final Family ENCODER_WAITING_LIMIT =
      gauge(
          "siskin_encoder_waiting_texts_limit",
          "How many texts of both priorities may wait or be encoded.",
          MODEL);
  static final Family ENCODER_RATE =
      gauge(
          "siskin_encoder_tokens_per_second",
          "The model's rate of late, by which texts are refused; 0 before it is known.",
          MODEL);
  static final Family ENCODER_TEXTS =
      counter("siskin_encoder_texts_total", "Texts that the model encoded.", MODEL);
  static final Family ENCODER_TOKENS =
      counter("siskin_encoder_tokens_total", "Their tokens.", MODEL);
  static final Family ENCODER_PADDED_TOKENS =
      counter("siskin_encoder_padded_tokens_total", "Their tokens, padding included.", MODEL);
  static final Family ENCODER_BATCHES =
      counter("siskin_encoder_batches_total", "Batches that the model encoded.", MODEL);
  static final Family ENCODER_BATCH_SIZE =
      histogram("siskin_encoder_batch_texts", "Texts of a batch.", MODEL);
  static final Family ENCODER_QUEUE_WAIT =
      histogram(
          "siskin_encoder_queue_wait_seconds",
          "How long a text that was encoded waited, for the tokenizer and for a batch.",
          MODEL);
  static final Family ENCODER_STAGE =
      counter(
          "siskin_encoder_stage_seconds_total",
          "Time by stage: queue and tokenise, summed over texts; infer and pool, over batches.",
          MODEL,
          "stage");
  static final Family ENCODER_CACHED =
      counter(
          "siskin_encoder_cached_texts_total",
          "Texts that needed no model, because the cache had them.",
          MODEL);
  static final Family ENCODER_COALESCED =
      counter(
          "siskin_encoder_coalesced_texts_total",
          "Texts that joined an equal one that was under way.",
          MODEL);
  static final Family ENCODER_REFUSED =
      counter(
          "siskin_encoder_refused_texts_total",
          "Texts that were refused with RESOURCE_EXHAUSTED: queue_full or deadline_out_of_reach.",
          MODEL,
          "reason");
  static final Family ENCODER_DROPPED =
      counter(
          "siskin_encoder_dropped_texts_total",
          "Texts that were given up, because their deadline passed or their caller left.",
          MODEL);
  static final Family ENCODER_LATE =
      counter(
          "siskin_encoder_late_texts_total",
          "Texts that were admitted and not encoded before their deadline, given up or not.",
          MODEL);
  static final Family ENCODER_FAILED =
      counter("siskin_encoder_failed_texts_total", "Texts that the model could not encode.", MODEL);

  static final Family CACHE_HITS =
      counter("siskin_encoding_cache_hits_total", "Queries that the cache had.");
  static final Family CACHE_MISSES =
      counter("siskin_encoding_cache_misses_total", "Queries that it had not.");
  static final Family CACHE_EVICTIONS =
      counter("siskin_encoding_cache_evictions_total", "Queries that it gave up for room.");
  static final Family CACHE_ENTRIES =
      gauge("siskin_encoding_cache_entries", "Queries that it has, about.");
  static final Family CACHE_SIZE =
      gauge("siskin_encoding_cache_size_bytes", "Bytes of heap that they take, about.");
  static final Family CACHE_SIZE_LIMIT =
      gauge("siskin_encoding_cache_size_limit_bytes", "Bytes that they may take.");

  static final Family STORE_STATE =
      gauge(
          "siskin_encoding_store_state",
          "1 for the state that the store is in, else 0: off, opening, open, taken (by another"
              + " process), failed (switched off until the next start), closed.",
          "state");
  static final Family STORE_HITS =
      counter("siskin_encoding_store_hits_total", "Texts that the store had.");
  static final Family STORE_MISSES =
      counter("siskin_encoding_store_misses_total", "Texts that it had not, while it was open.");
  static final Family STORE_WRITTEN =
      counter("siskin_encoding_store_written_texts_total", "Texts whose encoding it was given.");
  static final Family STORE_DROPPED =
      counter(
          "siskin_encoding_store_dropped_texts_total",
          "Texts whose encoding was not stored, because too many waited for it.");
  static final Family STORE_FAILURES =
      counter(
          "siskin_encoding_store_failures_total",
          "Failures of the store, such as a full disk. The first one switches it off.");
  static final Family STORE_ENTRIES =
      gauge("siskin_encoding_store_entries", "Encodings that are stored, while it is open.");
  static final Family STORE_SIZE =
      gauge("siskin_encoding_store_size_bytes", "Bytes of its files, while it is open.");
  static final Family STORE_SIZE_LIMIT =
      gauge(
          "siskin_encoding_store_size_limit_bytes",
          "Bytes that they may take; 0 when it is switched off.");

  static final Family ACCESS_LINES =
      counter("siskin_access_log_lines_total", "Lines of the access log that were written.");
  static final Family ACCESS_LINES_LOST =
      counter(
          "siskin_access_log_lost_lines_total",
          "Lines of the access log that were lost, because too many waited or the disk failed.");
  static final Family SLOW_QUERIES =
      counter(
          "siskin_slow_queries_total", "Searches that took longer than the limit of slow ones.");
  static final Family SPANS = counter("siskin_trace_spans_total", "Spans that were sent.");
  static final Family SPANS_LOST =
      counter(
          "siskin_trace_lost_spans_total",
          "Spans that were lost, because too many waited or they could not be sent.");

  static final Family STAGE_DURATION =
      histogram(
          "siskin_ranking_stage_duration_seconds",
          "Time of a stage of a ranking tree without its inputs, by what the stage does.",
          "stage");
  static final Family STAGE_DOCUMENTS_SCORED =
      counter(
          "siskin_ranking_stage_documents_scored_total",
          "Documents that stages of ranking trees scored.",
          "stage");
  static final Family STAGES_INCOMPLETE =
      counter(
          "siskin_ranking_stages_incomplete_total",
          "Stages of ranking trees that handed on what they had, because a budget was spent.",
          "stage");

  static final Family SAMPLED_RECALL =
      histogram(
          "siskin_sampled_recall_ratio",
          "Share of the best documents that approximate searches had found, of those that were"
              + " searched again exactly, by their recall target: rounded down to one of a few;"
              + " mode for searches that named one, budget for those with a time budget.",
          COLLECTION,
          "target");
  static final Family RECALL_DROPPED =
      counter(
          "siskin_recall_dropped_samples_total",
          "Searches that were chosen and not searched again, by reason: busy (another one was, or"
              + " the thread rested), gone (the collection was removed or is damaged) or failed.",
          "reason");
  static final Family RECALL_TIME =
      counter(
          "siskin_recall_sampling_seconds_total",
          "Time of the exact searches that measure recall.");

  static final Family BUFFERS_USED =
      gauge(
          "siskin_network_buffers_used_bytes",
          "Bytes of network buffers that are in use, by library: grpc or http.",
          "library");
  static final Family BUFFERS_RESERVED =
      gauge(
          "siskin_network_buffers_reserved_bytes",
          "Bytes that the pool of network buffers has from the system.",
          "library");

  static final Family GC_PAUSE =
      histogram(
          "siskin_gc_pause_seconds",
          "Time in which the garbage collector stopped all threads; whole milliseconds.",
          "gc");
  static final Family ACCESS_REFUSALS =
      counter(
          "siskin_access_refusals_total",
          "Calls, requests of streams and requests for metrics that were refused for who asked:"
              + " no_key, malformed, unknown, expired, forbidden or too_many (failed attempts from"
              + " one address).",
          "reason");
  static final Family KEYS =
      gauge("siskin_keys", "Keys of callers, expired ones included; 0 when none are needed.");
  static final Family KEY_FILE_BROKEN =
      gauge(
          "siskin_key_file_broken",
          "1 while the file of keys cannot be read, so that older keys are in force, else 0.");
  static final Family AUDIT_LINES =
      counter("siskin_audit_log_lines_total", "Lines of the audit log that were written.");
  static final Family AUDIT_LINES_LOST =
      counter(
          "siskin_audit_log_lost_lines_total",
          "Lines of the audit log that were lost, because too many waited or the disk failed.");
  static final Family CERTIFICATE_REMAINING =
      gauge(
          "siskin_tls_certificate_remaining_seconds",
          "For how long the certificate is still valid; negative when it has expired. Absent"
              + " without TLS.");
  static final Family CERTIFICATE_BROKEN =
      gauge(
          "siskin_tls_certificate_broken",
          "1 while the files of the certificate cannot be read, so that an older one is in use,"
              + " else 0. Absent without TLS.");

  static final Family THREADS = gauge("jvm_threads_current", "Current thread count of a JVM.");
  static final Family THREADS_DAEMON = gauge("jvm_threads_daemon", "Daemon thread count of a JVM.");
  static final Family THREADS_PEAK = gauge("jvm_threads_peak", "Peak thread count of a JVM.");
  static final Family THREADS_STARTED =
      counter("jvm_threads_started_total", "Started thread count of a JVM.");

  private Families() {}
}
