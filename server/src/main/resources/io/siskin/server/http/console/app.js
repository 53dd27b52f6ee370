/** The frame of the console: navigation, theme, key, and what to do while the server is away. */

import './page-search.js';
import './page-collections.js';
import './page-collection.js';
import './page-documents.js';
import './page-live.js';
import './page-slow.js';
import './page-about.js';
import {SERVER, call, events, forgetKey, hasKey, loadCaller, onKeyWanted, probe} from './api.js';
import {fill, h} from './dom.js';
import {dialog, labelled} from './widgets.js';
import {linkTo, readRoute} from './route.js';

const PAGES = [
  ['search', 'Search', 'siskin-search'],
  ['collections', 'Collections', 'siskin-collections'],
  ['documents', 'Documents', 'siskin-documents'],
  ['live', 'Live', 'siskin-live'],
  ['slow', 'Slow queries', 'siskin-slow'],
  ['about', 'About', 'siskin-about'],
];

const PROBE_MILLIS = 2000;

const links = PAGES.map(([name, title]) => h('a', {href: linkTo(name)}, title));
const main = h('main', {id: 'main', tabindex: '-1'});
const away = h('div', {class: 'away', role: 'alert', hidden: true});
const version = h('span', {class: 'version'});
const keyButton = h('button', {type: 'button', class: 'quiet', hidden: true, onclick: leave}, 'Forget the key');
const themeButton = h('button', {type: 'button', class: 'quiet', onclick: switchTheme});
let isFirst = true;

function frame() {
  const brand = h('a', {class: 'brand', href: linkTo('search')}, h('img', {src: 'icon.svg', alt: '', width: 26, height: 26}), 'Siskin');
  fill(
    document.getElementById('app'),
    h(
      'header',
      {class: 'side'},
      brand,
      h('nav', {'aria-label': 'Pages'}, links),
      h('div', {class: 'side-foot'}, version, keyButton, themeButton),
    ),
    h('div', {class: 'content'}, away, main),
    h('p', {id: 'said', class: 'said', role: 'status'}),
  );
  document.getElementById('skip').addEventListener('click', (event) => {
    // The hash of the address says which page is shown, so it must not change.
    event.preventDefault();
    main.focus();
  });
}

function show() {
  const {name, path, params} = readRoute();
  const isOne = name === 'collections' && path !== '';
  const page = PAGES.find(([key]) => key === name) ?? PAGES[0];
  const element = document.createElement(isOne ? 'siskin-collection' : page[2]);
  element.path = path;
  element.params = params;
  links.forEach((link, i) => {
    if (PAGES[i] === page) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  });
  document.title = `${isOne ? path : page[1]} · Siskin`;
  fill(main, element);
  window.scrollTo(0, 0);
  if (!isFirst) main.querySelector('h1')?.focus({preventScroll: true});
  isFirst = false;
}

function theme() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
}

function nameTheme() {
  themeButton.textContent = theme() === 'dark' ? 'Light theme' : 'Dark theme';
  document.dispatchEvent(new Event('themechange'));
}

function switchTheme() {
  const next = theme() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem('siskin.theme', next);
  } catch {
    // Then the choice lasts as long as the page.
  }
  nameTheme();
}

function leave() {
  forgetKey();
  location.reload();
}

/** Shows a form for a key over the page, which stays as it is, until a key is right. */
async function askForKey(refusal, check) {
  let isDone = false;
  let wrong = refusal;
  while (!isDone) {
    isDone = await dialog('A key, please', (close) => keyForm(wrong, check, close));
    // Without a key there is nothing to see, so the form comes again when it is dismissed.
  }
}

function keyForm(refusal, check, close) {
  const input = h('input', {type: 'password', autocomplete: 'current-password', required: true, spellcheck: false});
  const wrong = h('p', {class: 'wrong', role: 'alert'}, refusal ?? '');
  const submit = h('button', {type: 'submit', class: 'primary'}, 'Continue');
  async function send(event) {
    event.preventDefault();
    submit.disabled = true;
    wrong.textContent = '';
    try {
      const reason = await check(input.value.trim());
      if (reason === null) close(true);
      else wrong.textContent = reason;
    } catch (error) {
      wrong.textContent = error.message;
    }
    submit.disabled = false;
  }
  return h(
    'form',
    {class: 'form', onsubmit: send},
    h('p', {}, 'This server asks for a key. It is kept in this tab until the tab is closed, and is sent to this server only.'),
    // Password managers want a name beside a password.
    h('input', {type: 'text', autocomplete: 'username', value: 'siskin', hidden: true, 'aria-hidden': 'true', tabindex: '-1'}),
    labelled('Key', input),
    wrong,
    h('div', {class: 'row end'}, submit),
  );
}

async function watchServer() {
  for (;;) {
    fill(
      away,
      h('b', {}, 'The server does not answer.'),
      ` The console asks ${SERVER.href} every ${PROBE_MILLIS / 1000} seconds. What you see is from before.`,
    );
    away.hidden = false;
    await new Promise((resolve) => setTimeout(resolve, PROBE_MILLIS));
    if (await probe()) return;
  }
}

async function loadServer() {
  try {
    const [server] = await Promise.all([call('v1/server'), loadCaller()]);
    version.textContent = `Version ${server.version}`;
    main.dataset.keys = String(server.keysRequired === true);
  } catch {
    // The page says what is wrong.
  }
}

frame();
nameTheme();
onKeyWanted(askForKey);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', nameTheme);
events.addEventListener('unreachable', watchServer);
events.addEventListener('reachable', () => {
  away.hidden = true;
  loadServer();
  if (main.querySelector('.error')) show();
});
events.addEventListener('caller', () => {
  keyButton.hidden = !hasKey();
});
window.addEventListener('hashchange', show);
document.addEventListener('keydown', (event) => {
  const isTyping = event.target.closest?.('input, textarea, select, dialog');
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const input = main.querySelector('[data-first]');
    if (input) {
      event.preventDefault();
      input.focus();
    }
  }
});
await loadServer();
show();
