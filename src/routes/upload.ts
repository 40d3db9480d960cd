/** Bulk scoring: pick, map, check, progress, results. Each step has its own address and survives a reload. */
import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { batchFile } from '../domain/batch-files.ts';
import type { CheckReport } from '../domain/batch-check.ts';
import {
  cancelBatch,
  checkBatchLater,
  findRunningJob,
  receiveBatch,
  removeBatch,
  resumeBatch,
  scoreBatchLater,
} from '../domain/batches.ts';
import { highRiskLines } from '../domain/batch-high-risk.ts';
import type { CsvFormat } from '../domain/csv/intake.ts';
import { fileStart, readCsvChunks } from '../domain/csv/reader.ts';
import { currentFile } from '../domain/first-start.ts';
import {
  bestFit,
  coverage,
  guessMapping,
  isComplete,
  levelMeanings,
  namesToRemember,
} from '../domain/mapping.ts';
import type { ColumnMapping } from '../domain/mapping.ts';
import { AppError, NotFound } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { receivedFile, receiveFile } from '../http/receive-file.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, parseForm } from '../http/validate.ts';
import { getBatch, listBatches } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import type { Job } from '../store/jobs.ts';
import { findActiveModel, findModel, listModels } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { listPredictions, noFilter } from '../store/predictions.ts';
import type { PredictionRecord } from '../store/predictions.ts';
import { listRememberedNames, rememberNames } from '../store/remembered-names.ts';

declare module '../http/render.ts' {
  interface Pages {
    'upload/pick': PageData & {
      readonly model: ModelRecord | undefined;
      readonly batches: readonly BatchRecord[];
      readonly maxMegabytes: number;
      readonly hasSample: boolean;
    };
    'upload/mapping': PageData & {
      readonly batch: BatchRecord;
      readonly model: ModelRecord;
      readonly models: readonly ModelRecord[];
      readonly offered: ModelRecord | null;
      readonly guess: ColumnMapping;
      readonly samples: readonly (readonly string[])[];
    };
    'upload/check': PageData & {
      readonly batch: BatchRecord;
      readonly report: CheckReport;
      readonly format: CsvFormat;
      readonly unused: readonly string[];
    };
    'upload/progress': PageData & {
      readonly batch: BatchRecord;
      readonly job: Job | null;
      readonly done: number;
      readonly total: number;
    };
    'upload/results': PageData & {
      readonly batch: BatchRecord;
      readonly predictions: readonly PredictionRecord[];
    };
    'upload/removal': PageData & { readonly batch: BatchRecord };
  }
}

/** A form that maps columns: `f0`, `f1` … to a place in the header, '' for 'not in the file'. */
const MappingForm = z.looseObject({ model: z.coerce.number().int().positive() });

const fileNames = {
  'scored.csv': 'scored',
  'high-risk.csv': 'high-risk',
  'rejected.csv': 'rejected',
} as const;
type FileName = keyof typeof fileNames;

