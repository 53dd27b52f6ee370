/** What the stages of a ranking tree did, and trees as text. */

import {h} from './dom.js';
import {count, nanos, score} from './format.js';
import {stack, table} from './widgets.js';

// In a bar, neighbours differ.
const TONES = ['search', 'fetch', 'encode', 'other', 'extra', 'wait'];

/** The tree that one begins to edit. */
export const FIRST_TREE = {name: 'best', limit: 10, sparse: {}};

/**
 * Writes a tree so that people can edit it.
 *
 * @param {Object} node a RankingNode
 * @returns {string} JSON with line breaks
 */
export function formatTree(node) {
  return JSON.stringify(node, null, 2);
}

/**
 * Reads a tree that a person wrote. The server checks what is in it.
 *
 * @param {string} text JSON
 * @returns {Object} a RankingNode
 * @throws {SyntaxError} when it is no object of JSON
 */
export function parseTree(text) {
  let node;
  try {
    node = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`The tree is not JSON: ${error.message}.`);
  }
  if (node === null || typeof node !== 'object' || Array.isArray(node)) {
    throw new SyntaxError('The tree must be a JSON object, for example {"limit": 10, "sparse": {}}.');
  }
  return node;
}

/**
 * The stages of an answer as the parts of a bar.
 *
 * @param {Object[]} stages the StageReports of an answer, inputs first
 * @returns {Array<{name: string, value: number, tone: string}>} their nanoseconds
 */
export function partsOfStages(stages) {
  return stages.map((stage, i) => ({name: stage.name, value: Number(stage.nanos ?? 0), tone: TONES[i % TONES.length]}));
}

/** The stages of an answer as a bar and a table. @param {Object[]} stages its StageReports, inputs first */
export function cascade(stages) {
  return [
    stack(partsOfStages(stages), {label: 'Time by stage of the tree', format: nanos}),
    table(
      'Stages of the tree',
      ['Stage', '#In', '#Scored', '#Out', '#Time'],
      stages.map((stage) => [
        [stage.name, stage.complete ? null : h('span', {class: 'warn'}, ' not complete')],
        count(stage.documentsIn),
        count(stage.documentsScored),
        count(stage.documentsOut),
        nanos(stage.nanos),
      ]),
    ),
    stages.filter((stage) => stage.expansion?.length > 0).map((stage) =>
      h('p', {class: 'note'}, `${stage.name} searched for: `, stage.expansion.map((one) => `${one.term} ${score(one.weight)}`).join(', ')),
    ),
  ];
}

/** A hit's scores at the stages. @param {Object<string, number>} [scores] by the names of the stages */
export function stageScores(scores) {
  const all = Object.entries(scores ?? {});
  return all.length > 0 && h('p', {class: 'hit-facts'}, all.map(([name, value]) => h('span', {}, `${name} `, h('b', {}, score(value)))));
}
