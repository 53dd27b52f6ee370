/** Numbers, sizes and times as text for people. Pure functions. */

const WHOLE = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});

/** A whole number with separators. @param {number | string} value the number; text as the API writes 64-bit numbers */
export function count(value) {
  return WHOLE.format(Number(value ?? 0));
}

/** A number with three significant digits. @param {number} value the number */
export function short(value) {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1e9) return `${digits(value / 1e9)} G`;
  if (size >= 1e6) return `${digits(value / 1e6)} M`;
  if (size >= 1e4) return `${digits(value / 1e3)} k`;
  return digits(value);
}

function digits(value) {
  const size = Math.abs(value);
  if (size >= 100) return WHOLE.format(value);
  if (size === 0) return '0';
  return String(Number(value.toFixed(size >= 10 ? 1 : size >= 0.01 ? 2 : 4)));
}

/** A size. @param {number | string} value bytes */
export function bytes(value) {
  const size = Number(value ?? 0);
  if (!Number.isFinite(size)) return '–';
  for (const [limit, name] of [[1e12, 'TB'], [1e9, 'GB'], [1e6, 'MB'], [1e3, 'kB']]) {
    if (size >= limit) return `${digits(size / limit)} ${name}`;
  }
  return `${digits(size)} B`;
}

/** A length of time. @param {number | string} value nanoseconds */
export function nanos(value) {
  const time = Number(value ?? 0);
  if (!Number.isFinite(time)) return '–';
  if (time >= 60e9) return `${digits(time / 60e9)} min`;
  if (time >= 1e9) return `${digits(time / 1e9)} s`;
  if (time >= 1e6) return `${digits(time / 1e6)} ms`;
  if (time > 0) return `${digits(time / 1e3)} µs`;
  return '0';
}

/** A length of time. @param {number} value seconds */
export function seconds(value) {
  return nanos(value * 1e9);
}

/** A score or a weight. @param {number} value the number */
export function score(value) {
  const size = Math.abs(value);
  return size >= 1000 ? value.toFixed(0) : size >= 100 ? value.toFixed(1) : size >= 10 ? value.toFixed(2) : value.toFixed(3);
}

/** An instant in local time. @param {string} instant RFC 3339 */
export function time(instant) {
  const date = new Date(instant);
  return Number.isNaN(date.getTime())
    ? '–'
    : date.toLocaleString('en-GB', {dateStyle: 'medium', timeStyle: 'medium'});
}

/** How long ago an instant was. @param {string} instant RFC 3339 @param {number} [now] milliseconds of the epoch */
export function ago(instant, now = Date.now()) {
  const passed = Math.max(0, (now - new Date(instant).getTime()) / 1000);
  if (passed < 60) return `${Math.floor(passed)} s`;
  if (passed < 3600) return `${Math.floor(passed / 60)} min`;
  if (passed < 172800) return `${Math.floor(passed / 3600)} h`;
  return `${Math.floor(passed / 86400)} days`;
}

/** A count with its noun. @param {number | string} value the count @param {string} one the noun @param {string} [many] its plural */
export function plural(value, one, many = `${one}s`) {
  return `${count(value)} ${Number(value) === 1 ? one : many}`;
}
