/**
 * Whether a ranking finds the customers on whom an action works: rank-weighted average treatment effects (Yadlowsky,
 * Fleming, Shah, Brunskill and Wager 2025) from doubly robust scores Γ (outcome-models.ts). With TOC(u) the mean Γ of the
 * share u ranked first, less that of all,
 *   AUTOC = ∫ TOC(u) du,   Qini = ∫ u · TOC(u) du.
 * The Qini is the area between the curve of outcomes gained and the straight line of a random order, in outcomes gained a
 * customer. A ranking that knows nothing has 0 for both, whatever the effect is; with equal ranks the order is taken as random.
 *
 * Intervals: percentile bootstrap over members, 95 %. A random column is above 0 half of the time, so only an interval above
 * 0 says that a ranking is of use. Other definitions (another scale, arms taken as equally large) give other figures.
 * Assumptions: members are independent; neither ranking nor Γ come from models that have seen the member.
 */
import { middle } from '../evaluation/bootstrap.ts';
import type { Figure } from '../evaluation/threshold-figures.ts';
import { z95 } from '../evaluation/wilson.ts';
import type { Random } from '../math/random.ts';

export interface RankedEffect {
  /** Mean effect on all members, in outcomes gained a contact. */
  readonly average: Figure;
  readonly autoc: Figure;
  readonly qini: Figure;
}

export interface EffectOfFirst {
  /** Ranked first, in (0, 1]. */
  readonly share: number;
  /** Mean effect on them, in outcomes gained a contact. */
  readonly effect: Figure;
}

/** @throws RangeError unless there are as many scores as ranks, at least one, all finite */
export function measureRanking(
  priority: Float64Array,
  scores: Float64Array,
  random: Random,
  resamples = 1_000,
): RankedEffect {
  checkRanking(priority, scores);
  const groups = rankGroups(priority);
  const itself = effectsOf(scores, groups, new Int32Array(scores.length).fill(1));
  const drawn = itself.map(() => new Float64Array(resamples));
  const counts = new Int32Array(scores.length);
  for (let r = 0; r < resamples; r++) {
    counts.fill(0);
    for (let i = scores.length; i > 0; i--) counts[random.below(scores.length)]!++;
    effectsOf(scores, groups, counts).forEach((figure, k) => (drawn[k]![r] = figure));
  }
  const [average, autoc, qini] = itself.map((value, k) => ({ value, ...middle(drawn[k]!, value) }));
  return { average: average!, autoc: autoc!, qini: qini! };
}

/** Whether the ranking may be used to choose customers. */
export function isOfUse({ autoc, qini }: RankedEffect): boolean {
  return autoc.low > 0 || qini.low > 0;
}

/** The effect on those who are ranked first, for several shares; equal ranks are taken in the order given. */
export function effectsOfFirst(
  priority: Float64Array,
  scores: Float64Array,
  shares: readonly number[] = [0.1, 0.2, 0.3, 0.5, 1],
): EffectOfFirst[] {
  checkRanking(priority, scores);
  const { order } = rankGroups(priority);
  return shares.map((share) => {
    const first = order.subarray(0, Math.max(1, Math.round(share * order.length)));
    return { share, effect: meanEffect(first, scores) };
  });
}

/** The effect on each tenth in the order of the ranks, the first tenth first. @throws RangeError with fewer than 20 ranks */
export function effectsOfTenths(priority: Float64Array, scores: Float64Array): Figure[] {
  checkRanking(priority, scores);
  const { order } = rankGroups(priority);
  if (order.length < 20) throw new RangeError(`there must be at least 20 ranks, found ${order.length}`);
  const end = (tenth: number): number => Math.round((tenth * order.length) / 10);
  return Array.from({ length: 10 }, (_, tenth) =>
    meanEffect(order.subarray(end(tenth), end(tenth + 1)), scores),
  );
}

function meanEffect(rows: Int32Array, scores: Float64Array): Figure {
  const mean = rows.reduce((sum, row) => sum + scores[row]!, 0) / rows.length;
  const squares = rows.reduce((sum, row) => sum + (scores[row]! - mean) ** 2, 0);
  const half = z95 * Math.sqrt(squares / Math.max(1, rows.length - 1) / rows.length);
  return { value: mean, low: mean - half, high: mean + half };
}

interface RankGroups {
  /** Rows by falling priority. */
  readonly order: Int32Array;
  /** Whether the row at each place ends a group of equal priority. */
  readonly isLast: Uint8Array;
}

function rankGroups(priority: Float64Array): RankGroups {
  const order = Int32Array.from(priority.keys()).sort((a, b) => priority[b]! - priority[a]! || a - b);
  const isLast = Uint8Array.from(order, (row, place) =>
    Number(place + 1 === order.length || priority[order[place + 1]!] !== priority[row]),
  );
  return { order, isLast };
}

/** Average, AUTOC and Qini; `counts` says how often each row is there. Within a group the mean moves evenly. */
function effectsOf(
  scores: Float64Array,
  { order, isLast }: RankGroups,
  counts: Int32Array,
): [number, number, number] {
  let [sum, size, ofMean, ofSum] = [0, 0, 0, 0];
  let [groupSum, groupSize] = [0, 0];
  for (let place = 0; place < order.length; place++) {
    const row = order[place]!;
    groupSum += counts[row]! * scores[row]!;
    groupSize += counts[row]!;
    if (isLast[place] === 0 || groupSize === 0) continue;
    // ∫ (sum + x · mean) / (size + x) dx and ∫ (sum + x · mean) dx over the group.
    const mean = groupSum / groupSize;
    ofMean += groupSum + (size === 0 ? 0 : (sum - size * mean) * Math.log1p(groupSize / size));
    ofSum += sum * groupSize + (groupSum * groupSize) / 2;
    sum += groupSum;
    size += groupSize;
    groupSum = groupSize = 0;
  }
  const average = sum / size;
  return [average, ofMean / size - average, ofSum / size ** 2 - average / 2];
}

function checkRanking(priority: Float64Array, scores: Float64Array): void {
  if (priority.length !== scores.length || scores.length === 0)
    throw new RangeError(
      `there must be a score for each of ${priority.length} ranks, found ${scores.length}`,
    );
  if (!priority.every(Number.isFinite) || !scores.every(Number.isFinite))
    throw new RangeError('ranks and scores must be finite');
}
