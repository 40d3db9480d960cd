/** Rows of a score file as rules ask about them. */
import type { GroupView } from '../../store/score-files/group-view.ts';
import { noReason, reasonsPerRow } from '../../store/score-files/group.ts';
import type { RuleRows } from './conditions/kind.ts';

/** Only the strongest reasons are stored: what the others add to the risk counts as 0, unless `contributions` says it. */
export function rowsOfGroup(view: GroupView, contributions?: RuleRows['contributions']): RuleRows {
  const { features } = view.header;
  let known: Float64Array | null = null;
  return {
    rowCount: view.rowCount,
    probability: view.column('probability'),
    monthlyValue: view.column('monthlyValue'),
    inputs: features.map((_, place) => view.input(place)),
    contributions: () => (known ??= contributions?.() ?? strongestOnly(view)),
    featureCount: features.length,
    identifiers: () => view.identifiers(),
  };
}

function strongestOnly(view: GroupView): Float64Array {
  const featureCount = view.header.features.length;
  const contributions = new Float64Array(view.rowCount * featureCount);
  const places = view.column('reasonFeatures');
  const points = view.column('reasonPoints');
  for (let k = 0; k < places.length; k++) {
    const row = Math.floor(k / reasonsPerRow);
    if (places[k] !== noReason) contributions[row * featureCount + places[k]!] = points[k]!;
  }
  return contributions;
}
