/** The customers that a campaign is for: the latest score of each one that its filter finds. */
import type { Db } from '../../db.ts';
import { listBusyCustomers } from '../../store/campaign-members.ts';
import type { CampaignFilter, HarmedGroup } from '../../store/campaigns.ts';
import { readJson } from '../../store/json.ts';
import { Reasons } from '../../store/prediction-documents.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import { reasonPoints } from '../../store/score-files/rows.ts';
import type { MatchingGroup } from '../../store/score-files/scan.ts';
import { visitMatches } from '../../store/score-files/scan.ts';
import { visitSingles } from '../../store/score-files/singles.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { getSettings } from '../../store/settings.ts';
import { currentPopulation, withinPopulation } from '../analytics/population.ts';
import { riskLevelOf } from '../risk/levels.ts';
import type { RiskThresholds } from '../risk/levels.ts';
import { harmOf, listHarmed, raisingReason } from './harm.ts';

/** One entry a customer. */
export interface Candidates {
  readonly customerIds: readonly string[];
  readonly probability: Float64Array;
  /** NaN: not known. */
  readonly monthlyValue: Float64Array;
  /** What raised each one's probability most; null: nothing. */
  readonly reason: readonly (string | null)[];
  readonly leftOut: {
    /** Scores without a customer ID: nobody could say later what became of them. */
    readonly withoutId: number;
    /** Customers of another campaign that runs. */
    readonly inOthers: number;
    /** In a group whom contact made leave. */
    readonly harmed: number;
    /** Beyond the largest campaign. */
    readonly tooMany: number;
  };
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

interface Exclusions {
  /** Customers of campaigns that run. */
  readonly busy: ReadonlySet<string>;
  readonly harmed: readonly HarmedGroup[];
  readonly thresholds: RiskThresholds;
}

async function readExclusions(db: Db): Promise<Exclusions> {
  return {
    busy: await listBusyCustomers(db),
    harmed: await listHarmed(db),
    thresholds: await getSettings(db),
  };
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

function createCollection({ busy, harmed, thresholds }: Exclusions) {
  /** A filter by file may find the same customer twice. */
  const taken = new Map<string, Candidate>();
  const leftOut = { withoutId: 0, inOthers: 0, harmed: 0, tooMany: 0 };
  return {
    add: (candidate: Candidate): void => {
      const { customerId, probability, reason } = candidate;
      if (customerId === '') leftOut.withoutId++;
      else if (busy.has(customerId)) leftOut.inOthers++;
      else if (taken.has(customerId)) return;
      else if (harmOf(harmed, riskLevelOf(probability, thresholds), reason) !== null) leftOut.harmed++;
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
        leftOut,
      };
    },
  };
}
