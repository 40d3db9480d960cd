/**
 * Figures of all customers, computed as soon as the scores of a file come or go: whoever opens a page then finds them. Who
 * comes earlier sees the rest of the page meanwhile.
 */
import type { Context } from '../context.ts';
import { findComparedFiles } from '../domain/analytics/compared-files.ts';
import { currentPopulation } from '../domain/analytics/population.ts';
import { errorFields } from '../errors.ts';
import { noFilter } from '../store/prediction-filters.ts';
import type { PredictionFilter } from '../store/prediction-filters.ts';
import { stateOfBatches } from '../store/score-files/previous-score.ts';
import { listSegments } from '../store/segments.ts';
import { getSettings } from '../store/settings.ts';
import type { KeptFigures } from './kept-figures.ts';

type Env = Pick<Context, 'db' | 'log' | 'tasks'>;

/** The sizes of so many are counted in advance. */
const mostSegments = 50;

/** Call at intervals: it does nothing where no scores have come or gone. */
export function createFigureWarming({ db, log, tasks }: Env, figures: KeptFigures): () => Promise<void> {
  let known: string | null = null;

  /** The thread of the model then has it and its dataset decoded for whoever opens a customer's page. */
  const warmCustomer = async (filter: PredictionFilter): Promise<void> => {
    const sort = { key: 'probability', descending: true } as const;
    const [riskiest] = await tasks.run('listPredictions', { filter, sort, limit: 1 });
    if (!riskiest) return;
    const prediction = await tasks.run('getCustomerRecord', { id: riskiest.id });
    const settings = await getSettings(db);
    await tasks.run('computeDetails', { score: prediction });
    await tasks.run('explainChange', { score: prediction });
    await tasks.run('findPastCustomers', { prediction });
    await tasks.run('findAlternatives', { prediction, settings });
  };

  const warmAll = async (): Promise<void> => {
    const { model, filter: population } = await currentPopulation(db);
    if (!model) return;
    const filter = { ...noFilter, population };
    const totals = await tasks.run('sumPredictions', { filter });
    await figures.byColumn(model, filter, totals);
    const { later, earlier } = await findComparedFiles(db, { batch: null, compared: null });
    if (later && earlier) await figures.movement({ ...noFilter, batch: later.id }, earlier.id);
    for (const { id } of (await listSegments(db)).slice(0, mostSegments))
      await figures.segments.totals({ ...filter, segment: id }, totals);
    await warmCustomer(filter);
  };

  return async () => {
    try {
      const state = await stateOfBatches(db);
      if (state === known) return;
      known = state;
      await warmAll();
    } catch (error) {
      log.warn(errorFields(error), 'Figures could not be computed in advance');
    }
  };
}
