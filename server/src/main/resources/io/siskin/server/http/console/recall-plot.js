/** A small plot of recall against time, with its table. */

import {fill, h} from './dom.js';
import {nanos} from './format.js';
import {modeName} from './plan.js';
import {choice, table} from './widgets.js';

const WIDTH = 640;
const HEIGHT = 250;
const LEFT = 46;
const RIGHT = 24;
const TOP = 18;
const BOTTOM = 38;

/**
 * Draws what recall targets lead to.
 *
 * @param {Object[]} expectations RecallExpectations
 */
export function recallPlot(expectations) {
  const sizes = [...new Set(expectations.map((one) => Number(one.k)))].sort((a, b) => a - b);
  const place = h('div', {class: 'plot-and-table'});
  const draw = (k) => {
    const points = expectations.filter((one) => Number(one.k) === k);
    fill(place, plot(points), tableOf(points));
  };
  const first = sizes.includes(10) ? 10 : sizes[0];
  draw(first);
  return h(
    'figure',
    {class: 'recall-plot'},
    h('label', {class: 'inline'}, 'Hits ', choice(sizes.map((k) => [String(k), String(k)]), String(first), {onchange: (event) => draw(Number(event.target.value))})),
    place,
  );
}

function tableOf(points) {
  return table(
    'Recall expectations',
    ['#Target', '#Recall', '#Median', 'Mode'],
    points.map((one) => [Number(one.recallTarget).toFixed(2), Number(one.recall).toFixed(3), nanos(one.medianMicros * 1000), modeName(one.mode)]),
  );
}

function plot(points) {
  const shown = points.map((one) => ({...one, micros: Math.max(Number(one.medianMicros), 1), recall: Number(one.recall)}));
  const times = shown.map((one) => one.micros);
  const low = Math.min(...times) / 1.3;
  const high = Math.max(...times) * 1.3;
  const bottom = Math.max(0, Math.floor((Math.min(...shown.map((one) => one.recall)) - 0.02) * 20) / 20);
  const x = (micros) => LEFT + ((WIDTH - LEFT - RIGHT) * Math.log(micros / low)) / Math.log(high / low);
  const y = (recall) => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * (recall - bottom)) / (1 - bottom || 1);
  const line = [...shown].sort((a, b) => a.micros - b.micros || a.recall - b.recall);
  return h(
    'svg:svg',
    {class: 'plot', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `Recall against time: ${line.map((one) => `${one.recall.toFixed(3)} in ${Math.round(one.micros)} µs`).join(', ')}`},
    ticks(bottom).map((recall) => [
      h('svg:line', {class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: y(recall), y2: y(recall)}),
      h('svg:text', {class: 'tick', x: LEFT - 8, y: y(recall) + 4, 'text-anchor': 'end'}, recall.toFixed(2)),
    ]),
    timeTicks(low, high).map((micros) => [
      h('svg:line', {class: 'grid', x1: x(micros), x2: x(micros), y1: TOP, y2: HEIGHT - BOTTOM}),
      h('svg:text', {class: 'tick', x: x(micros), y: HEIGHT - BOTTOM + 18, 'text-anchor': 'middle'}, nanos(micros * 1000)),
    ]),
    h('svg:polyline', {class: 'line', points: line.map((one) => `${x(one.micros)},${y(one.recall)}`).join(' ')}),
    line.map((one) =>
      h(
        'svg:circle',
        {class: one.mode?.exact ? 'dot exact' : 'dot', cx: x(one.micros), cy: y(one.recall), r: 5},
        h('svg:title', {}, `target ${Number(one.recallTarget).toFixed(2)}: recall ${one.recall.toFixed(3)} in ${Math.round(one.micros)} µs, ${modeName(one.mode)}`),
      ),
    ),
  );
}

function ticks(bottom) {
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25].find((one) => (1 - bottom) / one <= 5) ?? 0.25;
  const values = [];
  for (let recall = 1; recall >= bottom - 1e-9; recall -= step) values.push(Math.max(recall, 0));
  return values;
}

function timeTicks(low, high) {
  const values = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const digit of high / low < 8 ? [1, 1.5, 2, 3, 4, 5, 7] : [1, 2, 5]) values.push(digit * 10 ** power);
  }
  return values.filter((micros) => micros >= low && micros <= high);
}
