/** What the server is, who the caller is to it, and how the console is used. */

import {SERVER, call, loadCaller} from './api.js';
import {fill, h} from './dom.js';
import {ago, time} from './format.js';
import {errorBox, facts, head, loading, table} from './widgets.js';

const ROLES = {ROLE_READ: 'read', ROLE_WRITE: 'read and write', ROLE_ADMIN: 'everything'};

class AboutPage extends HTMLElement {
  async connectedCallback() {
    const place = h('div', {class: 'sections'}, loading());
    fill(this, head('About'), place);
    try {
      const [server, caller] = await Promise.all([call('v1/server'), loadCaller()]);
      fill(place, serverSection(server), callerSection(server, caller), linksSection(), keysSection());
    } catch (error) {
      fill(place, errorBox(error));
    }
  }
}

function serverSection(server) {
  return h(
    'section',
    {},
    h('h2', {}, 'The server'),
    facts([
      ['Version', server.version],
      ['Kernels', server.kernels],
      ['Running since', server.startTime && `${time(server.startTime)} (${ago(server.startTime)})`],
      ['Address', SERVER.href],
    ]),
  );
}

function callerSection(server, caller) {
  return h(
    'section',
    {},
    h('h2', {}, 'You'),
    server.keysRequired ? null : h('p', {}, 'The server asks for no keys: everybody who reaches it may do everything.'),
    server.keysRequired ? facts([['Key', caller.keyId], ['Valid until', caller.expireTime ? time(caller.expireTime) : 'without end']]) : null,
    server.keysRequired ? table('What the key allows', ['Collections', 'May'], (caller.grants ?? []).map((grant) => [(grant.collections ?? []).join(', '), ROLES[grant.role] ?? grant.role])) : null,
  );
}

function linksSection() {
  return h(
    'section',
    {},
    h('h2', {}, 'The API'),
    h('p', {}, 'The console uses the public API only, so whatever it does, a program can do.'),
    h(
      'ul',
      {class: 'plain-list'},
      h('li', {}, h('a', {href: '../openapi.json'}, 'Description of the REST API'), ' (OpenAPI)'),
      h('li', {}, h('a', {href: '../metrics'}, 'Metrics'), ' (Prometheus)'),
    ),
  );
}

function keysSection() {
  return h(
    'section',
    {},
    h('h2', {}, 'Keyboard'),
    facts([
      [h('kbd', {}, '/'), 'go to the first field of the page'],
      [h('kbd', {}, 'Enter'), 'search by a text'],
      [[h('kbd', {}, 'Ctrl'), ' ', h('kbd', {}, 'Enter')], 'search by a vector'],
      [h('kbd', {}, 'Esc'), 'close a dialog'],
    ]),
  );
}

customElements.define('siskin-about', AboutPage);
