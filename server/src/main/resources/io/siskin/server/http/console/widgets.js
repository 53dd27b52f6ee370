/** Parts of pages: bars, commands to copy, dialogs, messages. */

import {fill, h, newId} from './dom.js';
import {bytes, nanos, score} from './format.js';
import {stagesOf} from './plan.js';

/**
 * Horizontal bars with their numbers.
 *
 * @param {Array<{label: string, value: number, note?: string, tone?: string}>} rows the bars, largest first
 * @param {{limit?: number, max?: number, format?: (value: number) => string, label: string, href?: (row: Object) => string}} options
 *   `limit`: how many are shown before one asks for more; `max`: the value of a full bar, by default the largest; `label`: what
 *   the bars are, for screen readers
 */
export function bars(rows, {limit = Infinity, max, format = score, label}) {
  const full = max ?? Math.max(...rows.map((row) => row.value), 0);
  const list = h('ol', {class: 'bars', 'aria-label': label});
  const show = (number) => {
    const shown = rows.slice(0, number).map((row) =>
      h(
        'li',
        {class: row.tone ? `bar tone-${row.tone}` : 'bar', title: row.note},
        h('span', {class: 'bar-label'}, row.label),
        h('span', {class: 'bar-track'}, h('span', {class: 'bar-fill', vars: {'--share': full > 0 ? row.value / full : 0}})),
        h('span', {class: 'bar-value'}, format(row.value)),
      ),
    );
    const rest = rows.length - shown.length;
    const more =
      rest > 0 && h('li', {}, h('button', {type: 'button', class: 'link', onclick: () => show(Infinity)}, `${rest} more`));
    fill(list, shown, more);
  };
  show(limit < rows.length && rows.length - limit > 1 ? limit : rows.length);
  return list;
}

/**
 * One bar that is cut into parts, with a legend.
 *
 * @param {Array<{name: string, value: number, tone: string}>} parts the parts, in order
 * @param {{label: string, format: (value: number) => string, legend?: boolean}} options what the bar is, for screen readers
 */
export function stack(parts, {label, format, legend = true}) {
  const total = parts.reduce((sum, part) => sum + part.value, 0) || 1;
  const said = parts.map((part) => `${part.name} ${format(part.value)}`).join(', ');
  return h(
    'div',
    {class: 'stack'},
    h(
      'div',
      {class: 'stack-bar', role: 'img', 'aria-label': `${label}: ${said}`},
      parts.map((part) =>
        h('span', {class: `stack-part tone-${part.tone}`, vars: {'--share': part.value / total}, title: `${part.name} ${format(part.value)}`}),
      ),
    ),
    legend &&
      h(
        'ul',
        {class: 'legend', 'aria-hidden': 'true'},
        parts.map((part) =>
          h('li', {}, h('span', {class: `swatch tone-${part.tone}`}), `${part.name} `, h('b', {}, format(part.value))),
        ),
      ),
  );
}

/** Where the time of a search went. @param {Object} timings a StageTimings @param {boolean} [legend] whether names are shown */
export function stageBar(timings, legend = true) {
  const parts = stagesOf(timings).stages.map((stage) => ({name: stage.name, value: stage.nanos, tone: stage.name}));
  return stack(parts, {label: 'Time by stage', format: nanos, legend});
}

const MEMORY = [
  ['heap', 'heapBytes', 'encode', 'on the heap of the server, an estimate'],
  ['anonymous', 'anonymousBytes', 'wait', 'outside of the heap and of files'],
  ['resident', 'residentBytes', 'search', 'what of the mapped files is in memory'],
];

/** The memory of a collection by kind. @param {Object} memory a CollectionMemory */
export function memoryBar(memory) {
  const parts = MEMORY.map(([name, field, tone]) => ({name, tone, value: Number(memory?.[field] ?? 0)}));
  return stack(parts, {label: 'Memory', format: bytes});
}

/** What a collection has in memory, in bytes. @param {Object} memory a CollectionMemory */
export function memoryBytes(memory) {
  return MEMORY.reduce((sum, [, field]) => sum + Number(memory?.[field] ?? 0), 0);
}

/** A button that copies a text. @param {() => string} text gives it @param {string} [name] what the button says */
export function copyButton(text, name = 'Copy') {
  const button = h('button', {type: 'button', class: 'quiet', onclick: copy}, name);
  async function copy() {
    const isDone = await toClipboard(text());
    button.textContent = isDone ? 'Copied' : 'Select and copy it';
    say(isDone ? 'Copied.' : 'The browser does not let the page copy.');
    setTimeout(() => (button.textContent = name), 1500);
  }
  return button;
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS there is no such API; the old one works.
  }
  const area = h('textarea', {class: 'offscreen', readOnly: true, 'aria-hidden': 'true'}, text);
  const focused = document.activeElement;
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const isDone = document.execCommand('copy');
  area.remove();
  focused?.focus();
  return isDone;
}

