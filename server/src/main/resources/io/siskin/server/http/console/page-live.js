/** Live charts of the server's metrics. */

import uPlot from './lib/uPlot.esm.js';
import {call} from './api.js';
import {fill, h} from './dom.js';
import {bytes, seconds, short} from './format.js';
import {CHARTS} from './live-charts.js';
import {parseMetrics} from './metrics.js';
import {command, empty, errorBox, head, table} from './widgets.js';

const SAMPLE_MILLIS = 2000;
const WINDOW_SECONDS = 15 * 60;
/** Over how many samples rates and percentiles are taken. */
const SPAN = 5;
const TABLE_ROWS = 15;
const TONES = ['search', 'encode', 'fetch', 'extra', 'other', 'wait'];
const FORMATS = {perSecond: (value) => `${short(value)}/s`, seconds, bytes, number: short, share: (value) => `${short(value * 100)} %`};

/** Samples of the last minutes. They outlive the page, so that one may look at another page meanwhile. */
const moments = [];
/** For each chart, its values by moment, so that each is computed once. */
const history = CHARTS.map(() => []);
const times = [];

function add(moment) {
  moments.push(moment);
  if (moments.length < 2) return;
  const before = moments[Math.max(0, moments.length - 1 - SPAN)];
  times.push(moment.seconds);
  CHARTS.forEach((chart, i) => history[i].push(chart.values(moment, before)));
  while (moments.length > SPAN + 1) moments.shift();
  while (times.length > 0 && times[0] < moment.seconds - WINDOW_SECONDS) {
    times.shift();
    history.forEach((values) => values.shift());
  }
}

/** One chart with its legend, whose values follow the pointer, and its table. */
class LiveChart extends HTMLElement {
  /** Which of the charts. */
  index = 0;
  #plot = null;
  #names = [];
  #legend = h('ul', {class: 'legend'});
  #canvas = h('div', {class: 'chart', 'aria-hidden': 'true'});
  #rows = h('div', {});
  #details = h('details', {ontoggle: () => this.#showTable()}, h('summary', {}, 'As a table'), this.#rows);
  #resize = new ResizeObserver(() => this.#plot?.setSize(this.#size()));

