/** One collection: what it holds, what it takes, and what can be done with it. */

import {call, can, pathOf} from './api.js';
import {fill, h} from './dom.js';
import {typeName} from './fields.js';
import {ago, bytes, count, plural, time} from './format.js';
import {parseMetrics, sum} from './metrics.js';
import {modeName} from './plan.js';
import {recallPlot} from './recall-plot.js';
import {linkTo} from './route.js';
import {encodersOf, stateOf} from './page-collections.js';
import {confirm, dialog, errorBox, facts, head, labelled, loading, memoryBar, say, stack, table} from './widgets.js';

const STRUCTURES = ['search', 'encode', 'wait', 'fetch', 'other', 'added', 'extra'];

class CollectionPage extends HTMLElement {
  /** The name of the collection, from the address. */
  path = '';
  #body = h('div', {class: 'sections'});
  #actions = h('div', {class: 'row'});

  async connectedCallback() {
    fill(
      this,
      h('p', {class: 'crumbs'}, h('a', {href: linkTo('collections')}, 'Collections'), ' /'),
      head(this.path, this.#actions),
      this.#body,
    );
    fill(this.#body, loading());
    await this.#load();
  }

  async #load() {
    try {
      const [{collection}, snapshots, metrics] = await Promise.all([
        call(pathOf(this.path)),
        call(pathOf(this.path, '/snapshots')).catch(() => null),
        call('metrics', {type: 'text'}).then(parseMetrics).catch(() => null),
      ]);
      this.#show(collection, snapshots?.snapshots ?? null, metrics);
    } catch (error) {
      fill(this.#body, errorBox(error));
    }
  }

  #show(collection, snapshots, metrics) {
    const name = collection.name;
    const buttons = [h('a', {class: 'button primary', href: linkTo('search', {params: {c: name}})}, 'Search')];
    if (can('ROLE_WRITE', name)) buttons.push(this.#button('Flush', () => this.#flush(name)));
    if (can('ROLE_ADMIN', name)) {
      buttons.push(this.#button('Compact', () => this.#compact(name)));
      buttons.push(h('button', {type: 'button', class: 'danger', onclick: () => this.#drop(name)}, 'Drop'));
    }
    fill(this.#actions, buttons);
    fill(
      this.#body,
      this.#numbers(collection),
      this.#memory(collection, metrics),
      schemaSection(collection),
      encoderSection(collection),
      this.#aliases(collection),
      this.#segments(collection),
      recallSection(collection),
      snapshots && this.#snapshots(collection, snapshots),
    );
  }

  /** A button whose work takes a while: it is disabled until it is done, and what went wrong is said. */
  #button(label, work, props = {}) {
    const button = h('button', {
      type: 'button',
      ...props,
      onclick: async () => {
        button.disabled = true;
        button.setAttribute('aria-busy', 'true');
        try {
          await work();
        } catch (error) {
          await dialog(`${label}: that did not work`, (close) => [errorBox(error), h('div', {class: 'row end'}, h('button', {type: 'button', onclick: () => close()}, 'Close'))]);
        }
        button.disabled = false;
        button.removeAttribute('aria-busy');
      },
    }, label);
    return button;
  }

  #numbers(collection) {
    const numbers = [
      [count(collection.documentCount), 'documents'],
      [count(collection.deletedDocumentCount), 'deleted, still in files'],
      [count(collection.postingCount), 'postings'],
      [count(collection.termCount), 'terms'],
      [bytes(collection.lengthBytes), 'of files'],
      [count(collection.lastPosition), 'last position'],
    ];
    return h(
      'section',
      {class: 'plain'},
      h('p', {class: 'state-line'}, stateOf(collection), ` searched ${modeName(collection.defaultMode)} by default, with a recall target of ${Number(collection.defaultRecallTarget ?? 1).toFixed(2)}.`),
      h('ul', {class: 'numbers'}, numbers.map(([value, what]) => h('li', {}, h('b', {}, value), h('span', {}, what)))),
    );
  }

  #memory(collection, metrics) {
    const growing = metrics && sum(metrics, 'siskin_growing_documents', {collection: collection.name});
    const growingBytes = metrics && sum(metrics, 'siskin_growing_size_bytes', {collection: collection.name});
    return h(
      'section',
      {},
      h('h2', {}, 'Memory and log'),
      memoryBar(collection.memory),
      facts([
        ['Mapped files', bytes(collection.memory?.mappedBytes)],
        ['Log on the disk', bytes(collection.memory?.logBytes)],
        ['Growing segment', Number.isFinite(growing) ? `${plural(growing, 'document')}, ${bytes(growingBytes)}` : null],
      ]),
    );
  }

  #segments(collection) {
    const segments = collection.segments ?? [];
    const names = [...new Set(segments.flatMap((one) => (one.structures ?? []).map((structure) => structure.name)))];
    const toneOf = (name) => STRUCTURES[names.indexOf(name) % STRUCTURES.length];
    const sizeOf = (segment) => (segment.structures ?? []).reduce((total, one) => total + Number(one.lengthBytes), 0);
    const largest = Math.max(...segments.map(sizeOf), 1);
    return h(
      'section',
      {class: 'wide'},
      h('h2', {}, plural(segments.length, 'segment')),
      segments.length === 0
        ? h('p', {}, 'Nothing has been sealed into files yet.')
        : table(
            'Segments',
            ['Id', '#Documents', '#Postings', '#Size', 'Structures', '#Format'],
            segments.map((one) => [
              h('code', {title: one.id}, one.id.slice(0, 8)),
              count(one.documentCount),
              count(one.postingCount),
              bytes(sizeOf(one)),
              h(
                'div',
                {class: 'sized', vars: {'--share': sizeOf(one) / largest}},
                stack(
                  (one.structures ?? []).map((structure) => ({name: structure.name, value: Number(structure.lengthBytes), tone: toneOf(structure.name)})),
                  {label: 'Structures', format: bytes, legend: segments.length === 1},
                ),
              ),
              one.formatVersion,
            ]),
          ),
      segments.length > 1 && h('ul', {class: 'legend'}, names.map((name) => h('li', {}, h('span', {class: `swatch tone-${toneOf(name)}`}), name))),
    );
  }

  #aliases(collection) {
    const isAdmin = can('ROLE_ADMIN', collection.name);
    const aliases = collection.aliases ?? [];
    return h(
      'section',
      {},
      h('h2', {}, 'Aliases'),
      aliases.length === 0
        ? h('p', {}, 'No other name stands for this collection.')
        : h('ul', {class: 'plain-list'}, aliases.map((alias) => h('li', {}, h('code', {}, alias), isAdmin && this.#button('Remove', () => this.#removeAlias(alias), {class: 'quiet'})))),
      isAdmin && this.#button('Add an alias', () => this.#addAlias(collection.name)),
    );
  }

  #snapshots(collection, snapshots) {
    const isAdmin = can('ROLE_ADMIN', collection.name);
    return h(
      'section',
      {class: 'wide'},
      h('h2', {}, 'Snapshots'),
      snapshots.length === 0
        ? h('p', {}, 'A snapshot keeps the collection as it is now under a name. It takes no copy of its files.')
        : table(
            'Snapshots',
            ['Name', 'Made', '#Documents', '#Size', ''],
            snapshots.map((one) => [
              h('code', {}, one.name),
              h('span', {title: one.createTime}, `${time(one.createTime)} (${ago(one.createTime)} ago)`),
              count(one.documentCount),
              bytes(one.lengthBytes),
              isAdmin && h('div', {class: 'row'}, this.#button('Restore…', () => this.#restore(collection.name, one.name), {class: 'quiet'}), this.#button('Delete', () => this.#deleteSnapshot(collection.name, one.name), {class: 'quiet'})),
            ]),
          ),
      isAdmin && this.#button('Create a snapshot', () => this.#createSnapshot(collection.name)),
    );
  }

  // Actions

  async #flush(name) {
    await call(pathOf(name, '/flush'), {body: {}});
    say('Flushed: all writes are in segments.');
    await this.#load();
  }

  async #compact(name) {
    const isMeant = await confirm({
      title: `Compact ${name}?`,
      text: 'All segments are rewritten into one. The collection is searched and written meanwhile. It takes minutes for millions of documents.',
      action: 'Compact',
    });
    if (!isMeant) return;
    say('Compacting…');
    await call(pathOf(name, '/compact'), {body: {}});
    say('Compacted.');
    await this.#load();
  }

  async #drop(name) {
    const isMeant = await confirm({
      title: `Drop ${name}?`,
      text: 'All its documents and snapshots are removed. This cannot be taken back.',
      action: 'Drop the collection',
      typed: name,
    });
    if (!isMeant) return;
    try {
      await call(pathOf(name), {method: 'DELETE'});
      location.hash = linkTo('collections');
    } catch (error) {
      this.#body.prepend(errorBox(error));
    }
  }

  async #addAlias(collection) {
    const alias = await askName('Add an alias', 'Alias', 'It then names this collection, also if it named another one before.');
    if (!alias) return;
    await call(`v1/aliases/${encodeURIComponent(alias)}`, {method: 'PUT', body: {collection}});
    await this.#load();
  }

  async #removeAlias(alias) {
    if (!(await confirm({title: `Remove the alias ${alias}?`, text: 'Requests by this name will find nothing. The collection stays.', action: 'Remove'}))) return;
    await call(`v1/aliases/${encodeURIComponent(alias)}`, {method: 'DELETE'});
    await this.#load();
  }

