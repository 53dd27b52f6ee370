/** Search: a query, its hits and why they are there, how they were found, and whether they are the right ones. */

import {call, can, hasKey, listCollections, pathOf, SERVER} from './api.js';
import {cascade, FIRST_TREE, formatTree, parseTree, stageScores} from './cascade.js';
import {fill, h} from './dom.js';
import {conditionOf, typeName} from './fields.js';
import {count, nanos, plural, score} from './format.js';
import {highlight, matcher, passage} from './highlight.js';
import {modeName, planInWords} from './plan.js';
import {checkRecall, median} from './recall.js';
import {MODE_PARAMETERS, requestOf, WAYS} from './request.js';
import {linkTo, remember} from './route.js';
import {curl, grpcurl, python} from './snippets.js';
import {formatVector, termsOf} from './vectors.js';
import {bars, choice, command, confirm, dialog, empty, errorBox, facts, head, labelled, loading, say, stageBar} from './widgets.js';

const PASSAGE_LENGTH = 420;
const CONTRIBUTIONS = 6;
const EXPANSION = 14;
const RECALL_RUNS = 3;
const TITLES = ['title', 'question', 'name', 'headline', 'subject'];

class SearchPage extends HTMLElement {
  /** The state of the form, from the address. */
  params = new URLSearchParams();
  #collections = [];
  #running = null;
  #form = h('form', {class: 'search-form', onsubmit: (event) => this.#submit(event), oninput: () => this.#show()});
  #results = h('div', {class: 'results'});
  #about = h('aside', {class: 'about', 'aria-label': 'About this search'});
  #recall = h('div', {});

