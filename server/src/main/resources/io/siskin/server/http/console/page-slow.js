/** Slow queries that the server remembers. */

import {call} from './api.js';
import {fill, h} from './dom.js';
import {ago, count, nanos, plural, time} from './format.js';
import {modeName, planInWords} from './plan.js';
import {paramsOf} from './request.js';
import {linkTo} from './route.js';
import {command, empty, errorBox, facts, head, loading, stageBar} from './widgets.js';

class SlowPage extends HTMLElement {
  /** The state, from the address: `c`, a collection. */
  params = new URLSearchParams();

  async connectedCallback() {
    const place = h('div', {}, loading());
    fill(this, head('Slow queries', h('button', {type: 'button', onclick: () => this.#load(place)}, 'Refresh')), place);
    await this.#load(place);
  }

  async #load(place) {
    try {
      const {queries = []} = await call('v1/slow-queries', {query: {collection: this.params.get('c') ?? '', page_size: 200}});
      fill(place, queries.length === 0 ? nothing() : listOf(queries));
    } catch (error) {
      fill(place, errorBox(error));
    }
  }
}

function nothing() {
  return empty(
    'No search was slow',
    h('p', {}, 'The server remembers searches that take longer than a limit, which is 200 ms by default. Lower it to see more of them:'),
    command('bin/siskin serve --data DATA --slow-queries-limit-millis 20'),
  );
}

function listOf(queries) {
  const slowest = Math.max(...queries.map((one) => Number(one.timings?.totalNanos ?? 0)), 1);
  return [
    h('p', {class: 'note'}, `${plural(queries.length, 'search', 'searches')}, the latest first.`),
    h('ol', {class: 'slow'}, queries.map((query) => itemOf(query, slowest))),
  ];
}

function itemOf(query, slowest) {
  const request = query.request ?? {};
  const params = paramsOf(request);
  const counters = query.counters ?? {};
  const total = Number(query.timings?.totalNanos ?? 0);
  return h(
    'li',
    {},
    h(
      'details',
      {},
      h(
        'summary',
        {},
        h('span', {class: 'slow-time'}, nanos(total)),
        h('span', {class: 'slow-query'}, queryOf(request), h('small', {}, `${request.collection}, ${request.k ?? 10} hits, ${modeName(query.mode)}`)),
        h('span', {class: 'sized', vars: {'--share': total / slowest}}, stageBar(query.timings, false)),
        h('small', {class: 'slow-when', title: query.endTime}, `${ago(query.endTime)} ago`),
      ),
      h(
        'div',
        {class: 'slow-more'},
        h('p', {}, planInWords(query.mode).join(' ')),
        stageBar(query.timings),
        facts([
          ['Ended', time(query.endTime)],
          ['Hits', count(query.hitCount)],
          ['Filter', request.filterExpression || (request.filter ? 'as a message' : null)],
          ['Lists read', count(counters.listsVisited)],
          ['Blocks skipped', count(counters.blocksSkipped)],
          ['Blocks read', count(counters.blocksScored)],
          ['Postings added', count(counters.postingsScored)],
          ['Documents scored', count(counters.documentsScored)],
          ['Key', query.keyId || null],
          ['Trace', query.traceId ? h('code', {}, query.traceId) : null],
        ]),
        params && h('a', {class: 'button', href: linkTo('search', {params})}, 'Open in search'),
      ),
    ),
  );
}

function queryOf(request) {
  if (request.text !== undefined) return request.text;
  if (request.vector) return `a vector of ${plural(request.vector.weights?.length ?? 0, 'term')}`;
  return 'the query was not kept';
}

customElements.define('siskin-slow', SlowPage);
