/** What the live page shows: which charts, and how their values follow from two samples. Pure functions. */

import {bucketsBetween, quantile, rate, sum, sumBy} from './metrics.js';

const SEARCH = 'siskin.v1.SearchService/Search';

/**
 * A chart. `values` makes the values of one moment, by the names of lines, of the moment's sample and of an earlier one.
 *
 * @typedef {{title: string, unit: 'perSecond' | 'seconds' | 'bytes' | 'number' | 'share', note?: string,
 *   values: (now: Moment, before: Moment) => Map<string, number>}} Chart
 * @typedef {{seconds: number, sample: import('./metrics.js').Sample}} Moment
 */

/** The name of a method for people. @param {string} method `siskin.v1.SearchService/Search` */
export function methodName(method) {
  return method.slice(method.indexOf('/') + 1);
}

function ratesBy(now, before, name, label, wanted) {
  const was = sumBy(before.sample, name, label, wanted);
  const seconds = now.seconds - before.seconds;
  // A series that was not there before has grown from 0.
  return [...sumBy(now.sample, name, label, wanted)].map(([key, value]) => [key, rate(was.get(key) ?? 0, value, seconds)]);
}

function rateOf(now, before, name, wanted) {
  return rate(sum(before.sample, name, wanted), sum(now.sample, name, wanted), now.seconds - before.seconds);
}

function pick(pairs) {
  return new Map(pairs.filter(([, value]) => !Number.isNaN(value)));
}

function ratioOfRates(now, before, numerator, denominator) {
  const below = rateOf(now, before, denominator);
  return below > 0 ? rateOf(now, before, numerator) / below : NaN;
}

function callsPerSecond(now, before) {
  const rates = ratesBy(now, before, 'siskin_grpc_calls_total', 'method');
  const called = new Set([...sumBy(now.sample, 'siskin_grpc_calls_total', 'method')].filter(([, total]) => total > 0).map(([method]) => method));
  return new Map(rates.filter(([method]) => called.has(method)).map(([method, value]) => [methodName(method), value]));
}

function latency(now, before) {
  const buckets = bucketsBetween(before.sample, now.sample, 'siskin_grpc_call_duration_seconds', {method: SEARCH});
  return new Map([['median', quantile(0.5, buckets)], ['95 %', quantile(0.95, buckets)], ['99 %', quantile(0.99, buckets)]]);
}

/** The charts, in their order. @type {Chart[]} */
export const CHARTS = [
  {title: 'Calls per second', unit: 'perSecond', note: 'by method', values: callsPerSecond},
  {title: 'Time of a search', unit: 'seconds', note: 'waiting included, over 10 s', values: latency},
  {
    title: 'Search threads',
    unit: 'number',
    note: 'tasks that run and that wait',
    values: (now) =>
      pick([
        ['running', sum(now.sample, 'siskin_admission_running_tasks')],
        ['waiting', sum(now.sample, 'siskin_admission_waiting_tasks')],
        ['encoded, waiting', sum(now.sample, 'siskin_admission_waiting_encoded_searches')],
        ['threads', sum(now.sample, 'siskin_admission_threads')],
      ]),
  },
  {
    title: 'Refused and failed per second',
    unit: 'perSecond',
    note: 'calls by status',
    values: (now, before) => new Map(ratesBy(now, before, 'siskin_grpc_calls_total', 'status').filter(([status]) => status !== 'OK')),
  },
  {
    title: 'Encoding',
    unit: 'perSecond',
    note: 'texts per second',
    values: (now, before) =>
      pick([
        ['by models', rateOf(now, before, 'siskin_encoder_texts_total')],
        ['from the cache', rateOf(now, before, 'siskin_encoding_cache_hits_total')],
        ['refused', rateOf(now, before, 'siskin_encoder_refused_texts_total')],
      ]),
  },
  {
    title: 'Texts of a batch',
    unit: 'number',
    note: 'on average, and how many wait',
    values: (now, before) =>
      pick([
        ['texts', ratioOfRates(now, before, 'siskin_encoder_batch_texts_sum', 'siskin_encoder_batch_texts_count')],
        ['waiting', sum(now.sample, 'siskin_encoder_waiting_texts')],
      ]),
  },
  {
    title: 'Written documents per second',
    unit: 'perSecond',
    note: 'by result',
    values: (now, before) => new Map(ratesBy(now, before, 'siskin_write_documents_total', 'result')),
  },
  {
    title: 'Building segments',
    unit: 'share',
    note: 'builds at a time, on average',
    values: (now, before) => new Map(ratesBy(now, before, 'siskin_segment_build_duration_seconds_sum', 'build')),
  },
  {
    title: 'Memory of collections',
    unit: 'bytes',
    note: 'by kind',
    values: (now) => new Map([...sumBy(now.sample, 'siskin_collection_memory_bytes', 'kind')].filter(([kind]) => kind !== 'mapped')),
  },
  {
    title: 'Memory of the process',
    unit: 'bytes',
    values: (now) =>
      pick([
        ['heap', sum(now.sample, 'jvm_memory_used_bytes', {area: 'heap'})],
        ['heap, committed', sum(now.sample, 'jvm_memory_committed_bytes', {area: 'heap'})],
        ['buffers', sum(now.sample, 'jvm_buffer_pool_used_bytes')],
        ['resident', sum(now.sample, 'process_resident_memory_bytes')],
      ]),
  },
  {
    title: 'Garbage collection',
    unit: 'share',
    note: 'share of the time',
    values: (now, before) => new Map(ratesBy(now, before, 'jvm_gc_collection_seconds_sum', 'gc')),
  },
  {
    title: 'Processors in use',
    unit: 'number',
    note: 'of the whole process',
    values: (now, before) => pick([['processors', rateOf(now, before, 'process_cpu_seconds_total')]]),
  },
];
