/** The customers that a campaign is for: the latest score of each one that its filter finds. */
import type { CampaignFilter } from '../../store/campaigns.ts';
import { readJson } from '../../store/json.ts';
import { Reasons } from '../../store/prediction-documents.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import { reasonPoints } from '../../store/score-files/rows.ts';
import type { MatchingGroup } from '../../store/score-files/scan.ts';
import { visitMatches } from '../../store/score-files/scan.ts';
import { visitSingles } from '../../store/score-files/singles.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { currentPopulation, withinPopulation } from '../analytics/population.ts';
import { readExclusions } from './exclusions.ts';
import type { Exclusion, Exclusions } from './exclusions.ts';
import { raisingReason } from './harm.ts';

/** One entry a customer. */
export interface Candidates {
  readonly customerIds: readonly string[];
  readonly probability: Float64Array;
  /** NaN: not known. */
  readonly monthlyValue: Float64Array;
  /** What raised each one's probability most; null: nothing. */
  readonly reason: readonly (string | null)[];
  /** The action that a plan chose for each, from 1; null: there is no plan. */
  readonly plannedArm: readonly number[] | null;
  /** `tooMany`: beyond the largest campaign. */
  readonly leftOut: Readonly<Record<Exclusion | 'tooMany', number>>;
}

/** The split of so many customers is written in one transaction. */
export const mostMembers = 100_000;

export async function findCandidates(store: ScoreStore, filter: CampaignFilter): Promise<Candidates> {
  const asked = withinPopulation({ ...filter, population: null }, await currentPopulation(store.db));
  const found = createCollection(await readExclusions(store.db));
  await visitSingles(
    store,
    asked,
    ({ id, customerId, probability, monthlyValue }, row) => {
      const { strongest } = readJson(Reasons, String(row['reasons']), `reasons of prediction ${id}`);
      found.add({
        customerId: customerId ?? '',
        probability,
        monthlyValue,
        reason: raisingReason(strongest),
      });
    },
    ['reasons'],
  );
  await visitMatches(store, asked, (group) => {
    addGroup(found, group);
  });
  return found.end();
}

type Collection = ReturnType<typeof createCollection>;

function addGroup(found: Collection, { view, rows }: MatchingGroup): void {
  const identifiers = view.identifiers();
  const probability = view.column('probability');
  const monthlyValue = view.column('monthlyValue');
  for (const row of rows)
    found.add({
      customerId: textAt(identifiers, row),
      probability: probability[row]!,
      monthlyValue: monthlyValue[row]!,
      reason: raisingReason(reasonPoints(view, row)),
    });
}

interface Candidate {
  /** Empty: none. */
  readonly customerId: string;
  readonly probability: number;
  readonly monthlyValue: number;
  readonly reason: string | null;
}

function createCollection(whyLeftOut: Exclusions) {
  /** A filter by file may find the same customer twice. */
  const taken = new Map<string, Candidate>();
  const leftOut = { withoutId: 0, inOthers: 0, heldOut: 0, harmed: 0, tooMany: 0 };
  return {
    add: (candidate: Candidate): void => {
      const { customerId, probability, reason } = candidate;
      if (taken.has(customerId)) return;
      const why = whyLeftOut({ customerId, probability, reason: () => reason });
      if (why !== null) leftOut[why]++;
      else if (taken.size === mostMembers) leftOut.tooMany++;
      else taken.set(customerId, candidate);
    },
    end: (): Candidates => {
      const found = [...taken.values()];
      return {
        customerIds: [...taken.keys()],
        probability: Float64Array.from(found, ({ probability }) => probability),
        monthlyValue: Float64Array.from(found, ({ monthlyValue }) => monthlyValue),
        reason: found.map(({ reason }) => reason),
        plannedArm: null,
        leftOut,
      };
    },
  };
}
