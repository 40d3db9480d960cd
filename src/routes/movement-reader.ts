/** The movement between two files reads every customer of both: it is kept until the files or the levels change. */
import type { Db } from '../db.ts';
import { stateOfLevels } from '../domain/risk/set-levels.ts';
import type { PredictionFilter } from '../store/prediction-filters.ts';
import type { Movement } from '../store/score-files/movement.ts';
import { findScoredBatch } from '../store/score-files/store.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { createKeptResults } from './kept-results.ts';

/**
 * `filter.batch` is the later file. null: the earlier one was removed or cannot be read.
 * @throws Unavailable if it takes too long; the computation continues for the next request
 */
export type MovementReader = (filter: PredictionFilter, earlierId: number) => Promise<Movement | null>;

export function createMovementReader(db: Db, tasks: Tasks): MovementReader {
  const kept = createKeptResults<Movement | null>();
  const stateOfFile = async (id: number | null) => {
    const batch = id === null ? undefined : await findScoredBatch(db, id);
    return [batch?.createdAt, batch?.scoreBytes, batch?.latestCount];
  };
  return async (filter, earlierId) => {
    const state = [await stateOfFile(filter.batch), await stateOfFile(earlierId), await stateOfLevels(db)];
    return kept.get(JSON.stringify([filter, earlierId, state]), () =>
      tasks.run('readMovement', { filter, earlierId }),
    );
  };
}