export function createUploadHandlers(context: Context) {
  const { db, config } = context;

  const pickPage = async () => ({
    title: 'Score a file',
    model: await findActiveModel(db),
    batches: await listBatches(db, 10),
    maxMegabytes: Math.round(config.maxUploadBytes / 1024 / 1024),
    hasSample: existsSync(join(config.dataDir, currentFile)),
  });

  return {
    pick: async (_req: Request, res: Response) => {
      await render(res, 'upload/pick', await pickPage());
    },

    receive: [
      receiveFile(config, 'file'),
      async (req: Request, res: Response) => {
        try {
          const { file, originalName } = receivedFile(req);
          const batch = await receiveBatch(db, config.uploadsDir, currentUser(req), file, originalName);
          res.redirect(303, await afterReceiving(context, req, batch));
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          const errors = [{ field: 'file', message: error.message }];
          await render(res, 'upload/pick', { ...(await pickPage()), errors }, error.status);
        }
      },
    ],

    /** The columns of the active model, to be filled. */
    template: async (_req: Request, res: Response) => {
      const model = await findActiveModel(db);
      if (!model) throw new NotFound('template while no model is active');
      const { identifier, features } = model.schema;
      const names = [
        ...(identifier === null ? [] : [identifier]),
        ...features.map((feature) => feature.name),
      ];
      res
        .attachment('holdfast-template.csv')
        .type('text/csv')
        .send(`\ufeff${names.join(',')}\r\n`);
    },

    sample: (_req: Request, res: Response, next: (error?: unknown) => void) => {
      res.attachment(currentFile);
      res.sendFile(join(config.dataDir, currentFile), (error: unknown) => {
        if (error) next(new NotFound('sample file; it was removed'));
      });
    },

    show: async (req: Request, res: Response) => {
      res.redirect(303, stepOf(await getBatch(db, idParam(req))));
    },

    showMapping: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const models = await listModels(db);
      const chosen = Number(req.query['model']);
      const model =
        models.find(
          ({ id }) => id === (Number.isSafeInteger(chosen) && chosen > 0 ? chosen : batch.modelId),
        ) ?? models[0];
      if (!model)
        throw new AppError(
          409,
          'no-model',
          'There is no model to score with. An administrator can train or import one.',
        );
      const fit = bestFit(models, batch.header);
      const guess = guessMapping(model.schema, batch.header, await listRememberedNames(db));
      await render(res, 'upload/mapping', {
        title: 'Match the columns',
        batch,
        model,
        models,
        offered: fit && fit.id !== model.id && coverage(guess) < 1 ? fit : null,
        guess,
        samples: sampleValues(config.uploadsDir, batch),
      });
    },

    saveMapping: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const form = parseForm(MappingForm, req.body);
      const model = form.ok ? await findModel(db, form.data.model) : undefined;
      if (!model) throw new AppError(422, 'no-model', 'Choose a model that is still there.');
      const mapping = readMapping(req.body, model, batch.header);
      await rememberNames(db, namesToRemember(model.schema, batch.header, mapping));
      const levels = levelMeanings(model.schema, await listRememberedNames(db));
      await checkBatchLater(db, currentUser(req), batch.id, model, { ...mapping, levels });
      res.redirect(303, `/upload/${batch.id}/progress`);
    },

    showCheck: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      if (batch.state !== 'checked') {
        res.redirect(303, stepOf(batch));
        return;
      }
      const used = new Set(usedColumns(batch.mapping as ColumnMapping));
      await render(res, 'upload/check', {
        title: 'Check the file',
        batch,
        report: batch.report as CheckReport,
        format: batch.format as CsvFormat,
        unused: batch.header.filter((name, place) => name !== '' && !used.has(place)),
      });
    },

    score: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      if (batch.state === 'cancelled' || batch.state === 'failed')
        await resumeBatch(db, currentUser(req), batch.id);
      else await scoreBatchLater(db, currentUser(req), batch.id);
      res.redirect(303, `/upload/${batch.id}/progress`);
    },

    /** A page, or JSON for the script that keeps it fresh. */
    showProgress: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const job = (await findRunningJob(db, batch.id)) ?? null;
      const isRunning = batch.state === 'checking' || batch.state === 'scoring';
      const done = batch.state === 'scoring' ? batch.scoredCount + batch.rejectedCount : (job?.done ?? 0);
      if (req.accepts(['html', 'json']) === 'json') {
        const next = isRunning ? null : stepOf(batch);
        res.set('Cache-Control', 'no-store').json({ state: batch.state, done, total: batch.rowCount, next });
        return;
      }
      if (!isRunning && batch.state !== 'cancelled' && batch.state !== 'failed') {
        res.redirect(303, stepOf(batch));
        return;
      }
      const title = isRunning
        ? `${batch.state === 'checking' ? 'Checking' : 'Scoring'} ${batch.originalName}`
        : batch.originalName;
      const refresh = isRunning ? { refreshSeconds: 2, scripts: ['upload-progress'] } : {};
      await render(res, 'upload/progress', { title, batch, job, done, total: batch.rowCount, ...refresh });
    },

    cancel: async (req: Request, res: Response) => {
      await cancelBatch(db, idParam(req));
      flash(req, 'notice', 'Cancelled. What was finished is kept; you can go on later.');
      res.redirect(303, `/upload/${idParam(req)}/progress`);
    },

    showResults: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      if (batch.state !== 'done') {
        res.redirect(303, stepOf(batch));
        return;
      }
      const filter = { ...noFilter, batch: batch.id };
      const predictions = await listPredictions(db, filter, { key: 'probability', descending: true }, 20, 0);
      await render(res, 'upload/results', { title: `Scores of ${batch.originalName}`, batch, predictions });
    },

    download: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const name = String(req.params['name']);
      if (!(name in fileNames)) throw new NotFound('file');
      await sendResultFile(config.uploadsDir, batch, name as FileName, res);
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      await render(res, 'upload/removal', { title: `Undo ${batch.originalName}`, batch });
    },

    remove: async (req: Request, res: Response) => {
      await removeBatch(db, config.uploadsDir, currentUser(req), idParam(req));
      flash(
        req,
        'success',
        'The upload is undone: its scores and files are gone, and earlier scores count again.',
      );
      res.redirect(303, '/upload');
    },
  };
}

