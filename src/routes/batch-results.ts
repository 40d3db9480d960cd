/** The step Results: the scores of a batch. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { listEarlierBatches } from '../domain/batches/missing-customers.ts';
import { canBeScoredAgain } from '../domain/batches/scoring-again.ts';
import { doNotContactAmong, withoutContact } from '../domain/campaigns/do-not-contact.ts';
import { withSetLevels } from '../domain/risk/set-levels.ts';
import { findingsOfBatch } from '../domain/monitoring/reading.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { presentPredictionRows } from '../presenters/prediction-rows.ts';
import type { PredictionRow } from '../presenters/prediction-rows.ts';
import { presentResults } from '../presenters/batch.ts';
import { presentChange } from '../presenters/file-monitoring.ts';
import { hasUnrecognisedValues } from '../presenters/batch-check.ts';
import { getBatch, listCorrectionsOf } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { findModel } from '../store/models.ts';
import { noFilter } from '../store/prediction-filters.ts';
import { countSetLevels } from '../store/set-levels.ts';
import { stepOf } from './batch-step.ts';
import { openUploadStore } from '../domain/batches/batches.ts';

declare module '../http/render.ts' {
  interface Pages {
    'batches/results': PageData &
      ReturnType<typeof presentResults> & {
        readonly predictions: readonly PredictionRow[];
        /** How the file differs from the training data; null: it does not, or nobody knows. */
        readonly change: string | null;
      };
  }
}

const shownCustomers = 20;

export function createBatchResultHandlers({ db, config, tasks }: Context) {
  /** The counts are those of the model, unless people have set levels since. */
  const withSetCounts = async (batch: BatchRecord): Promise<BatchRecord> => {
    if (batch.scoresProblem !== null || (await countSetLevels(db)) === 0) return batch;
    const filter = { ...noFilter, batch: batch.id };
    const { high, medium, low } = await tasks.run('sumPredictions', { filter });
    return { ...batch, highCount: high, mediumCount: medium, lowCount: low };
  };

  /** The name of the file before, as far as customers of it may be missing in this one. */
  const findMissingFrom = async (batch: BatchRecord): Promise<string | null> => {
    const [earlier] = await listEarlierBatches(db, batch);
    const isKnown = (batch.mapping?.identifier ?? null) !== null;
    return isKnown && earlier && earlier.latestCount > 0 ? earlier.name : null;
  };

  return {
    show: async (req: Request, res: Response) => {
      const { id, state } = await getBatch(db, idParam(req));
      if (state !== 'done') {
        res.redirect(303, stepOf({ id, state }));
        return;
      }
      const filter = { ...noFilter, batch: id };
      const sort = { key: 'probability', descending: true } as const;
      const predictions = await tasks.run('listPredictions', {
        filter,
        sort,
        limit: shownCustomers,
      });
      // Reading them may have shown that they cannot be read.
      const batch = await withSetCounts(await getBatch(db, id));
      const results = {
        batch,
        canBeScoredAgain: await canBeScoredAgain(openUploadStore({ db, config }), batch),
        corrections: await listCorrectionsOf(db, batch.id),
        hasUnrecognisedValues: hasUnrecognisedValues(batch.report),
        missingFrom: await findMissingFrom(batch),
      };
      const left = await doNotContactAmong(
        db,
        predictions.map(({ customerId }) => customerId),
      );
      const shown = await withSetLevels(
        db,
        predictions.map((one) => withoutContact(one, left)),
      );
      const title = `Scores of ${batch.originalName}`;
      const model = batch.modelId === null ? undefined : await findModel(db, batch.modelId);
      const findings = model ? await findingsOfBatch(db, batch.id, model) : null;
      await render(res, 'batches/results', (h) => ({
        title,
        ...presentResults(h, results),
        change: findings && presentChange(h, findings),
        predictions: presentPredictionRows(h, shown, model ? [model] : []),
      }));
    },
  };
}