  connectedCallback() {
    const {title, note} = CHARTS[this.index];
    fill(this, h('h2', {}, title, note && h('small', {}, note)), this.#canvas, this.#legend, this.#details);
    this.#resize.observe(this.#canvas);
    this.show();
  }

  disconnectedCallback() {
    this.#resize.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  #size() {
    return {width: Math.max(this.#canvas.clientWidth, 120), height: 150};
  }

  /** Shows what was sampled since the last time. */
  show() {
    const values = history[this.index];
    const names = [...new Set(values.flatMap((one) => [...one.keys()]))];
    if (this.#plot === null || names.join('\n') !== this.#names.join('\n')) this.#rebuild(names);
    this.#plot.setData(this.#data());
    this.#showLegend();
    this.#showTable();
  }

  #data() {
    const columns = this.#names.map((name) => history[this.index].map((one) => finite(one.get(name))));
    const data = [times, ...columns];
    // Where sampling was paused, the line has a gap.
    const withGaps = data.map(() => []);
    times.forEach((time, i) => {
      if (i > 0 && time - times[i - 1] > (SAMPLE_MILLIS / 1000) * 4) withGaps.forEach((one, j) => one.push(j === 0 ? times[i - 1] + 1 : null));
      data.forEach((column, j) => withGaps[j].push(column[i]));
    });
    return withGaps;
  }

  #rebuild(names) {
    this.#names = names;
    this.#plot?.destroy();
    const format = FORMATS[CHARTS[this.index].unit];
    const color = (name) => () => getComputedStyle(this).getPropertyValue(name).trim();
    const axis = {stroke: color('--muted'), font: '11px system-ui, sans-serif', ticks: {show: false}, grid: {stroke: color('--line'), width: 1}};
    this.#plot = new uPlot(
      {
        ...this.#size(),
        legend: {show: false},
        padding: [8, 26, 0, 0],
        cursor: {sync: {key: 'live'}, drag: {x: false, y: false}, points: {size: 6}, y: false},
        scales: {
          x: {time: true, range: () => [now() - Math.max(60, Math.min(WINDOW_SECONDS, now() - (times[0] ?? now()))), now()]},
          y: {range: (_, low, high) => [0, high > 0 ? high * 1.15 : 1]},
        },
        axes: [
          {...axis, grid: {show: false}, space: 80, size: 24, values: (_, splits) => splits.map(clock)},
          {...axis, size: 62, values: (_, splits) => splits.map(format), space: 34},
        ],
        series: [
          {},
          ...names.map((_, i) => ({stroke: color(`--tone-${TONES[i % TONES.length]}`), width: 1.75, points: {show: false}, dash: i >= TONES.length ? [4, 3] : undefined})),
        ],
        hooks: {setCursor: [() => this.#showLegend()]},
      },
      [[], ...names.map(() => [])],
      this.#canvas,
    );
  }

  /** Draws again, in the colours of another theme. */
  recolor() {
    this.#plot?.redraw(false, true);
  }

  #showLegend() {
    const format = FORMATS[CHARTS[this.index].unit];
    const at = this.#plot?.cursor.idx;
    const shown = (i) => {
      const column = this.#plot?.data[i + 1] ?? [];
      return at === null || at === undefined ? column[column.length - 1] : column[at];
    };
    fill(
      this.#legend,
      this.#names.map((name, i) => h('li', {}, h('span', {class: `swatch tone-${TONES[i % TONES.length]}`}), `${name} `, h('b', {}, format(shown(i) ?? NaN)))),
      this.#names.length === 0 && h('li', {}, 'Nothing yet.'),
    );
  }

  #showTable() {
    if (!this.#details.open) return;
    const {unit, title} = CHARTS[this.index];
    const from = Math.max(0, times.length - TABLE_ROWS);
    const rows = times.slice(from).map((time, i) => [clock(time), ...this.#names.map((name) => FORMATS[unit](history[this.index][from + i].get(name) ?? NaN))]);
    fill(this.#rows, table(`${title}, the last samples`, ['Time', ...this.#names.map((name) => `#${name}`)], rows.reverse()));
  }
}

function notShown() {
  return empty(
    'The server shows no metrics on this port',
    h('p', {}, 'Metrics name all collections and models, so a server that others can reach shows them on this port only when it is told to:'),
    command('bin/siskin serve --data DATA --http-metrics=true'),
  );
}

function finite(value) {
  return Number.isFinite(value) ? value : null;
}

function now() {
  return Date.now() / 1000;
}

function clock(time) {
  return new Date(time * 1000).toLocaleTimeString('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit'});
}

class LivePage extends HTMLElement {
  #charts = CHARTS.map((_, i) => Object.assign(document.createElement('siskin-chart'), {index: i}));
  #wrong = h('div', {});
  #pause = h('button', {type: 'button', 'aria-pressed': 'false', 'data-first': true, onclick: () => this.#toggle()}, 'Pause');
  #timer = 0;
  #isPaused = false;
  #recolor = () => this.#charts.forEach((chart) => chart.recolor());

  connectedCallback() {
    fill(this, head('Live', h('span', {class: 'note'}, `a sample every ${SAMPLE_MILLIS / 1000} s, 15 minutes`), this.#pause), this.#wrong, h('div', {class: 'charts'}, this.#charts));
    document.addEventListener('themechange', this.#recolor);
    this.#sample();
  }

  disconnectedCallback() {
    document.removeEventListener('themechange', this.#recolor);
    clearTimeout(this.#timer);
  }

  #toggle() {
    this.#isPaused = !this.#isPaused;
    this.#pause.textContent = this.#isPaused ? 'Continue' : 'Pause';
    this.#pause.setAttribute('aria-pressed', String(this.#isPaused));
    clearTimeout(this.#timer);
    if (!this.#isPaused) this.#sample();
  }

  async #sample() {
    try {
      const sample = parseMetrics(await call('metrics', {type: 'text'}));
      add({seconds: now(), sample});
      fill(this.#wrong);
    } catch (error) {
      if (error.status === 404) {
        fill(this.#wrong, notShown());
        return;
      }
      fill(this.#wrong, errorBox(error));
    }
    if (!this.isConnected || this.#isPaused) return;
    this.#charts.forEach((chart) => chart.show());
    this.#timer = setTimeout(() => this.#sample(), SAMPLE_MILLIS);
  }
}

customElements.define('siskin-chart', LiveChart);
customElements.define('siskin-live', LivePage);
