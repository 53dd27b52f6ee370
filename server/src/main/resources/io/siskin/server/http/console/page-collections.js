/** The list of all collections. */

import {listCollections} from './api.js';
import {fill, h} from './dom.js';
import {bytes, count} from './format.js';
import {linkTo} from './route.js';
import {command, empty, errorBox, head, loading, memoryBytes, table} from './widgets.js';

class CollectionsPage extends HTMLElement {
  async connectedCallback() {
    const place = h('div', {}, loading());
    fill(this, head('Collections', h('button', {type: 'button', onclick: () => this.#load(place)}, 'Refresh')), place);
    await this.#load(place);
  }

  async #load(place) {
    try {
      const collections = await listCollections();
      fill(place, collections.length === 0 ? nothing() : listOf(collections));
    } catch (error) {
      fill(place, errorBox(error));
    }
  }
}

function nothing() {
  return empty(
    'There is no collection yet',
    h('p', {}, 'Make one of a file with a document per line, into the folder that the server serves. The server takes it over at once.'),
    command('bin/siskin index --input corpus.jsonl --output DATA'),
    h('p', {}, 'Or make an empty one, which takes documents over the API:'),
    command(`curl -s -X POST '${new URL('../v1/collections', document.baseURI)}' -H 'Content-Type: application/json' \\\n  -d '{"name": "notes", "encoderParametersJson": "{\\"encoder\\": \\"bm25\\"}"}'`),
  );
}

function listOf(collections) {
  const total = (field) => collections.reduce((sum, one) => sum + Number(one[field] ?? 0), 0);
  return [
    table(
      'Collections',
      ['Name', 'State', '#Documents', '#Size', '#Segments', '#In memory', 'Encoders'],
      collections.map((one) => [
        [h('a', {class: 'strong', href: linkTo('collections', {path: one.name})}, one.name), (one.aliases ?? []).map((alias) => [' ', h('span', {class: 'tag', title: 'alias'}, alias)])],
        stateOf(one),
        count(one.documentCount),
        bytes(one.lengthBytes),
        count(one.segments?.length ?? 0),
        bytes(memoryBytes(one.memory)),
        encodersOf(one),
      ]),
    ),
    h('p', {class: 'note'}, `${count(total('documentCount'))} documents in ${count(collections.length)} collections, ${bytes(total('lengthBytes'))} of files.`),
  ];
}

/** The encoders of a collection in a few words: the names of models where there are some. @param {Object} collection a Collection */
export function encodersOf(collection) {
  let parameters = {};
  try {
    parameters = JSON.parse(collection.encoderParametersJson || '{}');
  } catch {
    // Then the names of the API must do.
  }
  const documents = parameters.documents?.model?.name ?? collection.documentEncoder;
  const queries = parameters.queries?.model?.name ?? parameters.queries?.kind ?? collection.queryEncoder;
  return documents === queries ? documents : `${documents}, queries ${queries}`;
}

/** A badge with the state of a collection. @param {Object} collection a Collection */
export function stateOf(collection) {
  const isDamaged = collection.state === 'COLLECTION_STATE_DAMAGED';
  return h('span', {class: isDamaged ? 'state bad' : 'state good'}, isDamaged ? 'damaged' : 'serving');
}

customElements.define('siskin-collections', CollectionsPage);
