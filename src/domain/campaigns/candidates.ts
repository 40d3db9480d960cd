/** The customers that a campaign is for: the latest score of each one that its filter finds. */
import { listBusyCustomers } from '../../store/campaign-members.ts';
import type { CampaignFilter } from '../../store/campaigns.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import type { MatchingGroup } from '../../store/score-files/scan.ts';
import { visitMatches } from '../../store/score-files/scan.ts';
import { visitSingles } from '../../store/score-files/singles.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { currentPopulation, withinPopulation } from '../analytics/population.ts';

/** One entry a customer. */
export interface Candidates {
  readonly customerIds: readonly string[];
  readonly probability: Float64Array;
  /** NaN: not known. */
  readonly monthlyValue: Float64Array;
  readonly leftOut: {
    /** Scores without a customer ID: nobody could say later what became of them. */
    readonly withoutId: number;
    /** Customers of another campaign that runs. */
    readonly inOthers: number;
    /** Beyond the largest campaign. */
    readonly tooMany: number;
  };
}

/** The split of so many customers is written in one transaction. */
export const mostMembers = 100_000;

export async function findCandidates(store: ScoreStore, filter: CampaignFilter): Promise<Candidates> {
  const busy = await listBusyCustomers(store.db);
  const asked = withinPopulation({ ...filter, population: null }, await currentPopulation(store.db));
  const found = createCollection(busy);
  await visitSingles(store, asked, ({ customerId, probability, monthlyValue }) => {
    found.add(customerId ?? '', probability, monthlyValue);
  });
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
  for (const row of rows) found.add(textAt(identifiers, row), probability[row]!, monthlyValue[row]!);
}

function createCollection(busy: ReadonlySet<string>) {
  /** A filter by file may find the same customer twice. */
  const places = new Map<string, number>();
  const probability: number[] = [];
  const monthlyValue: number[] = [];
  const leftOut = { withoutId: 0, inOthers: 0, tooMany: 0 };
  return {
    add: (customerId: string, p: number, value: number): void => {
      if (customerId === '') leftOut.withoutId++;
      else if (busy.has(customerId)) leftOut.inOthers++;
      else if (places.has(customerId)) return;
      else if (places.size === mostMembers) leftOut.tooMany++;
      else {
        places.set(customerId, places.size);
        probability.push(p);
        monthlyValue.push(value);
      }
    },
    end: (): Candidates => ({
      customerIds: [...places.keys()],
      probability: Float64Array.from(probability),
      monthlyValue: Float64Array.from(monthlyValue),
      leftOut,
    }),
  };
}
