/** The state of the search form: between the address of the page and a request of the API. Pure functions. */

import {formatTree, parseTree} from './cascade.js';
import {parseVector} from './vectors.js';

/** Parameters of modes: their names in the API, for people, and what is allowed. */
export const MODE_PARAMETERS = {
  clustered: [
    {name: 'queryCut', label: 'Query cut', hint: '1 to 4,096 terms', min: 1, max: 4096, step: 1},
    {name: 'heapFactor', label: 'Heap factor', hint: 'above 0, at most 1', min: 0.01, max: 1, step: 'any'},
  ],
  scoreAtATime: [
    {name: 'postingFloor', label: 'Posting floor', hint: '0 to 1', min: 0, max: 1, step: 'any'},
    {name: 'candidateFloor', label: 'Candidate floor', hint: '0 to 1', min: 0, max: 1, step: 'any'},
    {name: 'candidatesMax', label: 'Candidates at most', hint: '0 for no limit', min: 0, max: 2147483647, step: 1},
  ],
};

// Ways that rank by a tree.
const RANKINGS = {pipeline: true, tree: true};

/** Ways to say how a query is evaluated, with their names. */
export const WAYS = [
  ['', 'As by default'],
  ['target', 'By a recall target'],
  ['exact', 'Exact'],
  ['clustered', 'Clustered'],
  ['scoreAtATime', 'Score at a time'],
  ['pipeline', 'By a stored pipeline'],
  ['tree', 'By a tree of stages'],
];

/**
 * Makes a request of what the form has.
 *
 * @param {URLSearchParams} params the state: `c` collection, `q` text or `v` vector, `k`, `way`, `target`, `budget`, `filter`,
 *   `tenant`, `pipeline`, `tree`, and parameters of the mode by their names
 * @param {Object} collection the Collection that is searched
 * @returns {Object} a SearchRequest
 * @throws {SyntaxError} when the vector or the tree cannot be read
 */
export function requestOf(params, collection) {
  const request = {collection: params.get('c')};
  if (params.has('v')) request.vector = parseVector(params.get('v'), collection?.vocabulary === 'VOCABULARY_TERM_ID');
  else request.text = params.get('q') ?? '';
  const way = params.get('way') ?? '';
  if (way === 'pipeline') request.pipeline = params.get('pipeline') ?? '';
  else if (way === 'tree') request.node = parseTree(params.get('tree') ?? '');
  // Without a number, a tree gives all that its root hands on.
  if (params.get('k') || !(way in RANKINGS)) request.k = Number(params.get('k') || 10);
  if (way in RANKINGS) {
    // Modes and budgets are in its nodes.
  } else if (way === 'target') request.recallTarget = Number(params.get('target') || 0.95);
  else if (way !== '') request.mode = {[way]: modeParameters(params, way)};
  if (params.get('budget') && !(way in RANKINGS)) request.timeBudgetMicros = Number(params.get('budget'));
  if (params.get('filter')) request.filterExpression = params.get('filter');
  if (params.get('tenant')) request.tenant = params.get('tenant');
  if (collection?.storedFields?.length > 0) request.fields = ['*'];
  return request;
}

function modeParameters(params, way) {
  const given = (MODE_PARAMETERS[way] ?? []).filter(({name}) => params.get(name));
  return Object.fromEntries(given.map(({name}) => [name, Number(params.get(name))]));
}

/**
 * Makes the state of the form of a request, for example of a slow query.
 *
 * @param {Object} request a SearchRequest
 * @returns {Object<string, string | number | undefined>} the state, see {@link requestOf}; null where the form cannot say it
 */
export function paramsOf(request) {
  // A filter as a message has no text; leaving it out would search something else.
  if (request.filter || (request.text === undefined && !request.vector)) return null;
  const way = wayOf(request);
  const names = request.vector?.tokens?.length ? request.vector.tokens : (request.vector?.termIds ?? []);
  return {
    c: request.collection,
    q: request.vector ? undefined : request.text,
    v: request.vector && names.map((name, i) => `${name} ${request.vector.weights[i]}`).join('\n'),
    k: request.k,
    way,
    target: request.recallTarget,
    budget: request.timeBudgetMicros,
    filter: request.filterExpression,
    tenant: request.tenant,
    pipeline: request.pipeline,
    tree: request.node && formatTree(request.node),
    ...(way && request.mode ? request.mode[way] : {}),
  };
}

function wayOf(request) {
  if (request.node) return 'tree';
  if (request.pipeline) return 'pipeline';
  if (request.mode) return Object.keys(request.mode)[0];
  return request.recallTarget ? 'target' : undefined;
}
