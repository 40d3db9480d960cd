/** The inputs that members of a campaign were scored with before its launch, found again among the stored scores. */
import type { CellValue } from '../../ml/data/values.ts';
import type { MemberWithOutcome } from '../../store/campaign-members.ts';
import { Inputs } from '../../store/prediction-documents.ts';
import { noFilter } from '../../store/prediction-filters.ts';
import { readJson } from '../../store/json.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import { inputsOf } from '../../store/score-files/inputs.ts';
import { visitMatches } from '../../store/score-files/scan.ts';
import type { MatchingGroup } from '../../store/score-files/scan.ts';
import { visitSingles } from '../../store/score-files/singles.ts';
import { listScoredBatches } from '../../store/score-files/store.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { isSameProbability } from '../scoring/customer-record.ts';

type MemberInputs = Readonly<Record<string, CellValue>>;

/**
 * By customer. A score is the member's if it has the probability that the launch froze: later scores of the same customer may
 * know what came after it. Members whose score was removed are left out.
 */
export async function findMemberInputs(
  store: ScoreStore,
  members: readonly MemberWithOutcome[],
): Promise<Map<string, MemberInputs>> {
  const wanted = new Map(members.map(({ customerId, probability }) => [customerId, probability]));
  const found = new Map<string, MemberInputs>();
  const isWanted = (id: string, probability: number): boolean =>
    !found.has(id) && isSameProbability(wanted.get(id) ?? NaN, probability);
  for (const { id } of await listScoredBatches(store.db)) {
    if (found.size === wanted.size) return found;
    await visitMatches(store, { ...noFilter, batch: id }, (group) => {
      addGroup(found, group, isWanted);
    });
  }
  await visitSingles(
    store,
    noFilter,
    ({ id, customerId, probability }, row) => {
      if (customerId !== null && isWanted(customerId, probability))
        found.set(customerId, readJson(Inputs, String(row['inputs']), `inputs of prediction ${id}`));
    },
    ['inputs'],
  );
  return found;
}

function addGroup(
  found: Map<string, MemberInputs>,
  { view, rows }: MatchingGroup,
  isWanted: (id: string, probability: number) => boolean,
): void {
  const identifiers = view.identifiers();
  const probability = view.column('probability');
  for (const row of rows) {
    const id = textAt(identifiers, row);
    if (isWanted(id, probability[row]!)) found.set(id, inputsOf(view, row));
  }
}
