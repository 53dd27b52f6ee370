/** Finds the words of a text that matched terms of a query. Pure functions. */

const WORD = /[\p{L}\p{N}]+/gu;
const PIECE = '##';

/** What inflection adds to a stem: endings of English words that its stemmer takes away, or puts another letter for. */
const ENDINGS =
  /^(?:s|es|'s|ed|d|ing|ings|er|ers|ly|al|ally|ion|ions|ive|ate|ates|ated|ating|ation|ations|ment|ments|ness|ous|able|ible|e|y|ies|ied|ic|ical|ity|ities|or|ors|ance|ances|ence|ences|ful|ize|izes|ized|izing|ism|ist|ists)$/;

/**
 * Makes a function that says how strongly a word matched.
 *
 * A model's tokens are whole words and pieces that begin with `##`; a word matches if pieces make up all of it, and it has the
 * weight of its strongest piece. Stems match words that inflection makes of them. This is for the eye only: the server's own
 * analysis decides what matches.
 *
 * @param {Array<{term: string, weight: number}>} terms the matched terms and what each counts. A piece with weight 0 may be part
 *   of a word that another piece makes a match
 * @param {{stems?: boolean}} [options] `stems`: whether terms may be stems
 * @returns {(word: string) => number} the weight of the term that the word matches, 0 if none
 */
export function matcher(terms, {stems = false} = {}) {
  const weights = new Map();
  for (const {term, weight} of terms) weights.set(term.toLowerCase(), weight);
  const stemList = stems ? [...weights.keys()].filter((term) => term.length >= 3) : [];
  return (word) => {
    const lower = word.toLowerCase();
    const exact = weights.get(lower);
    if (exact > 0) return exact;
    const pieced = weightOfPieces(lower, weights);
    if (pieced > 0) return pieced;
    const plain = lower.normalize('NFD').replace(/\p{M}/gu, '');
    if (plain !== lower && weights.get(plain) > 0) return weights.get(plain);
    let best = 0;
    for (const stem of stemList) {
      if (isInflectionOf(lower, stem)) best = Math.max(best, weights.get(stem));
    }
    return best;
  };
}

function isInflectionOf(word, stem) {
  if (word.startsWith(stem)) {
    const ending = word.slice(stem.length);
    // A doubled last letter, as in "running" of "run".
    return ENDINGS.test(ending) || (ending[0] === stem.at(-1) && ENDINGS.test(ending.slice(1)));
  }
  // The stemmer writes i for y: "studi" is of "study" and "studying".
  return stem.endsWith('i') && word.startsWith(`${stem.slice(0, -1)}y`) && /^(?:ing|s)?$/.test(word.slice(stem.length));
}

function weightOfPieces(word, weights) {
  let at = 0;
  let best = 0;
  while (at < word.length) {
    let end = word.length;
    while (end > at && !weights.has((at === 0 ? '' : PIECE) + word.slice(at, end))) end--;
    if (end === at) return 0;
    best = Math.max(best, weights.get((at === 0 ? '' : PIECE) + word.slice(at, end)));
    at = end;
  }
  return best;
}

/**
 * Cuts a text into pieces that matched and pieces that did not. All pieces together are the text.
 *
 * @param {string} text the text
 * @param {(word: string) => number} match see {@link matcher}
 * @returns {Array<{text: string, weight: number}>} the pieces in order; weight 0 for what did not match
 */
export function highlight(text, match) {
  const pieces = [];
  let plainFrom = 0;
  for (const found of text.matchAll(WORD)) {
    const weight = match(found[0]);
    if (weight > 0) {
      if (found.index > plainFrom) pieces.push({text: text.slice(plainFrom, found.index), weight: 0});
      pieces.push({text: found[0], weight});
      plainFrom = found.index + found[0].length;
    }
  }
  if (plainFrom < text.length) pieces.push({text: text.slice(plainFrom), weight: 0});
  return pieces;
}

/**
 * Chooses the part of a long text that shows the most of what matched.
 *
 * @param {string} text the text
 * @param {(word: string) => number} match see {@link matcher}
 * @param {number} lengthMax how long the part may be, in UTF-16 code units
 * @returns {{text: string, before: boolean, after: boolean}} the part, and whether something is left out on each side
 */
export function passage(text, match, lengthMax) {
  if (text.length <= lengthMax) return {text, before: false, after: false};
  const words = [...text.matchAll(WORD)].map((found) => ({
    from: found.index,
    to: found.index + found[0].length,
    weight: match(found[0]),
    word: found[0].toLowerCase(),
  }));
  let best = {start: 0, value: 0};
  for (let i = 0; i < words.length; i++) {
    if (i > 0 && words[i].weight === 0) continue;
    // A word counts once, so that a part with many of them goes before a part that repeats one.
    const seen = new Set();
    let value = 0;
    for (let j = i; j < words.length && words[j].to - words[i].from <= lengthMax - 40; j++) {
      if (words[j].weight > 0 && !seen.has(words[j].word)) {
        seen.add(words[j].word);
        value += words[j].weight;
      }
    }
    if (value > best.value * 1.05) best = {start: words[i].from, value};
  }
  let from = best.start < 40 ? 0 : sentenceStart(text, best.start);
  from = Math.max(0, Math.min(from, text.length - lengthMax));
  while (from > 0 && /[\p{L}\p{N}]/u.test(text[from - 1])) from--;
  let to = Math.min(text.length, from + lengthMax);
  while (to < text.length && to > from && /[\p{L}\p{N}]/u.test(text[to])) to--;
  return {text: text.slice(from, to), before: from > 0, after: to < text.length};
}

function sentenceStart(text, at) {
  const from = Math.max(0, at - 40);
  const end = Math.max(text.lastIndexOf('. ', at), text.lastIndexOf('\n', at));
  return end >= from ? end + 1 + (text[end] === '.' ? 1 : 0) : from;
}