/** Columns that match go straight to the check; otherwise a person maps them. */
async function afterReceiving({ db }: Context, req: Request, batch: BatchRecord): Promise<string> {
  const model = await findActiveModel(db);
  const mapping = model ? guessMapping(model.schema, batch.header, await listRememberedNames(db)) : null;
  if (!model || !mapping || !isComplete(mapping)) return `/upload/${batch.id}/mapping`;
  await checkBatchLater(db, currentUser(req), batch.id, model, mapping);
  return `/upload/${batch.id}/progress`;
}

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
  }[batch.state];
  return `/upload/${batch.id}/${step}`;
}

function readMapping(body: unknown, model: ModelRecord, header: readonly string[]): ColumnMapping {
  const values = body as Readonly<Record<string, unknown>>;
  const placeOf = (name: string): number | null => {
    const text = values[name];
    const place = typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : -1;
    return place >= 0 && place < header.length ? place : null;
  };
  const features = model.schema.features.map((_, j) => placeOf(`f${j}`));
  if (features.every((place) => place === null)) {
    throw new AppError(
      422,
      'nothing-mapped',
      'No column of the file is used. Match at least one of them, or choose another model.',
    );
  }
  return { features, identifier: placeOf('identifier'), value: placeOf('value') };
}

function usedColumns({ features, identifier, value }: ColumnMapping): number[] {
  return [...features, identifier, value].filter((place) => place !== null);
}

/** The first three values of each column. */
function sampleValues(uploadsDir: string, batch: BatchRecord): string[][] {
  const { delimiter } = batch.format as CsvFormat;
  const chunks = readCsvChunks(join(uploadsDir, batch.file), delimiter, batch.header.length, 3, fileStart);
  const rows = chunks.next();
  const cells = rows.done
    ? []
    : rows.value.rows.flatMap(({ reading }) => (reading.ok ? [reading.cells] : []));
  return batch.header.map((_, place) => cells.map((row) => (row[place] ?? '').slice(0, 40)));
}

async function sendResultFile(
  uploadsDir: string,
  batch: BatchRecord,
  name: FileName,
  res: Response,
): Promise<void> {
  const kind = fileNames[name];
  const path = join(uploadsDir, batchFile(batch, kind === 'rejected' ? 'rejected' : 'scored'));
  const finished = batch.state === 'done' || batch.state === 'failed';
  const exists = finished && (await stat(path).catch(() => null)) !== null;
  if (!exists) throw new NotFound('file: this upload is not finished, or it was removed');
  const parts = [
    'churn-scores',
    (batch.finishedAt ?? batch.createdAt).slice(0, 10),
    kind === 'scored' ? '' : kind,
    `v${batch.modelId ?? ''}`,
  ];
  res
    .set('Cache-Control', 'no-store')
    .attachment(`${parts.filter(Boolean).join('_')}.csv`)
    .type('text/csv');
  if (kind === 'high-risk') await pipeline(highRiskLines(path, batch.header, batch.format as CsvFormat), res);
  else await pipeline(createReadStream(path), res);
}