  async #createSnapshot(name) {
    const snapshot = await askName('Create a snapshot', 'Name', 'Leave it empty for a name of the time.', false);
    if (snapshot === undefined) return;
    await call(pathOf(name, '/snapshots'), {body: {snapshot}});
    await this.#load();
  }

  async #restore(name, snapshot) {
    const newCollection = await askName(`Restore ${snapshot}`, 'Name of the new collection', 'All files are verified first.');
    if (!newCollection) return;
    await call(pathOf(name, `/snapshots/${encodeURIComponent(snapshot)}/restore`), {body: {newCollection}});
    location.hash = linkTo('collections', {path: newCollection});
  }

  async #deleteSnapshot(name, snapshot) {
    if (!(await confirm({title: `Delete the snapshot ${snapshot}?`, text: 'The state that it keeps is gone then.', action: 'Delete'}))) return;
    await call(pathOf(name, `/snapshots/${encodeURIComponent(snapshot)}`), {method: 'DELETE'});
    await this.#load();
  }
}

function askName(title, label, hint, isRequired = true) {
  return dialog(title, (close) => {
    const input = h('input', {type: 'text', required: isRequired, pattern: '[A-Za-z0-9_][A-Za-z0-9_.\\-]{0,127}', title: 'Letters, digits, _ . and -', spellcheck: false, autocomplete: 'off'});
    return h(
      'form',
      {class: 'form', onsubmit: (event) => (event.preventDefault(), close(input.value.trim()))},
      labelled(label, input, hint),
      h('div', {class: 'row end'}, h('button', {type: 'button', onclick: () => close()}, 'Cancel'), h('button', {type: 'submit', class: 'primary'}, 'Continue')),
    );
  });
}

