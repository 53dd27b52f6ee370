// Tests of the modules that know no page. A browser runs them: ConsoleTest reads window.results.

import * as fields from '../console/fields.js';
import * as format from '../console/format.js';
import {highlight, matcher, passage} from '../console/highlight.js';
import {methodName, CHARTS} from '../console/live-charts.js';
import {bucketsBetween, parseMetrics, quantile, rate, sum, sumBy} from '../console/metrics.js';
import {planInWords, stagesOf} from '../console/plan.js';
import {checkRecall, median} from '../console/recall.js';
import {paramsOf, requestOf} from '../console/request.js';
import {linkTo, readRoute} from '../console/route.js';
import {curl, grpcurl, python, shellQuote} from '../console/snippets.js';
import {formatVector, parseVector, termsOf} from '../console/vectors.js';
import {formatTree, parseTree, partsOfStages} from '../console/cascade.js';
import {can} from '../console/api.js';

const results = [];

function test(name, body) {
  try {
    body();
    results.push({name, error: null});
  } catch (error) {
    results.push({name, error: String(error.stack ?? error)});
  }
}

function same(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b} but was ${a}`);
}

function near(actual, expected, margin) {
  if (!(Math.abs(actual - expected) <= margin)) throw new Error(`expected ${expected} ± ${margin} but was ${actual}`);
}

function fails(body, part) {
  try {
    body();
  } catch (error) {
    if (error.message.includes(part)) return;
    throw new Error(`the error "${error.message}" does not say "${part}"`);
  }
  throw new Error(`no error was thrown that says "${part}"`);
}

/** Random numbers of a seed, so that a failure can be replayed: mulberry32. */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const seed = Number(new URLSearchParams(location.search).get('seed') ?? Date.now() % 1e9);
const random = randomOf(seed);
const upTo = (n) => Math.floor(random() * n);

// Metrics

test('a page of metrics is read with labels, escapes and infinities', () => {
  const sample = parseMetrics(
    '# HELP a_total Some help {x="y"} 1\n# TYPE a_total counter\na_total{x="1",y="a\\"b\\\\c\\nd,}"} 3.5\na_total 2e3 1700000000\n' +
      'b_bucket{le="+Inf"} 7 # {trace="1"} 0.5\nc -Inf\nd{} NaN\n# EOF\n',
  );
  same(sample.get('a_total'), [{labels: {x: '1', y: 'a"b\\c\nd,}'}, value: 3.5}, {labels: {}, value: 2000}]);
  same(sample.get('b_bucket')[0].labels, {le: '+Inf'});
  same(sample.get('b_bucket')[0].value, 7);
  same(sample.get('c')[0].value === -Infinity, true);
  same(Number.isNaN(sample.get('d')[0].value), true);
});

test('a line that is no metric is an error', () => {
  fails(() => parseMetrics('a{x=1} 2'), 'label');
  fails(() => parseMetrics('a{x="1"'), 'label');
  fails(() => parseMetrics('a'), 'value');
  fails(() => parseMetrics('a two'), 'number');
  fails(() => parseMetrics('7 7'), 'name');
});

test('sums take the series with the wanted labels', () => {
  const sample = parseMetrics('a{x="1",y="p"} 1\na{x="1",y="q"} 2\na{x="2",y="p"} 4\n');
  same(sum(sample, 'a'), 7);
  same(sum(sample, 'a', {y: 'p'}), 5);
  same(Number.isNaN(sum(sample, 'b')), true);
  same([...sumBy(sample, 'a', 'x')], [['1', 3], ['2', 4]]);
});

test('a rate is growth per second, also over a restart', () => {
  same(rate(10, 30, 4), 5);
  same(rate(30, 8, 4), 2);
  same(Number.isNaN(rate(NaN, 8, 4)), true);
});

test('quantiles are interpolated within their bucket', () => {
  const buckets = [{le: 1, count: 0}, {le: 2, count: 10}, {le: 4, count: 20}, {le: Infinity, count: 20}];
  same(quantile(0.25, buckets), 1.5);
  same(quantile(0.5, buckets), 2);
  same(quantile(0.75, buckets), 3);
  same(quantile(1, buckets), 4);
  same(quantile(0.99, [{le: 1, count: 1}, {le: Infinity, count: 9}]), 1);
  same(Number.isNaN(quantile(0.5, [])), true);
  same(Number.isNaN(quantile(0.5, [{le: Infinity, count: 3}])), true);
});

test('a quantile of random values lies in the bucket of the value that sorting finds', () => {
  for (let round = 0; round < 300; round++) {
    const bounds = [...new Set(Array.from({length: 1 + upTo(12)}, () => 1 + upTo(50)))].sort((a, b) => a - b);
    const values = Array.from({length: 1 + upTo(60)}, () => random() * 60).sort((a, b) => a - b);
    const buckets = [...bounds, Infinity].map((le) => ({le, count: values.filter((value) => value <= le).length}));
    const q = random();
    const exact = values[Math.max(0, Math.ceil(q * values.length) - 1)];
    const at = bounds.findIndex((bound) => exact <= bound);
    const [low, high] = at < 0 ? [bounds.at(-1), bounds.at(-1)] : [at === 0 ? 0 : bounds[at - 1], bounds[at]];
    const estimate = quantile(q, buckets);
    if (!(estimate >= low && estimate <= high)) throw new Error(`seed ${seed}, round ${round}: ${estimate} is not in ${low} to ${high}`);
  }
});

test('buckets between two moments add up over series, and begin anew after a restart', () => {
  const before = parseMetrics('h_bucket{m="a",le="1.0"} 1\nh_bucket{m="a",le="+Inf"} 5\nh_bucket{m="b",le="1.0"} 0\nh_bucket{m="b",le="+Inf"} 1\n');
  const after = parseMetrics('h_bucket{m="a",le="1.0"} 3\nh_bucket{m="a",le="+Inf"} 9\nh_bucket{m="b",le="1.0"} 1\nh_bucket{m="b",le="+Inf"} 2\n');
  same(bucketsBetween(before, after, 'h').map((one) => one.count), [3, 5]);
  same(bucketsBetween(before, after, 'h', {m: 'b'}).map((one) => one.count), [1, 1]);
  same(bucketsBetween(null, after, 'h').map((one) => one.count), [4, 11]);
  same(bucketsBetween(after, before, 'h').map((one) => one.count), [1, 6]);
});

test('charts have values of two samples', () => {
  const page = (calls) => parseMetrics(`siskin_grpc_calls_total{method="siskin.v1.SearchService/Search",status="OK"} ${calls}\nsiskin_grpc_calls_total{method="siskin.v1.SearchService/Search",status="NOT_FOUND"} 0\nsiskin_admission_threads 2\n`);
  const [before, now] = [{seconds: 100, sample: page(10)}, {seconds: 110, sample: page(60)}];
  const values = Object.fromEntries(CHARTS.map((chart) => [chart.title, [...chart.values(now, before)]]));
  same(values['Calls per second'], [['Search', 5]]);
  same(values['Refused and failed per second'], [['NOT_FOUND', 0]]);
  same(values['Search threads'], [['threads', 2]]);
  same(methodName('a.B/C'), 'C');
});

// Recall

test('recall counts ties at the last place as right', () => {
  const exact = [{id: 'a', score: 3}, {id: 'b', score: 2}, {id: 'c', score: 1}];
  const check = checkRecall([{id: 'a', score: 3}, {id: 'b', score: 2}, {id: 'd', score: 1}], exact);
  same([check.recall, check.missing, check.tied], [1, [], [{id: 'c', score: 1}]]);
});

test('recall names what is missing', () => {
  const exact = [{id: 'a', score: 3}, {id: 'b', score: 2}, {id: 'c', score: 1}];
  const check = checkRecall([{id: 'a', score: 3}, {id: 'c', score: 1}, {id: 'e', score: 0.5}], exact);
  same([check.found, check.wanted, check.missing, check.tied], [2, 3, [{id: 'b', score: 2}], []]);
  same(checkRecall([], []).recall, 1);
  same(checkRecall([], exact).recall, 0);
});

test('recall by score is recall by ids where no scores tie, and never less where they do', () => {
  for (let round = 0; round < 300; round++) {
    const size = 1 + upTo(20);
    const levels = random() < 0.5 ? 1e9 : 3;
    const all = Array.from({length: size + upTo(20)}, (_, i) => ({id: `d${i}`, score: 1 + upTo(levels)})).sort((a, b) => b.score - a.score);
    const exact = all.slice(0, size);
    const hits = all.filter(() => random() < 0.8).slice(0, size);
    const ids = new Set(exact.map((one) => one.id));
    const byIds = hits.filter((one) => ids.has(one.id)).length / exact.length;
    const recall = checkRecall(hits, exact).recall;
    const hasTies = new Set(all.map((one) => one.score)).size < all.length;
    if (hasTies ? recall < byIds : recall !== byIds) throw new Error(`seed ${seed}, round ${round}: ${recall} against ${byIds}`);
  }
});

test('the median is one of the values', () => same([median([5]), median([9, 1]), median([3, 1, 2])], [5, 1, 2]));

// Highlighting

const words = (terms, options, text) => highlight(text, matcher(terms, options)).filter((piece) => piece.weight > 0).map((piece) => piece.text);

test('words are found whatever their case, and parts of words are not', () => {
  same(words([{term: 'bird', weight: 1}], {}, 'Bird, birds and BIRD-song, bird.'), ['Bird', 'BIRD', 'bird']);
});

test('pieces of words are put together', () => {
  const terms = [{term: 'lep', weight: 1}, {term: '##id', weight: 2}, {term: '##opter', weight: 3}];
  same(words(terms, {}, 'Lepidopter lep lepid lepx opter'), ['Lepidopter', 'lep', 'lepid']);
  same(matcher(terms)('lepidopter'), 3);
  // What is a part of the query's word without counting itself.
  same(words([{term: 'l', weight: 1}, {term: '##yme', weight: 0}], {}, 'Lyme yme l'), ['Lyme', 'l']);
  same(words([{term: 'x', weight: 0}, {term: '##yme', weight: 0}], {}, 'xyme x'), []);
});

test('stems match their words only', () => {
  const terms = [{term: 'studi', weight: 1}, {term: 'insect', weight: 1}, {term: 'run', weight: 1}];
  same(words(terms, {stems: true}, 'He studies insects, studying, study, studied; running runs rung insecticide'), ['studies', 'insects', 'studying', 'study', 'studied', 'running', 'runs']);
  same(words(terms, {}, 'studies insects'), []);
});

test('accents are as a model reads them', () => same(words([{term: 'cafe', weight: 1}], {}, 'Café'), ['Café']));

test('all pieces together are the text, and agree with a look at each word', () => {
  const alphabet = ['a', 'bb', 'ccc', ' ', ', ', '.', 'é', '<b>', '\n', '𝒜', '&'];
  for (let round = 0; round < 300; round++) {
    const text = Array.from({length: upTo(30)}, () => alphabet[upTo(alphabet.length)]).join('');
    const match = matcher([{term: 'a', weight: 1}, {term: 'bb', weight: 0.5}, {term: '##ccc', weight: 0.2}]);
    const pieces = highlight(text, match);
    if (pieces.map((piece) => piece.text).join('') !== text) throw new Error(`seed ${seed}, round ${round}: the text changed`);
    const slow = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '' && match(word) > 0);
    same(pieces.filter((piece) => piece.weight > 0).map((piece) => piece.text), slow);
  }
});

test('a passage is a part of the text with what matched', () => {
  const text = `${'nothing here. '.repeat(60)}The siskin is a finch. ${'more of it. '.repeat(60)}`;
  const part = passage(text, matcher([{term: 'siskin', weight: 1}, {term: 'finch', weight: 1}]), 200);
  same([part.text.includes('The siskin is a finch'), text.includes(part.text), part.before, part.after, part.text.length <= 240], [true, true, true, true, true]);
  same(passage('short', () => 0, 200), {text: 'short', before: false, after: false});
});

// Vectors, requests and routes

test('vectors are read in all their forms', () => {
  const expected = {tokens: ['a', 'b'], weights: [1.5, 2]};
  for (const text of ['a 1.5\nb 2\n', 'a: 1.5\nb=2', '{"a": 1.5, "b": 2}', '[["a", 1.5], ["b", 2]]', '{"tokens": ["a", "b"], "weights": [1.5, 2]}']) same(parseVector(text, false), expected);
  same(parseVector('7 1\n{'.slice(0, 3), true), {termIds: [7], weights: [1]});
  same(parseVector('{"term_ids": [7], "weights": [1]}', true), {termIds: [7], weights: [1]});
});

test('vectors that are wrong say what is allowed', () => {
  fails(() => parseVector('a -1', false), '0 to 1e30');
  fails(() => parseVector('{"a": null}', false), '0 to 1e30');
  fails(() => parseVector('a 1', true), 'term id');
  fails(() => parseVector('{"a": 1', false), 'JSON');
  fails(() => parseVector('[1, 2]', false), 'pairs');
  fails(() => parseVector('alone', false), 'allowed');
  fails(() => parseVector('{"tokens": ["a"], "weights": []}', false), 'one weight for each');
});

test('a vector that is written is read again', () => {
  const vector = {tokens: ['##s', 'a'], weights: [2, 0.5]};
  same(parseVector(formatVector(vector), false), vector);
  same(termsOf({termIds: [3, 1], weights: [1, 2]}), [{term: '1', weight: 2}, {term: '3', weight: 1}]);
});

test('the form and requests agree', () => {
  const requests = [
    {collection: 'c', text: 'a & b', k: 10},
    {collection: 'c', text: 'x', k: 5, recallTarget: 0.9, filterExpression: 'year >= 2', tenant: 't'},
    {collection: 'c', vector: {tokens: ['a'], weights: [1.5]}, k: 10, mode: {clustered: {queryCut: 8, heapFactor: 0.7}}},
    {collection: 'c', text: 'x', k: 10, mode: {exact: {}}, timeBudgetMicros: 100},
  ];
  for (const request of requests) {
    const link = linkTo('search', {params: paramsOf(request)});
    same(requestOf(readRoute(link).params, {}), {...request, ...{}});
  }
  same(paramsOf({collection: 'c', k: 1}), null);
  same(paramsOf({collection: 'c', text: 'x', filter: {exists: 'y'}}), null);
});

test('trees go to the address and back', () => {
  const node = {limit: 5, fuse: {inputs: [{node: {limit: 20, sparse: {}}}], reciprocalRank: {}}};
  for (const request of [
    {collection: 'c', text: 'x', node},
    {collection: 'c', text: 'x', pipeline: 'best', k: 3},
  ]) {
    const link = linkTo('search', {params: paramsOf(request)});
    // Compared by members, since their order differs.
    const made = requestOf(readRoute(link).params, {});
    for (const name of ['collection', 'text', 'node', 'pipeline', 'k']) same(made[name], request[name]);
  }
  const params = new URLSearchParams({c: 'c', q: 'x', way: 'tree', tree: formatTree(node), budget: '100'});
  same(requestOf(params, {}).timeBudgetMicros, undefined);
});

test('a tree that is no JSON is said to be none', () => {
  for (const text of ['', '{', '[]', '3', 'null']) {
    let message = '';
    try {
      parseTree(text);
    } catch (error) {
      message = error.message;
    }
    same(message.startsWith('The tree'), true);
  }
});

test('stages are parts of a bar, and neighbours differ', () => {
  const parts = partsOfStages([{name: 'a', nanos: '1500'}, {name: 'b', nanos: '20'}, {name: 'c'}]);
  same(parts.map((part) => [part.name, part.value]), [['a', 1500], ['b', 20], ['c', 0]]);
  same(parts[0].tone === parts[1].tone || parts[1].tone === parts[2].tone, false);
});

test('routes keep names with any characters', () => {
  same(readRoute(linkTo('collections', {path: 'a b/c?d'})).path, 'a b/c?d');
  same(readRoute('').name, 'search');
});

// Code

test('a shell gets texts as they are', () => same(shellQuote("it's $x"), "'it'\\''s $x'"));

test('commands have the request', () => {
  const request = {collection: 'my docs', text: "it's", k: 3, mode: {clustered: {queryCut: 8}}};
  same(curl(request, 'http://h:1/x', true).includes('http://h:1/x/v1/collections/my%20docs/search'), true);
  same(curl(request, 'http://h:1/x', true).includes('Bearer $SISKIN_KEY'), true);
  same(curl(request, 'http://h:1/x', false).includes('Bearer'), false);
  same(grpcurl(request, 'h', false).includes('h:7700 siskin.v1.SearchService/Search'), true);
  same(python(request, 'h').includes('mode=Clustered(query_cut=8),'), true);
  same(python({collection: 'c', vector: {tokens: ['a"b'], weights: [1]}}, 'h').includes('{"a\\"b": 1}'), true);
});

// Fields, plans and numbers

test('documents are read as people write them', () => {
  const schema = {fields: [{name: 'year', type: 'FIELD_TYPE_INT64'}, {name: 'tags', type: 'FIELD_TYPE_STRING_LIST'}, {name: 'day', type: 'FIELD_TYPE_TIMESTAMP'}]};
  const document = fields.documentOf({id: 7, text: 't', year: 2020, tags: 'x', day: '2026-01-02', other: 'o'}, {schema});
  same(document.fields, {year: {int64Value: '2020'}, tags: {stringListValue: {values: ['x']}}, day: {timestampValue: '2026-01-02T00:00:00Z'}, other: {stringValue: 'o'}});
  same(fields.plainFields(document), {day: '2026-01-02T00:00:00Z', other: 'o', tags: ['x'], year: 2020, text: 't'});
  same(fields.plainOf({int64Value: '9007199254740993'}), '9007199254740993');
  same(fields.documentOf({id: 'a', vector: {7: 1}}, {vocabulary: 'VOCABULARY_TERM_ID'}).vector, {termIds: [7], weights: [1]});
  fails(() => fields.documentOf([], {}), 'JSON object');
  same(fields.conditionOf({name: 'in', type: 'FIELD_TYPE_BOOL'}), '`in` = true');
});

test('each mode has a plan in words', () => {
  same(planInWords({exact: {}}).length, 1);
  same(planInWords({clustered: {queryCut: 8, heapFactor: 0.65, firstSorted: true}}).join(' ').includes('8 heaviest'), true);
  same(planInWords({scoreAtATime: {postingFloor: 0.25, candidateFloor: 0, candidatesMax: 5, budgetMicros: 90}}).join(' ').includes('90 µs'), true);
});

test('stages and what is left make the whole', () => {
  const {total, stages} = stagesOf({totalNanos: '100', queueNanos: '10', encodeNanos: '20', searchNanos: '30', fetchNanos: '0'});
  same([total, stages.map((one) => one.nanos)], [100, [10, 20, 30, 40]]);
});

test('numbers are readable', () => {
  same([format.nanos(950), format.nanos('1234567'), format.nanos(2.5e9)], ['0.95 µs', '1.23 ms', '2.5 s']);
  same([format.bytes(999), format.bytes('1234567'), format.count('1234567')], ['999 B', '1.23 MB', '1,234,567']);
  same([format.plural(1, 'hit'), format.plural(2, 'hit')], ['1 hit', '2 hits']);
});

test('roles include those before them, for the collections that a grant names', () => {
  const who = {grants: [{role: 'ROLE_WRITE', collections: ['logs-*', 'wiki']}]};
  same([can('ROLE_READ', 'logs-1', who), can('ROLE_WRITE', 'wiki', who), can('ROLE_ADMIN', 'wiki', who), can('ROLE_READ', 'wikis', who)], [true, true, false, false]);
  same(can('ROLE_READ', 'x', null), false);
});

window.results = results;
window.seed = seed;