  async connectedCallback() {
    fill(
      this,
      head('Search', h('button', {type: 'button', onclick: () => this.#showCode()}, 'Use from code')),
      this.#form,
      h('div', {class: 'columns'}, this.#results, this.#about),
    );
    fill(this.#results, loading());
    try {
      this.#collections = await listCollections();
    } catch (error) {
      fill(this.#results, errorBox(error));
      return;
    }
    if (!this.isConnected) return;
    if (this.#collections.length === 0) this.#tellToIndex();
    else this.#begin();
  }

  disconnectedCallback() {
    this.#running?.abort();
  }

  #tellToIndex() {
    this.#form.hidden = true;
    fill(this.#about);
    fill(
      this.#results,
      empty(
        'There is no collection yet',
        h('p', {}, 'Make one of a file with a document per line, into the folder that the server serves:'),
        command('bin/siskin index --input corpus.jsonl --output DATA'),
        h('p', {}, 'Or try the demo, which brings a dictionary:'),
        command('bin/siskin demo'),
      ),
    );
  }

  #begin() {
    if (!this.params.get('c')) this.params.set('c', this.#collections[0].name);
    this.#build();
    this.#show();
    if (this.params.get('q') || this.params.get('v')) this.#run();
    else this.#tellHow();
  }

  #tellHow() {
    fill(this.#about);
    fill(
      this.#results,
      empty(
        'What are you looking for?',
        h('p', {}, 'Each hit comes with the terms that made its score. Beside the hits you see what the encoder made of the query, how the search was done, and whether its hits are those of an exact search.'),
      ),
    );
  }

  get #collection() {
    const name = this.params.get('c');
    return this.#collections.find((one) => one.name === name || one.aliases?.includes(name));
  }

  // The form

  #build() {
    const names = this.#collections.flatMap((one) => [one.name, ...(one.aliases ?? [])]);
    if (!names.includes(this.params.get('c'))) names.push(this.params.get('c'));
    const value = (name) => this.params.get(name) ?? '';
    const isVector = this.params.has('v');
    const text = h('textarea', {name: 'q', rows: 1, value: value('q'), spellcheck: false, 'aria-label': 'Query', placeholder: 'Type a query, then Enter', 'data-first': true, onkeydown: (event) => this.#enter(event)});
    const vector = h('textarea', {name: 'v', class: 'mono', rows: 5, value: value('v'), spellcheck: false, 'aria-label': 'Query vector', placeholder: 'term weight, one a line, or JSON: {"term": 1.5}', onkeydown: (event) => this.#enter(event)});
    const kind = choice([['text', 'Text'], ['vector', 'Vector']], isVector ? 'vector' : 'text', {name: 'kind', 'aria-label': 'Kind of query'});
    fill(
      this.#form,
      h(
        'div',
        {class: 'search-main'},
        choice(names.map((name) => [name, name]), this.params.get('c'), {name: 'c', 'aria-label': 'Collection'}),
        kind,
        h('div', {class: 'query'}, text, vector),
        h('button', {type: 'submit', class: 'primary'}, 'Search'),
      ),
      h(
        'div',
        {class: 'search-more'},
        labelled('Hits', h('input', {name: 'k', type: 'number', min: 1, max: 10000, value: value('k') || '10'})),
        labelled('How', choice(WAYS, value('way'), {name: 'way'})),
        this.#numberField('target', 'Recall target', {min: 0.01, max: 1, step: 'any', placeholder: '0.95'}, 'target'),
        Object.entries(MODE_PARAMETERS).map(([way, parameters]) =>
          parameters.map(({name, label, hint, ...props}) => this.#numberField(name, label, {...props, placeholder: hint}, way)),
        ),
        h('div', {class: 'field', 'data-ways': 'pipeline'}, labelled('Pipeline', choice([], '', {name: 'pipeline'}))),
        this.#treeField(value('tree')),
        this.#numberField('budget', 'Time budget, µs', {min: 10, max: 1000000, step: 1, placeholder: 'none'}, ' scoreAtATime'),
        h('div', {class: 'field tenant'}, labelled('Tenant', h('input', {name: 'tenant', type: 'text', value: value('tenant')}))),
        h(
          'div',
          {class: 'field wide'},
          labelled('Filter', h('input', {name: 'filter', type: 'text', class: 'mono', value: value('filter'), spellcheck: false, autocomplete: 'off', placeholder: 'all documents'})),
          h('div', {class: 'chips'}),
        ),
      ),
    );
  }

  #treeField(tree) {
    return h(
      'div',
      {class: 'field wide', 'data-ways': 'tree'},
      labelled('Tree', h('textarea', {name: 'tree', class: 'mono', rows: 8, value: tree || formatTree(FIRST_TREE), spellcheck: false, onkeydown: (event) => this.#enter(event)}), 'JSON, as in docs/ranking.md. Ctrl+Enter searches.'),
      h('div', {class: 'row'}, h('button', {type: 'button', class: 'store', onclick: () => this.#storeTree()}, 'Store as a pipeline')),
    );
  }

  #numberField(name, label, props, ways) {
    const input = h('input', {name, type: 'number', value: this.params.get(name) ?? '', ...props});
    return h('div', {class: 'field', 'data-ways': ways}, labelled(label, input));
  }

  /** Shows what goes with the chosen collection, kind and way. */
  #show() {
    const chosen = this.#form.elements;
    this.params.set('c', chosen.c.value);
    const collection = this.#collection;
    const isText = collection === undefined || collection.queryEncoder !== 'vector';
    chosen.kind.options[0].disabled = !isText;
    if (!isText) chosen.kind.value = 'vector';
    const isVector = chosen.kind.value === 'vector';
    chosen.q.hidden = isVector;
    chosen.v.hidden = !isVector;
    for (const field of this.#form.querySelectorAll('[data-ways]')) {
      // Of a list of ways, the empty one is the default.
      field.hidden = !field.dataset.ways.split(' ').includes(chosen.way.value);
    }
    const tenant = collection?.schema?.tenantField;
    this.#form.querySelector('.tenant').hidden = !tenant && chosen.tenant.value === '';
    this.#showFields(collection);
    this.#form.querySelector('.store').hidden = !can('ROLE_ADMIN', collection?.name ?? chosen.c.value);
    if (chosen.way.value === 'pipeline') this.#showPipelines(chosen.c.value);
  }

  /** Fills the list of stored pipelines, once for each collection. */
  async #showPipelines(collection, again = false) {
    const list = this.#form.elements.pipeline;
    if (list.dataset.of === collection && !again) return;
    list.dataset.of = collection;
    let names;
    try {
      const {pipelines} = await call(pathOf(collection, '/pipelines'));
      names = (pipelines ?? []).map((one) => one.name);
    } catch (error) {
      delete list.dataset.of;
      names = [];
      say(error.message);
    }
    const wanted = this.params.get('pipeline') ?? '';
    fill(list, (names.length > 0 ? names : ['']).map((name) => h('option', {value: name}, name || 'none is stored')));
    if (names.includes(wanted)) list.value = wanted;
  }

  async #storeTree() {
    const tree = this.#form.elements.tree.value;
    const name = await dialog('Store as a pipeline', (close) => {
      const input = h('input', {type: 'text', required: true, autocomplete: 'off', spellcheck: false, value: this.params.get('pipeline') ?? ''});
      return h(
        'form',
        {class: 'form', onsubmit: (event) => (event.preventDefault(), close(input.value.trim()))},
        h('p', {}, 'Searches of this collection can then name it. A pipeline of the same name is replaced.'),
        labelled('Name', input),
        h('div', {class: 'row end'}, h('button', {type: 'button', onclick: () => close()}, 'Cancel'), h('button', {type: 'submit', class: 'primary'}, 'Store')),
      );
    });
    if (!name) return;
    const collection = this.params.get('c');
    try {
      await call(pathOf(collection, `/pipelines/${encodeURIComponent(name)}`), {method: 'PUT', body: {node: parseTree(tree)}});
    } catch (error) {
      fill(this.#results, errorBox(error));
      return;
    }
    say(`Stored as ${name}.`);
    this.params.set('pipeline', name);
    this.#form.elements.way.value = 'pipeline';
    this.#show();
    await this.#showPipelines(collection, true);
    this.#form.elements.pipeline.value = name;
  }

  async #deletePipeline(collection, name) {
    if (!(await confirm({title: 'Delete the pipeline', text: `Searches that name ${name} will be refused.`, action: 'Delete'}))) return;
    try {
      await call(pathOf(collection, `/pipelines/${encodeURIComponent(name)}`), {method: 'DELETE'});
    } catch (error) {
      fill(this.#about, errorBox(error));
      return;
    }
    say(`Deleted ${name}.`);
    await this.#showPipelines(collection, true);
  }

  #editTree(node) {
    this.#form.elements.way.value = 'tree';
    this.#form.elements.tree.value = formatTree(node);
    this.#show();
    this.#form.elements.tree.focus();
  }

  #showFields(collection) {
    const declared = (collection?.schema?.fields ?? []).filter((field) => field.name !== collection.schema.tenantField);
    const chips = this.#form.querySelector('.chips');
    const key = JSON.stringify(declared);
    if (chips.dataset.key === key) return;
    chips.dataset.key = key;
    fill(
      chips,
      declared.slice(0, 12).map((field) =>
        h('button', {type: 'button', class: 'chip', title: `Add a condition on ${field.name}`, onclick: () => this.#addCondition(field)}, field.name, h('small', {}, typeName(field.type))),
      ),
    );
  }

  #addCondition(field) {
    const input = this.#form.elements.filter;
    const before = input.value.trim();
    input.value = `${before}${before ? ' and ' : ''}${conditionOf(field)}`;
    input.focus();
    const quote = input.value.lastIndexOf('""');
    if (quote >= 0) input.setSelectionRange(quote + 1, quote + 1);
  }

  #enter(event) {
    if (event.key === 'Enter' && !event.shiftKey && (event.target.name === 'q' || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#form.requestSubmit();
    }
  }

  #submit(event) {
    event.preventDefault();
    const params = new URLSearchParams();
    const isVector = this.#form.elements.kind.value === 'vector';
    for (const [name, value] of new FormData(this.#form)) {
      const isShown = name === (isVector ? 'v' : 'q') || !['q', 'v', 'kind'].includes(name);
      const isFieldHidden = this.#form.elements[name].closest('[data-ways]')?.hidden;
      if (isShown && !isFieldHidden && value !== '') params.set(name, value);
    }
    if (params.get('k') === '10') params.delete('k');
    if (!params.has('q') && !params.has('v')) return;
    this.params = params;
    remember(linkTo('search', {params: Object.fromEntries(params)}));
    this.#run();
  }

  // A search

  async #run() {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const signal = running.signal;
    this.#results.setAttribute('aria-busy', 'true');
    try {
      const collection = this.#collection;
      const request = requestOf(this.params, collection);
      const {collection: name, ...body} = request;
      // The server encodes a text once for both.
      const [answer, encoding] = await Promise.all([
        call(pathOf(name, '/search'), {body: {...body, explain: true}, signal}),
        request.vector ? {sparse: request.vector} : encode(request, signal).catch((error) => ({error})),
      ]);
      if (signal.aborted) return;
      this.#showHits(answer, collection, encoding.tokens ?? []);
      this.#showAbout(answer, request, encoding);
    } catch (error) {
      if (signal.aborted) return;
      fill(this.#results, errorBox(error));
      fill(this.#about);
    } finally {
      if (!signal.aborted) this.#results.removeAttribute('aria-busy');
    }
  }

  #showHits(answer, collection, tokens) {
    const hits = answer.hits ?? [];
    if (hits.length === 0) {
      fill(this.#results, empty('No document has a term of this query', this.#whyNothing(answer)));
      return;
    }
    // With a tree, scores may be 0 or negative.
    const best = Math.max(hits[0].score, Number.MIN_VALUE);
    const largest = Math.max(...hits.flatMap((hit) => (hit.contributions ?? []).map((one) => one.contribution)), 0);
    const isStemmed = /english/.test(collection?.encoderParametersJson ?? '');
    fill(
      this.#results,
      h('p', {class: 'summary', role: 'status'}, `${plural(hits.length, 'hit')} in `, h('b', {}, nanos(answer.timings?.totalNanos)), answer.unknownTerms ? `; ${plural(answer.unknownTerms, 'term')} of the query ${answer.unknownTerms === 1 ? 'is' : 'are'} unknown to the collection` : '', '. ', h('button', {type: 'button', class: 'link jump', onclick: () => this.#about.scrollIntoView()}, 'How it was found')),
      h('ol', {class: 'hits'}, hits.map((hit, i) => this.#hit(hit, i, {best, largest, tokens, isStemmed}))),
    );
  }

  #whyNothing(answer) {
    if (answer.unknownTerms > 0) {
      return h('p', {}, `The collection does not know ${plural(answer.unknownTerms, 'term')} of the query. A vector that was made for another vocabulary looks like this.`);
    }
    return h('p', {}, this.params.get('filter') ? 'The filter may leave nothing: try without it.' : 'Try other words.');
  }

  #hit(hit, rank, {best, largest, tokens, isStemmed}) {
    const contributions = hit.contributions ?? [];
    const top = Math.max(...contributions.map((one) => one.contribution), 0);
    const own = tokens.map((term) => ({term, weight: 0}));
    const match = matcher([...own, ...contributions.map((one) => ({term: one.term, weight: one.contribution / top}))], {stems: isStemmed});
    const {title, facts: small, texts} = partsOf(hit.fields ?? {});
    const id = h('a', {class: 'hit-id mono', href: linkTo('documents', {params: {c: this.params.get('c'), id: hit.id, tenant: this.params.get('tenant')}}), title: 'Look at the document'}, hit.id);
    return h(
      'li',
      {class: 'hit'},
      h('div', {class: 'hit-score'}, h('span', {class: 'rank'}, rank + 1), h('b', {}, score(hit.score)), h('span', {class: 'meter', 'aria-hidden': 'true'}, h('span', {class: 'bar-fill', vars: {'--share': Math.max(0, hit.score / best)}}))),
      h(
        'div',
        {class: 'hit-text'},
        h('div', {class: 'hit-head'}, title ? h('h2', {}, marked(title[1], match), ' ', id) : h('h2', {}, id)),
        texts.map(([name, text]) => passageOf(name, text, match)),
        small.length > 0 && h('p', {class: 'hit-facts'}, small.map(([name, value]) => h('span', {}, `${name} `, h('b', {}, value)))),
      ),
      h(
        'div',
        {class: 'hit-why'},
        bars(
          contributions.map((one) => ({label: one.term, value: one.contribution, tone: tokens.length > 0 && !tokens.includes(one.term) ? 'added' : undefined, note: `${score(one.queryWeight)} in the query × ${score(one.documentWeight)} in the document`})),
          {limit: CONTRIBUTIONS, max: largest, label: `What made the score of ${hit.id}`},
        ),
        stageScores(hit.stageScores),
      ),
    );
  }

  // About the search

  #showAbout(answer, request, encoding) {
    const counters = answer.counters ?? {};
    this.#recall = h('section', {});
    const stages = answer.stages ?? [];
    if (stages.length === 0) this.#offerRecall(request, answer);
    fill(
      this.#about,
      h('section', {}, h('h2', {}, 'The query as a vector'), this.#expansion(encoding)),
      this.#recall,
      stages.length > 0 && h('section', {class: 'cascade'}, h('h2', {}, 'The stages of the tree'), cascade(stages), this.#treeActions(answer, request)),
      h(
        'section',
        {},
        h('h2', {}, 'How it was found'),
        h('p', {}, planInWords(answer.mode).join(' ')),
        Number(counters.budgetExhausted) > 0 && h('p', {class: 'warn'}, 'The time budget ended the search before it was done.'),
        stageBar(answer.timings),
        facts([
          ['Lists read', count(counters.listsVisited)],
          ['Blocks bounded', count(counters.blocksBounded)],
          ['Blocks skipped', count(counters.blocksSkipped)],
          ['Blocks read', count(counters.blocksScored)],
          ['Postings added', count(counters.postingsScored)],
          ['Documents scored', count(counters.documentsScored)],
        ]),
      ),
    );
  }

  #treeActions(answer, {collection, pipeline}) {
    return (
      answer.pipelineNode &&
      h(
        'div',
        {class: 'row'},
        h('button', {type: 'button', onclick: () => this.#editTree(answer.pipelineNode)}, 'Edit as a tree'),
        can('ROLE_ADMIN', this.#collection?.name ?? collection) &&
          h('button', {type: 'button', class: 'danger', onclick: () => this.#deletePipeline(collection, pipeline)}, 'Delete the pipeline'),
      )
    );
  }

  #expansion({sparse, tokens, error}) {
    return error ? errorBox(error) : this.#terms(termsOf(sparse), new Set(tokens ?? []), sparse);
  }

  #terms(terms, own, vector) {
    const added = terms.filter((one) => own.size > 0 && !own.has(one.term)).length;
    const rows = terms.map(({term, weight}) => ({
      label: term,
      value: weight,
      tone: own.size > 0 && !own.has(term) ? 'added' : undefined,
      note: own.size === 0 ? undefined : own.has(term) ? 'a term of the query itself' : 'added by the encoder',
    }));
    const legend =
      added > 0 &&
      h('ul', {class: 'legend'}, h('li', {}, h('span', {class: 'swatch'}), 'in the query ', h('b', {}, terms.length - added)), h('li', {}, h('span', {class: 'swatch tone-added'}), 'added by the encoder ', h('b', {}, added)));
    return [
      terms.length === 0 ? h('p', {}, 'The query has no term.') : bars(rows, {limit: EXPANSION, label: 'Terms of the query and their weights'}),
      legend,
      !this.params.has('v') && terms.length > 0 && h('button', {type: 'button', onclick: () => this.#edit(vector)}, 'Edit as a vector'),
    ];
  }

  #edit(vector) {
    const chosen = this.#form.elements;
    chosen.kind.value = 'vector';
    chosen.v.value = formatVector(vector);
    this.#show();
    chosen.v.focus();
  }

  #offerRecall(request, answer) {
    const isExact = answer.mode?.exact !== undefined;
    fill(
      this.#recall,
      h('h2', {}, 'Recall of this query'),
      h('p', {}, isExact ? 'This search was exact, so its hits are the true best ones.' : `The search was ${modeName(answer.mode)}. Does it find what an exact search finds?`),
      h('button', {type: 'button', class: isExact ? '' : 'primary', onclick: () => this.#compare(request)}, 'Compare with exact'),
    );
  }

  async #compare(request) {
    const title = h('h2', {}, 'Recall of this query');
    const signal = this.#running.signal;
    fill(this.#recall, title, loading('Searching both ways…'));
    const {recallTarget, timeBudgetMicros, mode, ...rest} = request;
    const given = {recallTarget, timeBudgetMicros, mode};
    const ways = {found: {...rest, ...given}, exact: {...rest, mode: {exact: {}}}};
    const answers = {found: [], exact: []};
    try {
      // In turn, so that what else the machine does meets both alike.
      for (let run = 0; run < RECALL_RUNS; run++) {
        for (const [name, {collection, fields, ...body}] of Object.entries(ways)) {
          answers[name].push(await call(pathOf(collection, '/search'), {body, signal}));
        }
      }
    } catch (error) {
      if (!signal.aborted) fill(this.#recall, title, errorBox(error));
      return;
    }
    fill(this.#recall, title, comparison(answers.found, answers.exact));
  }

  #showCode() {
    let request;
    try {
      request = requestOf(this.params, this.#collection);
    } catch (error) {
      request = null;
    }
    const base = SERVER.href.replace(/\/$/, '');
    const host = SERVER.hostname;
    dialog('Use this search from code', (close) =>
      request === null || !(request.text || request.vector)
        ? [h('p', {}, 'Search for something first.'), h('div', {class: 'row end'}, h('button', {type: 'button', onclick: () => close()}, 'Close'))]
        : [
            h('h3', {}, 'curl'),
            command(curl(request, base, hasKey())),
            // The Python client makes trees of objects.
            !request.node && [h('h3', {}, 'Python'), command(python(request, host))],
            h('h3', {}, 'grpcurl'),
            command(grpcurl(request, host, hasKey())),
            h('p', {class: 'note'}, 'Python and grpcurl use the port of gRPC, 7700 unless the server was told otherwise.', hasKey() && ' They need the key in SISKIN_KEY.'),
            h('div', {class: 'row end'}, h('button', {type: 'button', onclick: () => close()}, 'Close')),
          ],
    );
  }
}

async function encode({collection, text, tenant}, signal) {
  const body = {collection, side: 'ENCODE_SIDE_QUERY', inputs: [{text}], tokens: true, tenant};
  const {encodings} = await call('v1/encode', {body, signal});
  return encodings[0];
}

/** Says how the hits of a search compare with the exact ones. */
function comparison(found, exact) {
  const check = checkRecall(found[0].hits ?? [], exact[0].hits ?? []);
  const timeOf = (answers) => median(answers.map((answer) => Number(answer.timings?.searchNanos ?? 0)));
  const [foundTime, exactTime] = [timeOf(found), timeOf(exact)];
  const most = Math.max(foundTime, exactTime);
  return [
    h('p', {class: 'recall'}, h('b', {}, check.recall.toFixed(2)), h('span', {}, `${check.found} of the ${plural(check.wanted, 'true best hit')} found`)),
    bars(
      [
        {label: modeName(found[0].mode), value: foundTime},
        {label: 'exact', value: exactTime, tone: 'added'},
      ],
      {format: nanos, max: most, label: 'Time of the evaluation'},
    ),
    h('p', {class: 'note'}, `Time of the evaluation, the median of ${RECALL_RUNS} runs each, in turn.`),
    check.missing.length > 0 && [
      h('h3', {}, 'Missing documents'),
      h('ul', {class: 'missing'}, check.missing.map((hit) => h('li', {}, h('span', {class: 'mono'}, hit.id), h('b', {}, score(hit.score))))),
    ],
    check.tied.length > 0 && h('p', {class: 'note'}, `${plural(check.tied.length, 'document')} of mode exact ${check.tied.length === 1 ? 'has' : 'have'} the score of the last hit and may be replaced by others that tie.`),
  ];
}

/** Sorts fields into a title, short values and texts. */
function partsOf(fields) {
  const entries = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const title = TITLES.map((name) => entries.find((entry) => entry[0] === name && entry[1].trim() !== '')).find((entry) => entry) ?? null;
  const rest = entries.filter((entry) => entry !== title && entry[1] !== '');
  const isText = ([name, value]) => name === 'text' || value.length > 80;
  return {title, facts: rest.filter((entry) => !isText(entry)), texts: rest.filter(isText)};
}

function marked(text, match) {
  return highlight(text, match).map((piece) => {
    if (piece.weight === 0) return piece.text;
    const strength = piece.weight > 0.6 ? 3 : piece.weight > 0.25 ? 2 : 1;
    return h('mark', {class: `strength-${strength}`}, piece.text);
  });
}

function passageOf(name, text, match) {
  const part = passage(text, match, PASSAGE_LENGTH);
  const paragraph = h('p', {class: 'passage', title: name === 'text' ? null : name});
  const showPart = () =>
    fill(
      paragraph,
      part.before && '… ',
      marked(part.text, match),
      part.after && '… ',
      (part.before || part.after) && h('button', {type: 'button', class: 'link', onclick: showAll}, 'whole text'),
    );
  const showAll = () => fill(paragraph, marked(text, match), ' ', h('button', {type: 'button', class: 'link', onclick: showPart}, 'less'));
  showPart();
  return paragraph;
}

customElements.define('siskin-search', SearchPage);
