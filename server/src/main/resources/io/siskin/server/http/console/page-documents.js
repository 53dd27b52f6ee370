/** Documents of a collection: look one up, change it, delete it, add one, and page through all. */

import {call, can, listCollections, pathOf} from './api.js';
import {fill, h} from './dom.js';
import {conditionOf, documentOf, plainFields, plainOf, typedOf, typeName, typesOf} from './fields.js';
import {count, plural} from './format.js';
import {linkTo, remember} from './route.js';
import {termsOf} from './vectors.js';
import {bars, choice, command, confirm, copyButton, dialog, empty, errorBox, head, labelled, loading, say} from './widgets.js';

const PAGE_SIZE = 20;
const TERMS = 30;
const PREVIEW = 160;
const LONG = 4000;

class DocumentsPage extends HTMLElement {
  /** The state, from the address: `c` collection, `id`, `filter`, `tenant`. */
  params = new URLSearchParams();
  #collections = [];
  #actions = h('div', {class: 'row'});
  #form = h('form', {class: 'search-form', onsubmit: (event) => this.#submit(event)});
  #place = h('div', {});

  async connectedCallback() {
    fill(this, head('Documents', this.#actions), this.#form, this.#place);
    fill(this.#place, loading());
    try {
      this.#collections = await listCollections();
      if (!this.isConnected) return;
      if (this.#collections.length === 0) this.#tellToIndex();
      else await this.#begin();
    } catch (error) {
      fill(this.#place, errorBox(error));
    }
  }

  #tellToIndex() {
    this.#form.hidden = true;
    fill(this.#place, empty('There is no collection yet', h('p', {}, 'Make one of a file with a document per line:'), command('bin/siskin index --input corpus.jsonl --output DATA')));
  }

  async #begin() {
    if (!this.params.get('c')) this.params.set('c', this.#collections[0].name);
    this.#build();
    await this.#load();
  }

  get #name() {
    return this.params.get('c');
  }

  get #collection() {
    return this.#collections.find((one) => one.name === this.#name || one.aliases?.includes(this.#name)) ?? {};
  }

  get #tenant() {
    return this.params.get('tenant') || undefined;
  }

  #build() {
    const names = this.#collections.flatMap((one) => [one.name, ...(one.aliases ?? [])]);
    if (!names.includes(this.#name)) names.push(this.#name);
    const fields = this.#collection.schema?.fields ?? [];
    const filter = h('input', {name: 'filter', type: 'text', class: 'mono', value: this.params.get('filter') ?? '', spellcheck: false, autocomplete: 'off', placeholder: 'all documents'});
    const hasTenant = Boolean(this.#collection.schema?.tenantField);
    fill(
      this.#form,
      h(
        'div',
        {class: 'search-more'},
        labelled('Collection', choice(names.map((name) => [name, name]), this.#name, {name: 'c', onchange: () => this.#change()})),
        labelled('Id', h('input', {name: 'id', type: 'text', class: 'mono', value: this.params.get('id') ?? '', spellcheck: false, autocomplete: 'off', placeholder: 'any', 'data-first': true})),
        hasTenant && labelled('Tenant', h('input', {name: 'tenant', type: 'text', value: this.params.get('tenant') ?? ''})),
        h(
          'div',
          {class: 'field wide'},
          labelled('Filter', filter),
          h('div', {class: 'chips'}, fields.slice(0, 12).map((field) => h('button', {type: 'button', class: 'chip', title: `Add a condition on ${field.name}`, onclick: () => addTo(filter, conditionOf(field))}, field.name, h('small', {}, typeName(field.type))))),
        ),
        h('button', {type: 'submit', class: 'primary'}, 'Show'),
      ),
    );
    fill(this.#actions, can('ROLE_WRITE', this.#name) && h('button', {type: 'button', onclick: () => this.#add()}, 'Add a document'));
  }

  #change() {
    this.params = new URLSearchParams({c: this.#form.elements.c.value});
    this.#go();
  }

  #submit(event) {
    event.preventDefault();
    this.params = new URLSearchParams([...new FormData(this.#form)].filter(([, value]) => value !== ''));
    this.#go();
  }

  #go() {
    remember(linkTo('documents', {params: Object.fromEntries(this.params)}));
    this.#build();
    this.#load();
  }

  async #load() {
    this.#place.setAttribute('aria-busy', 'true');
    try {
      if (this.params.get('id')) await this.#showOne(this.params.get('id'));
      else await this.#showAll();
    } catch (error) {
      fill(this.#place, errorBox(error));
    }
    this.#place.removeAttribute('aria-busy');
  }

  // All

  async #showAll() {
    const selection = this.params.get('filter') ? {filterExpression: this.params.get('filter')} : {};
    const body = {...selection, tenant: this.#tenant};
    const {count: total} = await call(pathOf(this.#name, '/documents/count'), {body});
    if (Number(total) === 0) {
      fill(this.#place, empty('No document', h('p', {}, this.params.get('filter') ? 'The filter leaves none.' : 'The collection is empty. Add a document, or write some with a client.')));
      return;
    }
    const list = h('ol', {class: 'documents'});
    const more = h('button', {type: 'button', onclick: () => next()}, 'More');
    let pageToken = '';
    let shown = 0;
    const summary = h('p', {class: 'summary', role: 'status'});
    const next = async () => {
      more.disabled = true;
      try {
        const page = await call(pathOf(this.#name, '/documents/scroll'), {body: {...body, pageSize: PAGE_SIZE, pageToken}});
        list.append(...(page.documents ?? []).map((one) => this.#row(one)));
        shown += page.documents?.length ?? 0;
        pageToken = page.nextPageToken ?? '';
        more.hidden = pageToken === '';
        summary.textContent = `${count(shown)} of ${plural(total, 'document')}, in the order of their positions`;
      } catch (error) {
        more.before(errorBox(error));
      }
      more.disabled = false;
    };
    fill(this.#place, summary, list, more);
    await next();
  }

  #row(document) {
    const fields = plainFields(document);
    return h(
      'li',
      {},
      h('a', {class: 'mono strong', href: linkTo('documents', {params: {c: this.#name, id: document.id, tenant: this.#tenant}})}, document.id),
      h('span', {class: 'preview'}, Object.entries(fields).map(([name, value]) => [h('span', {class: 'name'}, name), ` ${shortened(value)} `])),
    );
  }

  // One

  async #showOne(id) {
    const {documents = []} = await call(pathOf(this.#name, '/documents/get'), {body: {ids: [id], withVector: true, tenant: this.#tenant}});
    if (documents.length === 0) {
      fill(this.#place, empty('There is no such document', h('p', {}, `${this.#name} has no document with the id `, h('code', {}, id), '.')));
      return;
    }
    const document = documents[0];
    const terms = termsOf(document.vector);
    const mayWrite = can('ROLE_WRITE', this.#name);
    fill(
      this.#place,
      h(
        'div',
        {class: 'columns even'},
        h(
          'section',
          {},
          h('div', {class: 'page-head'}, h('h2', {class: 'mono'}, document.id), h('div', {class: 'row'}, copyButton(() => JSON.stringify({id: document.id, ...plainFields(document)}, null, 2), 'Copy as JSON'))),
          h('dl', {class: 'fields'}, Object.entries(plainFields(document)).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', String(value).length > LONG ? {class: 'long', tabindex: '0'} : {}, Array.isArray(value) ? value.map((one) => h('span', {class: 'tag'}, one)) : String(value))))),
          h('p', {class: 'note'}, `Position ${count(document.position)}.`),
          mayWrite && h('div', {class: 'row'}, h('button', {type: 'button', onclick: () => this.#update(document)}, 'Update fields'), h('button', {type: 'button', class: 'danger', onclick: () => this.#delete(document.id)}, 'Delete')),
        ),
        h('section', {}, h('h2', {}, plural(terms.length, 'term')), terms.length === 0 ? h('p', {}, 'The vector is empty, so no search finds the document.') : bars(terms.map((one) => ({label: one.term, value: one.weight})), {limit: TERMS, label: 'Terms of the document and their weights'})),
      ),
    );
  }

  #update(document) {
    // What is encoded is refused, so it is not offered.
    const fields = Object.fromEntries(Object.entries(document.fields ?? {}).sort().map(([name, value]) => [name, plainOf(value)]));
    delete fields[this.#collection.schema?.tenantField];
    return this.#editJson('Update fields', 'Fields', JSON.stringify(fields, null, 2), 'A field that you take out is removed. The text cannot be changed here, because the vector was made of it: add the document again instead.', async (text) => {
      const wanted = JSON.parse(text);
      const types = typesOf(this.#collection.schema);
      const set = {};
      for (const [name, value] of Object.entries(wanted)) {
        if (JSON.stringify(value) !== JSON.stringify(fields[name])) set[name] = typedOf(value, types[name]);
      }
      const remove = Object.keys(fields).filter((name) => !(name in wanted));
      const {results} = await call(pathOf(this.#name, '/documents/update'), {body: {updates: [{id: document.id, set, remove}], waitFor: 'WAIT_FOR_SEARCHABLE', tenant: this.#tenant}});
      throwRefusal(results[0]);
      say('Updated.');
      await this.#load();
    });
  }

  #add() {
    const isText = this.#collection.documentEncoder !== 'vector';
    const template = {id: 'new-1', ...(isText ? {text: 'The text of the document.'} : {vector: this.#collection.vocabulary === 'VOCABULARY_TERM_ID' ? {1: 1.5, 2: 0.5} : {term: 1.5}})};
    return this.#editJson('Add a document', 'Document', JSON.stringify(template, null, 2), 'A document with the same id is replaced as a whole.', async (text) => {
      const document = documentOf(JSON.parse(text), this.#collection);
      const {results} = await call(pathOf(this.#name, '/documents'), {method: 'PUT', body: {documents: [document], waitFor: 'WAIT_FOR_SEARCHABLE', tenant: this.#tenant}});
      throwRefusal(results[0]);
      say(results[0].outcome === 'WRITE_OUTCOME_REPLACED' ? 'Replaced.' : 'Added.');
      this.params.set('id', document.id);
      this.#go();
    });
  }

  #editJson(title, label, text, hint, save) {
    return dialog(title, (close) => {
      const area = h('textarea', {class: 'mono', rows: 12, spellcheck: false, value: text});
      const wrong = h('div', {});
      const submit = h('button', {type: 'submit', class: 'primary'}, 'Save');
      const send = async (event) => {
        event.preventDefault();
        submit.disabled = true;
        try {
          await save(area.value);
          close(true);
        } catch (error) {
          fill(wrong, errorBox(error));
        }
        submit.disabled = false;
      };
      return h(
        'form',
        {class: 'form', onsubmit: send},
        labelled(label, area, hint),
        wrong,
        h('div', {class: 'row end'}, h('button', {type: 'button', onclick: () => close()}, 'Cancel'), submit),
      );
    });
  }

  async #delete(id) {
    if (!(await confirm({title: `Delete ${id}?`, text: 'The document is gone then.', action: 'Delete'}))) return;
    try {
      await call(pathOf(this.#name, '/documents/delete'), {body: {ids: {ids: [id]}, waitFor: 'WAIT_FOR_SEARCHABLE', tenant: this.#tenant}});
      say('Deleted.');
      this.params.delete('id');
      this.#go();
    } catch (error) {
      this.#place.prepend(errorBox(error));
    }
  }
}

function throwRefusal(result) {
  if (result.outcome === 'WRITE_OUTCOME_REFUSED') throw new Error(result.error?.message ?? 'the document was refused');
  if (result.outcome === 'WRITE_OUTCOME_NOT_FOUND') throw new Error('there is no such document any more');
}

function addTo(input, condition) {
  const before = input.value.trim();
  input.value = `${before}${before ? ' and ' : ''}${condition}`;
  input.focus();
}

function shortened(value) {
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  return text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text;
}

customElements.define('siskin-documents', DocumentsPage);
