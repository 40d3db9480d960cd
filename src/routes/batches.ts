/** Bulk scoring: pick, map, check, progress, results. Each step has its own address and survives a reload. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { findRemovalJob, removeBatch } from '../domain/batches/removal.ts';
import type { CheckReport } from '../domain/batches/findings.ts';
import {
  cancelBatch,
  checkBatchLater,
  findRunningJob,
  receiveBatch,
  resumeBatch,
  scoreBatchLater,
} from '../domain/batches/batches.ts';
import { readQuestion } from '../domain/csv/first-line.ts';
import type { FirstLine, FirstLineQuestion } from '../domain/csv/first-line.ts';
import type { CsvFormat } from '../domain/csv/intake.ts';
import { lackOfSpace } from '../domain/jobs/disk-space.ts';
import { currentFile } from '../domain/sample/first-start.ts';
import { guessMapping, isComplete } from '../domain/batches/mapping.ts';
import type { ColumnMapping } from '../domain/batches/mapping.ts';
import { AppError, TryLater } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { receivedFile, receiveFile } from '../http/receive-file.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { findBatch, getBatch, listBatches, listMendsOf } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { findActiveModel } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { noFilter } from '../store/predictions.ts';
import type { PredictionRecord } from '../store/predictions.ts';
import { listRememberedNames } from '../store/remembered-names.ts';

declare module '../http/render.ts' {
  interface Pages {
    'batches/new': PageData & {
      readonly model: ModelRecord | undefined;
      readonly batches: readonly BatchRecord[];
      readonly maxMegabytes: number;
      readonly hasSample: boolean;
      /** Asked when the first line of the file that was sent may be names or data. */
      readonly question: FirstLineQuestion | null;
    };
    'batches/check': PageData & {
      readonly batch: BatchRecord;
      readonly report: CheckReport;
      readonly hasUnknownLevels: boolean;
      readonly format: CsvFormat;
      readonly unused: readonly string[];
    };
    'batches/progress': PageData & {
      readonly batch: BatchRecord;
      readonly waitsFor: string | null;
      readonly isRunning: boolean;
      readonly done: number;
      readonly total: number;
    };
    'batches/results': PageData & {
      readonly batch: BatchRecord;
      readonly mends: readonly BatchRecord[];
      readonly hasUnknownLevels: boolean;
      readonly predictions: readonly PredictionRecord[];
    };
    'batches/removal': PageData & { readonly batch: BatchRecord };
  }
}

