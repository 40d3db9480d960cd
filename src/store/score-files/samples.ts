/** The latest score of every customer, in part: what a change of model is tried on. */
import type { LatestCustomer, SampleRequest } from '../latest-customers.ts';
import type { ScoreStore } from './store.ts';

/** At most `most` of them, evenly spread by rank, and how many there are in all. */
export function sampleLatestCustomers(
  _store: ScoreStore,
  _request: SampleRequest,
): Promise<{ readonly total: number; readonly customers: readonly LatestCustomer[] }> {
  throw new Error('not yet');
}