function recallSection(collection) {
  const expectations = collection.recallExpectations ?? [];
  return h(
    'section',
    {class: 'wide'},
    h('h2', {}, 'What a recall target costs'),
    expectations.length === 0
      ? h('p', {}, 'The largest segment was not calibrated, so the default parameters are used up to a target of 0.98, and mode exact above it.')
      : [
          h('p', {class: 'note'}, 'Measured when the collection was calibrated. Times are those of the machine that built it.'),
          recallPlot(expectations),
        ],
  );
}

function schemaSection(collection) {
  const fields = collection.schema?.fields ?? [];
  return h(
    'section',
    {},
    h('h2', {}, 'Fields'),
    fields.length === 0
      ? h('p', {}, 'No field is declared, so filters have nothing to use.')
      : table('Declared fields', ['Name', 'Type'], fields.map((one) => [h('code', {}, one.name), [typeName(one.type), one.name === collection.schema.tenantField && h('span', {class: 'tag'}, 'tenant')]])),
    h('p', {class: 'note'}, 'Stored: ', (collection.storedFields ?? []).join(', ') || 'none', '.'),
  );
}

function encoderSection(collection) {
  let parameters;
  try {
    parameters = JSON.stringify(JSON.parse(collection.encoderParametersJson || '{}'), null, 2);
  } catch {
    parameters = collection.encoderParametersJson;
  }
  return h(
    'section',
    {},
    h('h2', {}, 'Encoders'),
    facts([
      ['Documents and queries', encodersOf(collection)],
      ['Terms are named', {VOCABULARY_TOKEN: 'by token', VOCABULARY_TERM_ID: 'by number', VOCABULARY_NONE: 'not yet: there is none'}[collection.vocabulary]],
      ['Average length', collection.textStatistics?.averageLength !== undefined ? `${Number(collection.textStatistics.averageLength).toFixed(1)} tokens` : null],
    ]),
    h('details', {}, h('summary', {}, 'Parameters'), h('pre', {tabindex: '0', 'aria-label': 'Parameters'}, h('code', {}, parameters))),
  );
}

customElements.define('siskin-collection', CollectionPage);
