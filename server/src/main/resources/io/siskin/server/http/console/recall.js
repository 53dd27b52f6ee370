/** Compares an answer with the exact one. Pure functions. */

/**
 * @typedef {{id: string, score: number}} ScoredHit
 * @typedef {{recall: number, found: number, wanted: number, kthScore: number, missing: ScoredHit[],
 *   tied: ScoredHit[]}} RecallCheck
 */

/**
 * Compares hits with those of mode exact by score. A hit is right if its score reaches the exact k-th score. So where several
 * documents tie for the last places, any of them is right, and none of them is missing as long as as many were found.
 *
 * @param {ScoredHit[]} hits what was found
 * @param {ScoredHit[]} exact what mode exact found for the same request, best first
 * @returns {RecallCheck} `recall`: the share that was found, 1 when there was nothing to find. `missing`: the documents with
 *   more than the k-th score that were not found. `tied`: those with exactly the k-th score that were not found
 */
export function checkRecall(hits, exact) {
  const wanted = exact.length;
  if (wanted === 0) return {recall: 1, found: 0, wanted, kthScore: 0, missing: [], tied: []};
  const kthScore = exact[wanted - 1].score;
  const found = Math.min(wanted, hits.filter((hit) => hit.score >= kthScore).length);
  const ids = new Set(hits.map((hit) => hit.id));
  const absent = exact.filter((hit) => !ids.has(hit.id));
  return {
    recall: found / wanted,
    found,
    wanted,
    kthScore,
    missing: absent.filter((hit) => hit.score > kthScore),
    tied: absent.filter((hit) => hit.score === kthScore),
  };
}

/**
 * The middle one of some numbers.
 *
 * @param {number[]} values at least one
 * @returns {number} the middle one; of an even number of them, the lower of the two
 */
export function median(values) {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];
}