/** A command with a button to copy it. @param {string} text the command */
export function command(text) {
  return h('div', {class: 'command'}, h('pre', {tabindex: '0', 'aria-label': 'Command'}, h('code', {}, text)), copyButton(() => text));
}

/** What stands where there is nothing. @param {string} title what is missing @param {...*} children what to do */
export function empty(title, ...children) {
  return h('div', {class: 'empty'}, h('h2', {}, title), children);
}

/** An error in words. @param {Error & {violations?: Object[]}} error the error */
export function errorBox(error) {
  const violations = (error.violations ?? []).filter((one) => !error.message.includes(one.description));
  return h(
    'div',
    {class: 'error', role: 'alert'},
    h('p', {}, error.message),
    violations.length > 0 && h('ul', {}, violations.map((one) => h('li', {}, h('code', {}, one.field), ` ${one.description}`))),
  );
}

/** A quiet line that says that something is under way. @param {string} [text] what */
export function loading(text = 'Loading…') {
  return h('p', {class: 'loading', role: 'status'}, text);
}

/** Says something in passing, also to screen readers. @param {string} text what */
export function say(text) {
  const place = document.getElementById('said');
  if (!place) return;
  place.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (place.textContent = ''), 4000);
}

/**
 * Shows a dialog and waits until it is closed.
 *
 * @param {string} title its heading
 * @param {(close: (result?: any) => void) => Array} content makes what is in it
 * @returns {Promise<any>} what `close` was given; undefined when it was dismissed
 */
export function dialog(title, content) {
  return new Promise((resolve) => {
    const id = newId('dialog');
    const opener = document.activeElement;
    let result;
    const box = h('dialog', {'aria-labelledby': id, onclose: closed});
    function close(value) {
      result = value;
      box.close();
    }
    function closed() {
      box.remove();
      opener?.focus?.();
      resolve(result);
    }
    fill(box, h('h2', {id}, title), content(close));
    document.body.append(box);
    box.showModal();
  });
}

/**
 * Asks before something is done that cannot be taken back.
 *
 * @param {{title: string, text: string, action: string, typed?: string}} what `typed`: a name that must be typed
 * @returns {Promise<boolean>} whether it shall be done
 */
export function confirm({title, text, action, typed}) {
  return dialog(title, (close) => {
    const submit = h('button', {type: 'submit', class: 'danger', disabled: typed !== undefined}, action);
    const input =
      typed !== undefined &&
      h('input', {type: 'text', autocomplete: 'off', spellcheck: false, oninput: () => (submit.disabled = input.value !== typed)});
    return h(
      'form',
      {class: 'form', onsubmit: (event) => (event.preventDefault(), close(true))},
      h('p', {}, text),
      typed !== undefined && h('label', {}, h('span', {}, 'Type ', h('b', {}, typed), ' to confirm'), input),
      h('div', {class: 'row end'}, h('button', {type: 'button', onclick: () => close(false)}, 'Cancel'), submit),
    );
  }).then((isConfirmed) => isConfirmed === true);
}

/** A form control with its label. @param {string} label the label @param {Element} control it @param {string} [hint] a hint */
export function labelled(label, control, hint) {
  const hintId = hint && newId('hint');
  if (hintId) control.setAttribute('aria-describedby', hintId);
  return h('label', {class: 'field'}, h('span', {}, label), control, hint && h('small', {id: hintId}, hint));
}

/** A list to choose from. @param {Array<[string, string]>} options values and names @param {string} value the chosen one @param {Object} [props] more */
export function choice(options, value, props = {}) {
  const select = h('select', props, options.map(([key, name]) => h('option', {value: key}, name)));
  select.value = value;
  return select;
}

/** A table in a frame that scrolls where the page is narrow. @param {string} label what it is @param {string[]} heads its columns; one that begins with `#` has numbers @param {Array} rows its rows of cells */
export function table(label, heads, rows) {
  const isNumber = heads.map((head) => head.startsWith('#'));
  return h(
    'div',
    {class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': label},
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, heads.map((head, i) => h('th', {scope: 'col', class: isNumber[i] ? 'number' : null}, head.replace('#', ''))))),
      h(
        'tbody',
        {},
        rows.map((cells) =>
          cells instanceof Node ? cells : h('tr', {}, cells.map((cell, i) => h('td', {class: isNumber[i] ? 'number' : null}, cell))),
        ),
      ),
    ),
  );
}

/** Names and values. @param {Array<[string, any]>} pairs them; one without a value is left out */
export function facts(pairs) {
  return h(
    'dl',
    {class: 'facts'},
    pairs
      .filter(([, value]) => value !== null && value !== undefined && value !== false)
      .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  );
}

/** The head of a page. @param {string} title its title @param {...*} actions what stands beside it */
export function head(title, ...actions) {
  return h('div', {class: 'page-head'}, h('h1', {tabindex: '-1'}, title), h('div', {class: 'row'}, actions));
}
