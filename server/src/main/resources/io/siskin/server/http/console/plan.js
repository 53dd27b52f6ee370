/** Says in words how a search was evaluated. Pure functions. */

/** The name of a mode for people. @param {Object} [mode] a SearchMode */
export function modeName(mode) {
  if (mode?.exact) return 'exact';
  if (mode?.clustered) return 'clustered';
  if (mode?.scoreAtATime) return 'score at a time';
  return 'default';
}

function number(value) {
  return String(Number(Number(value ?? 0).toPrecision(4)));
}

/**
 * A plan in whole sentences.
 *
 * @param {Object} mode a SearchMode with all parameters, as an answer has it
 * @returns {string[]} the sentences
 */
export function planInWords(mode) {
  if (mode?.exact) {
    return ['Exact search. It finds the true best hits, and skips blocks whose upper bound cannot reach them.'];
  }
  if (mode?.clustered) {
    const {queryCut, heapFactor, firstSorted} = mode.clustered;
    return [
      queryCut === 1 ? 'Clustered search over the list of the heaviest term.' : `Clustered search over the lists of the ${queryCut} heaviest terms.`,
      `A block is skipped when its summary scores below ${number(heapFactor)} × the score of the last hit so far.`,
      ...(firstSorted ? ['The blocks of the heaviest term are visited best first.'] : []),
    ];
  }
  if (mode?.scoreAtATime) {
    const {postingFloor, candidateFloor, candidatesMax, budgetMicros} = mode.scoreAtATime;
    return [
      'Score-at-a-time search over impact-ordered lists.',
      Number(postingFloor) > 0
        ? `It adds postings that contribute at least ${number(postingFloor)} × the estimated last score.`
        : 'It adds all postings.',
      Number(candidateFloor) > 0
        ? `It scores documents exactly from ${number(candidateFloor)} × the last partial score.`
        : 'It scores every document that it met exactly.',
      ...(Number(candidatesMax) > 0 ? [`At most ${candidatesMax} documents are scored exactly.`] : []),
      ...(Number(budgetMicros) > 0 ? [`It stops after about ${budgetMicros} µs.`] : []),
    ];
  }
  return ['The server did not say how it searched.'];
}

/** The stages of a search with their names and shares. @param {Object} timings a StageTimings */
export function stagesOf(timings) {
  const stages = [
    {name: 'wait', nanos: Number(timings?.queueNanos ?? 0)},
    {name: 'encode', nanos: Number(timings?.encodeNanos ?? 0)},
    {name: 'search', nanos: Number(timings?.searchNanos ?? 0)},
    {name: 'fetch', nanos: Number(timings?.fetchNanos ?? 0)},
  ];
  const known = stages.reduce((total, stage) => total + stage.nanos, 0);
  const total = Math.max(known, Number(timings?.totalNanos ?? 0));
  return {total, stages: [...stages, {name: 'other', nanos: total - known}].filter((stage) => stage.nanos > 0)};
}
