/** Reads and writes sparse vectors as people type them. Pure functions. */

/**
 * Reads a vector: a JSON object of term to weight, a list of pairs, the API's own form, or lines of a term and a weight.
 *
 * @param {string} text what was typed
 * @param {boolean} byId whether terms are numbers, as `Collection.vocabulary` says
 * @returns {{tokens?: string[], termIds?: number[], weights: number[]}} the vector in the API's form
 * @throws {SyntaxError} saying what is wrong and what is allowed
 */
export function parseVector(text, byId) {
  const pairs = readPairs(text.trim());
  const names = [];
  const weights = [];
  for (const [name, weight] of pairs) {
    const number = typeof weight === 'number' ? weight : Number(weight);
    if (weight === '' || weight === null || !Number.isFinite(number) || number < 0 || number > 1e30) {
      throw new SyntaxError(`the weight of ${name} is ${weight}; allowed: 0 to 1e30`);
    }
    names.push(byId ? termId(name) : String(name));
    weights.push(number);
  }
  return byId ? {termIds: names, weights} : {tokens: names, weights};
}

function termId(name) {
  const id = Number(name);
  if (String(name).trim() === '' || !Number.isInteger(id) || id < 0 || id > 0xffffffff) {
    throw new SyntaxError(`the term ${name} is no term id; allowed: whole numbers from 0 to 4,294,967,295`);
  }
  return id;
}

function readPairs(text) {
  if (!text.startsWith('{') && !text.startsWith('[')) {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const parts = /^\s*(\S+)[\s:=]+(\S+)\s*$/.exec(line);
        if (!parts) throw new SyntaxError(`the line "${line.trim()}" is no term and weight; allowed: term 1.5`);
        return [parts[1].replace(/[:=]$/, ''), parts[2]];
      });
  }
  let json;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`the vector is no JSON: ${error.message}`);
  }
  if (Array.isArray(json)) {
    if (!json.every((pair) => Array.isArray(pair) && pair.length === 2)) {
      throw new SyntaxError('the list has something else than pairs; allowed: [["term", 1.5], …]');
    }
    return json;
  }
  const names = json.tokens ?? json.termIds ?? json.term_ids;
  if (Array.isArray(names) && Array.isArray(json.weights)) {
    if (names.length !== json.weights.length) {
      throw new SyntaxError(`${names.length} terms have ${json.weights.length} weights; allowed: one weight for each`);
    }
    return names.map((name, i) => [name, json.weights[i]]);
  }
  return Object.entries(json);
}

/**
 * The terms of a vector of the API, heaviest first.
 *
 * @param {{tokens?: string[], termIds?: number[], weights?: number[]}} vector the vector
 * @returns {Array<{term: string, weight: number}>} its terms
 */
export function termsOf(vector) {
  const names = vector?.tokens?.length ? vector.tokens : (vector?.termIds ?? []);
  return names
    .map((name, i) => ({term: String(name), weight: vector.weights[i]}))
    .sort((a, b) => b.weight - a.weight || (a.term < b.term ? -1 : 1));
}

/**
 * Writes a vector for people, one term a line, heaviest first.
 *
 * @param {{tokens?: string[], termIds?: number[], weights?: number[]}} vector the vector
 */
export function formatVector(vector) {
  return termsOf(vector)
    .map(({term, weight}) => `${term} ${Number(weight.toPrecision(6))}`)
    .join('\n');
}
