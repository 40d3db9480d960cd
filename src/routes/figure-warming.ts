/**
 * Figures by column of all customers, computed as soon as the scores of a file come or go: whoever opens the first page
 * then finds them. Who comes earlier waits for the same result.
 */
import type { Context } from '../context.ts';
import { currentPopulation } from '../domain/analytics/population.ts';
import { errorFields } from '../errors.ts';
import { noFilter } from '../store/prediction-filters.ts';
import { stateOfBatches } from '../store/score-files/previous-score.ts';
import type { FigureReader } from './figure-reader.ts';

type Env = Pick<Context, 'db' | 'log' | 'tasks'>;

/** Call at intervals: it does nothing where no scores have come or gone. */
export function createFigureWarming({ db, log, tasks }: Env, readFigures: FigureReader): () => Promise<void> {
  let known: string | null = null;

  const warm = async (): Promise<void> => {
    const state = await stateOfBatches(db);
    if (state === known) return;
    known = state;
    const { model, filter: population } = await currentPopulation(db);
    if (!model) return;
    const filter = { ...noFilter, population };
    await readFigures(model, filter, await tasks.run('sumPredictions', { filter }));
  };
  return async () => {
    try {
      await warm();
    } catch (error) {
      log.warn(errorFields(error), 'Figures could not be computed in advance');
    }
  };
}
