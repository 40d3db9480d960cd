/** Customers that a page offers to try rules on. */
import type { Context } from '../context.ts';
import { currentPopulation } from '../domain/analytics/population.ts';
import { noFilter } from '../store/prediction-filters.ts';
import type { ListedPrediction } from '../store/score-files/rows.ts';

const mostOffered = 20;

/** Those with the highest churn probability. */
export async function listOfferedCustomers({
  db,
  tasks,
}: Pick<Context, 'db' | 'tasks'>): Promise<ListedPrediction[]> {
  const { filter: population } = await currentPopulation(db);
  return tasks.run('listPredictions', {
    filter: { ...noFilter, population },
    sort: { key: 'probability', descending: true },
    limit: mostOffered,
  });
}
