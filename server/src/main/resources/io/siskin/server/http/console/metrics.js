/** Reads the text format of Prometheus and computes rates and percentiles. Pure functions: no page, no network. */

/**
 * A sample of one moment: for each name, the series with their labels.
 *
 * @typedef {{labels: Object<string, string>, value: number}} Series
 * @typedef {Map<string, Series[]>} Sample
 */

/**
 * Reads a page of metrics. A line that is neither a comment nor a series is an error, so that a changed format is seen.
 *
 * @param {string} text the page
 * @returns {Sample} the series by the name that stands on their line (`x_bucket`, `x_sum`)
 */
export function parseMetrics(text) {
  const sample = new Map();
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const series = parseLine(line);
    if (!sample.has(series.name)) sample.set(series.name, []);
    sample.get(series.name).push({labels: series.labels, value: series.value});
  }
  return sample;
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,?)/y;
const VALUE = /^\s*(\S+)(\s+-?[0-9.]+)?(\s+#.*)?\s*$/;

function parseLine(line) {
  NAME.lastIndex = 0;
  const name = NAME.exec(line)?.[0];
  if (!name) throw new SyntaxError(`no name in the line of metrics: ${line}`);
  let at = NAME.lastIndex;
  const labels = {};
  if (line[at] === '{') {
    at++;
    while (line.slice(at).trimStart()[0] !== '}') {
      LABEL.lastIndex = at;
      const label = LABEL.exec(line);
      if (!label) throw new SyntaxError(`a broken label in the line of metrics: ${line}`);
      labels[label[1]] = unescapeLabel(label[2]);
      at = LABEL.lastIndex;
    }
    at = line.indexOf('}', at) + 1;
  }
  const value = VALUE.exec(line.slice(at));
  if (!value) throw new SyntaxError(`no value in the line of metrics: ${line}`);
  return {name, labels, value: parseValue(value[1], line)};
}

function unescapeLabel(text) {
  return text.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));
}

function parseValue(text, line) {
  if (text === '+Inf' || text === 'Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  if (text === 'NaN') return NaN;
  const value = Number(text);
  if (Number.isNaN(value)) throw new SyntaxError(`no number in the line of metrics: ${line}`);
  return value;
}

function matches(series, wanted) {
  return Object.entries(wanted).every(([name, value]) => series.labels[name] === value);
}

/**
 * Adds up the series of a name.
 *
 * @param {Sample} sample the moment
 * @param {string} name the name
 * @param {Object<string, string>} [wanted] labels that the series must have
 * @returns {number} the sum; NaN when there is none
 */
export function sum(sample, name, wanted = {}) {
  const found = (sample.get(name) ?? []).filter((series) => matches(series, wanted));
  return found.length === 0 ? NaN : found.reduce((total, series) => total + series.value, 0);
}

/**
 * Adds up the series of a name, apart for each value of one label.
 *
 * @param {Sample} sample the moment
 * @param {string} name the name
 * @param {string} label the label
 * @param {Object<string, string>} [wanted] labels that the series must have
 * @returns {Map<string, number>} the sums by the label's value
 */
export function sumBy(sample, name, label, wanted = {}) {
  const sums = new Map();
  for (const series of sample.get(name) ?? []) {
    const key = series.labels[label];
    if (key === undefined || !matches(series, wanted)) continue;
    sums.set(key, (sums.get(key) ?? 0) + series.value);
  }
  return sums;
}

/**
 * How much a counter grew per second. A counter that fell was reset by a restart and began at 0.
 *
 * @param {number} before its value at the earlier moment; NaN when it was not there, which counts as no rate
 * @param {number} after its value at the later moment
 * @param {number} seconds the time between, above 0
 */
export function rate(before, after, seconds) {
  const growth = after >= before ? after - before : after;
  return Number.isNaN(before) ? NaN : growth / seconds;
}

/**
 * The buckets of what a histogram counted between two moments, summed over its series.
 *
 * @param {Sample | null} before the earlier moment; null for all since the start
 * @param {Sample} after the later moment
 * @param {string} name the histogram, without `_bucket`
 * @param {Object<string, string>} [wanted] labels that the series must have
 * @returns {Array<{le: number, count: number}>} cumulative counts, by ascending bounds
 */
export function bucketsBetween(before, after, name, wanted = {}) {
  const now = sumBy(after, `${name}_bucket`, 'le', wanted);
  const then = before ? sumBy(before, `${name}_bucket`, 'le', wanted) : new Map();
  const infinite = [...now.keys()].find((le) => parseValue(le, le) === Infinity);
  // After a restart all counts are lower: then all of them are new.
  const isReset = infinite !== undefined && (then.get(infinite) ?? 0) > now.get(infinite);
  return [...now]
    .map(([le, count]) => ({le: parseValue(le, le), count: count - (isReset ? 0 : (then.get(le) ?? 0))}))
    .sort((a, b) => a.le - b.le);
}

/**
 * Estimates a quantile of a histogram, by a straight line within the bucket that holds it, as Prometheus does.
 *
 * @param {number} q which quantile: 0 to 1
 * @param {Array<{le: number, count: number}>} buckets cumulative counts, by ascending bounds, the last one infinite
 * @returns {number} the estimate; NaN when nothing was counted; the largest finite bound when it is above that
 */
export function quantile(q, buckets) {
  const total = buckets.length === 0 ? 0 : buckets[buckets.length - 1].count;
  if (!(total > 0)) return NaN;
  const rank = q * total;
  const i = buckets.findIndex((bucket) => bucket.count >= rank && bucket.count > 0);
  if (buckets[i].le === Infinity) return i === 0 ? NaN : buckets[i - 1].le;
  const lower = i === 0 ? 0 : buckets[i - 1].le;
  const below = i === 0 ? 0 : buckets[i - 1].count;
  const inside = buckets[i].count - below;
  return inside === 0 ? lower : lower + ((buckets[i].le - lower) * (rank - below)) / inside;
}