export function createBatchHandlers(context: Context) {
  const { db, config, tasks } = context;

  const pickPage = async () => ({
    title: 'Score a file',
    model: await findActiveModel(db),
    batches: await listBatches(db, 10),
    maxMegabytes: Math.round(config.maxUploadBytes / 1024 / 1024),
    question: null,
    hasSample: existsSync(join(config.dataDir, currentFile)),
  });

  return {
    pick: async (_req: Request, res: Response) => {
      await render(res, 'batches/new', await pickPage());
    },

    receive: [
      receiveFile(config, 'file'),
      async (req: Request, res: Response) => {
        try {
          const takeIn = (path: string) => tasks.run('takeInCsv', { path, firstLine: readFirstLine(req) });
          const batch = await receiveBatch(
            db,
            config.uploadsDir,
            currentUser(req),
            receivedFile(req),
            takeIn,
          );
          res.redirect(303, await afterReceiving(context, req, batch));
        } catch (error) {
          if (!(error instanceof AppError) || error instanceof TryLater) throw error;
          const question = readQuestion(error.message);
          const message = question
            ? `${question.text} Answer below and choose the file again.`
            : error.message;
          const errors = [{ field: 'file', message }];
          await render(res, 'batches/new', { ...(await pickPage()), question, errors }, error.status);
        }
      },
    ],

    show: async (req: Request, res: Response) => {
      res.redirect(303, stepOf(await getBatch(db, idParam(req))));
    },

    showCheck: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      if (batch.state !== 'checked') {
        res.redirect(303, stepOf(batch));
        return;
      }
      const used = new Set(usedColumns(batch.mapping as ColumnMapping));
      await render(res, 'batches/check', {
        title: 'Check the file',
        batch,
        report: batch.report as CheckReport,
        hasUnknownLevels: hasUnknownLevels(batch.report as CheckReport),
        format: batch.format as CsvFormat,
        unused: batch.header.filter((name, place) => name !== '' && !used.has(place)),
      });
    },

    score: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      if (batch.state === 'cancelled' || batch.state === 'failed')
        await resumeBatch(db, currentUser(req), batch.id);
      else await scoreBatchLater(db, currentUser(req), batch.id);
      res.redirect(303, `/batches/${batch.id}/progress`);
    },

    /** A page, or JSON for the script that keeps it fresh. */
    showProgress: async (req: Request, res: Response) => {
      const wantsJson = req.accepts(['html', 'json']) === 'json';
      const batch = wantsJson ? await findBatch(db, idParam(req)) : await getBatch(db, idParam(req));
      if (!batch) {
        // Its removal, which this page showed, is done.
        res.set('Cache-Control', 'no-store').json({ next: '/score' });
        return;
      }
      const isRemoving = batch.state === 'removing';
      const job = (await (isRemoving ? findRemovalJob : findRunningJob)(db, batch.id)) ?? null;
      const isRunning = batch.state === 'checking' || batch.state === 'scoring' || isRemoving;
      const done = batch.state === 'scoring' ? batch.scoredCount + batch.rejectedCount : (job?.done ?? 0);
      const total = isRemoving ? (job?.total ?? 0) || batch.scoredCount : batch.rowCount;
      const waitsFor = isRunning ? (job?.waitsFor ?? (await lackOfSpace(config))) : null;
      if (wantsJson) {
        const next = isRunning ? null : stepOf(batch);
        res.set('Cache-Control', 'no-store').json({
          ...{ state: batch.state, done, total, next },
          waitsFor,
        });
        return;
      }
      if (stepOf(batch) !== `/batches/${batch.id}/progress`) {
        res.redirect(303, stepOf(batch));
        return;
      }
      const title = isRunning ? `${workWords[batch.state] ?? ''} ${batch.originalName}` : batch.originalName;
      const refresh = isRunning ? { refreshSeconds: 2, scripts: ['upload-progress'] } : {};
      await render(res, 'batches/progress', { title, batch, waitsFor, isRunning, done, total, ...refresh });
    },

    cancel: async (req: Request, res: Response) => {
      await cancelBatch(db, idParam(req));
      flash(req, 'notice', 'Cancelled. What was finished is kept; you can go on later.');
      res.redirect(303, `/batches/${idParam(req)}/progress`);
    },

    showResults: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      if (batch.state !== 'done') {
        res.redirect(303, stepOf(batch));
        return;
      }
      const filter = { ...noFilter, batch: batch.id };
      const sort = { key: 'probability', descending: true } as const;
      const predictions = await tasks.run('listPredictions', { filter, sort, limit: 20, offset: 0 });
      await render(res, 'batches/results', {
        title: `Scores of ${batch.originalName}`,
        batch,
        mends: await listMendsOf(db, batch.id),
        hasUnknownLevels: hasUnknownLevels(batch.report as CheckReport | null),
        predictions,
      });
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      await render(res, 'batches/removal', { title: `Undo ${batch.originalName}`, batch });
    },

    remove: async (req: Request, res: Response) => {
      const id = idParam(req);
      if ((await removeBatch(db, config.uploadsDir, currentUser(req), id)) === 'later') {
        res.redirect(303, `/batches/${id}/progress`);
        return;
      }
      flash(
        req,
        'success',
        'The upload is undone: its scores and files are gone, and earlier scores count again.',
      );
      res.redirect(303, '/score');
    },
  };
}

function readFirstLine(req: Request): FirstLine | null {
  const { firstLine } = (req.body ?? {}) as Record<string, unknown>;
  return firstLine === 'names' || firstLine === 'data' ? firstLine : null;
}

/** Columns that match go straight to the check; otherwise a person maps them. */
async function afterReceiving({ db }: Context, req: Request, batch: BatchRecord): Promise<string> {
  const model = await findActiveModel(db);
  const mapping = model ? guessMapping(model.schema, batch.header, await listRememberedNames(db)) : null;
  if (!model || !mapping || !isComplete(mapping)) return `/batches/${batch.id}/mapping`;
  await checkBatchLater(db, currentUser(req), batch.id, model, mapping);
  return `/batches/${batch.id}/progress`;
}

const workWords: Partial<Record<BatchRecord['state'], string>> = {
  checking: 'Checking',
  scoring: 'Scoring',
  removing: 'Undoing',
};

/** Where a batch is to be looked at now. */
function stepOf(batch: BatchRecord): string {
  const step = {
    uploaded: 'mapping',
    checking: 'progress',
    checked: 'check',
    scoring: 'progress',
    done: 'results',
    failed: 'progress',
    cancelled: 'progress',
    removing: 'progress',
    'partly-removed': 'progress',
  }[batch.state];
  return `/batches/${batch.id}/${step}`;
}

function usedColumns({ features, identifier, value }: ColumnMapping): number[] {
  return [...features, identifier, value].filter((place) => place !== null);
}

/** Levels that a person can explain; null: a batch that nobody checked. */
function hasUnknownLevels(report: CheckReport | null): boolean {
  return report?.groups.some(({ kind }) => kind === 'unseen' || kind === 'renamed') ?? false;
}
