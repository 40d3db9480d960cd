/** Batches: whole files are scored in the background; their results are files. */
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { cancelBatch, findRunningJob, openUploadStore, resumeBatch } from '../../domain/batches/batches.ts';
import { openSentFile } from '../../domain/batches/sent-files.ts';
import type { SentKind } from '../../domain/batches/sent-files.ts';
import { receiveWithoutQuestions } from '../../domain/batches/without-questions.ts';
import { sampleColumns } from '../../domain/sample/generator.ts';
import { Conflict } from '../../errors.ts';
import { batchStates, getBatch, listBatches } from '../../store/batches.ts';
import type { BatchSummary } from '../../store/batches.ts';
import { pageOf, pageQuery, readCursor, toPage } from '../cursor.ts';
import { defineOperation } from '../operation.ts';
import { apiPath } from '../paths.ts';
import { idParams, requireFile, time } from '../schemas.ts';

const count = z.int().nonnegative();

const Batch = z
  .object({
    id: z.int(),
    name: z.string().meta({ description: 'Of the file.' }),
    state: z.enum(batchStates),
    error: z.string().nullable().meta({ description: 'Why it has failed.' }),
    rows: count,
    scored: count,
    rejected: count,
    noted: count.meta({ description: 'Rows with something odd, which are scored.' }),
    by_level: z.object({ low: count, medium: count, high: count }),
    model_id: z.int().nullable(),
    created_at: time,
    finished_at: time.nullable(),
    links: z.object({
      self: z.string(),
      results: z.string().nullable().meta({ description: 'Null until the scoring has ended.' }),
      rejects: z.string().nullable().meta({ description: 'Null where no row was rejected.' }),
    }),
  })
  .meta({ id: 'Batch' });

const Progress = z.object({ done: count, total: count });

const BatchWithProgress = Batch.extend({
  progress: Progress.nullable().meta({ description: 'In rows; null: nothing is under way.' }),
}).meta({ id: 'BatchWithProgress' });

const exampleHeader = sampleColumns.filter((name) => name !== 'Churn');

/** Enough customers for a campaign, and one whose tenure is no number. */
const exampleRows = Array.from({ length: 60 }, (_, i) => [
  ...[`C-${i}`, i % 2 ? 'Female' : 'Male', i % 5 ? 0 : 1, 'Yes', 'No', i === 59 ? 'two' : 1 + ((i * 7) % 70)],
  ...['Yes', 'No', i % 3 ? 'DSL' : 'Fiber optic', 'No', 'Yes', 'No', 'No', 'No', 'No'],
  ...[i % 4 ? 'Month-to-month' : 'Two year', 'Yes', 'Mailed check', 20 + i, 100 + 40 * i],
]);

const exampleFile = {
  name: 'customers.csv',
  content: [exampleHeader, ...exampleRows].map((cells) => `${cells.join(',')}\n`).join(''),
};

const exampleBatch = {
  id: 1,
  name: 'customers.csv',
  state: 'done',
  error: null,
  rows: 60,
  scored: 59,
  rejected: 1,
  noted: 0,
  by_level: { low: 31, medium: 16, high: 12 },
  model_id: 1,
  created_at: '2026-11-20T09:30:00.000Z',
  finished_at: '2026-11-20T09:30:01.000Z',
  links: {
    self: `${apiPath}/batches/1`,
    results: `${apiPath}/batches/1/results`,
    rejects: `${apiPath}/batches/1/rejects`,
  },
} as const;
const params = { id: '1' };

const createBatch = defineOperation({
  id: 'createBatch',
  method: 'post',
  path: '/batches',
  tag: 'Batches',
  scope: 'batches:write',
  summary: 'Score a file',
  description:
    'CSV, Excel or Parquet, with a column for each one of the active model; names that a person matched in an earlier file are remembered. A row that cannot be scored is in the rejects with the reason; the others are scored all the same. Ask for the batch until its state is `done`.',
  upload: true,
  status: 202,
  problems: [409],
  body: z.strictObject({
    first_line: z
      .enum(['names', 'data'])
      .optional()
      .meta({ description: 'What it has; needed only where it cannot be told from the file.' }),
  }),
  answer: BatchWithProgress,
  example: {
    file: exampleFile,
    answer: {
      ...exampleBatch,
      ...{ state: 'scoring', scored: 0, rejected: 0, by_level: { low: 0, medium: 0, high: 0 } },
      ...{ finished_at: null, links: { ...exampleBatch.links, results: null, rejects: null } },
      progress: { done: 0, total: 60 },
    },
  },
  handle: async ({ context, user, body, file }) => {
    const env = { ...openUploadStore(context), user };
    const batch = await receiveWithoutQuestions(env, requireFile(file), (path) =>
      context.tasks.run('takeInTable', { path, firstLine: body.first_line ?? null }),
    );
    return { body: await withProgress(context, batch), location: `/batches/${batch.id}` };
  },
});

const listAll = defineOperation({
  id: 'listBatches',
  method: 'get',
  path: '/batches',
  tag: 'Batches',
  scope: 'batches:read',
  summary: 'List files, the newest first',
  status: 200,
  query: z.strictObject(pageQuery),
  answer: pageOf(Batch),
  example: { answer: { items: [exampleBatch], next_cursor: null } },
  handle: async ({ context, query: { limit, cursor } }) => {
    const batches = await listBatches(context.db, limit + 1, readCursor(cursor) || Infinity);
    return { body: toPage(batches, limit, { present: toBatch, positionOf: ({ id }) => id }) };
  },
});

const getOne = defineOperation({
  id: 'getBatch',
  method: 'get',
  path: '/batches/{id}',
  tag: 'Batches',
  scope: 'batches:read',
  summary: 'Read the state of a file',
  status: 200,
  params: idParams,
  answer: BatchWithProgress,
  example: { params, answer: { ...exampleBatch, progress: null } },
  handle: async ({ context, params: { id } }) => ({
    body: await withProgress(context, await getBatch(context.db, id)),
  }),
});

/** `kind`: of the file that is sent. */
function download(
  name: string,
  kind: SentKind,
  facts: { readonly summary: string; readonly description: string },
) {
  return defineOperation({
    id: `get${name}`,
    method: 'get',
    path: `/batches/{id}/${name.replace('Batch', '').toLowerCase()}`,
    tag: 'Batches',
    scope: 'batches:read',
    ...facts,
    status: 200,
    downloadType: 'text/csv',
    params: idParams,
    example: { params },
    handle: async ({ context, params: { id } }) => ({
      download: await openSentFile(context, await getBatch(context.db, id), kind),
    }),
  });
}

const getResults = download('BatchResults', 'scored', {
  summary: 'Get the scores of a file',
  description:
    'The rows as they came, with probability, risk level, reasons and recommended action. Controls of campaigns and held-out customers have no action but a note not to contact them.',
});
const getRejects = download('BatchRejects', 'rejected', {
  summary: 'Get the rejected rows of a file',
  description: 'Each with its place in the file and the reason.',
});

const cancel = defineOperation({
  id: 'cancelBatch',
  method: 'post',
  path: '/batches/{id}/cancel',
  tag: 'Batches',
  scope: 'batches:write',
  summary: 'Cancel the scoring of a file',
  description:
    'What is scored is kept, and the scoring can be resumed. Of a batch that has ended nothing changes.',
  status: 200,
  params: idParams,
  answer: BatchWithProgress,
  example: { params, answer: { ...exampleBatch, progress: null } },
  handle: async ({ context, params: { id } }) => {
    await getBatch(context.db, id);
    await cancelBatch(context.db, id);
    return { body: await withProgress(context, await getBatch(context.db, id)) };
  },
});

const resume = defineOperation({
  id: 'resumeBatch',
  method: 'post',
  path: '/batches/{id}/resume',
  tag: 'Batches',
  scope: 'batches:write',
  summary: 'Resume a file that was cancelled or has failed',
  description: 'The scoring goes on where it ended. Of other batches nothing changes.',
  status: 202,
  problems: [409],
  params: idParams,
  answer: BatchWithProgress,
  example: { params, answer: { ...exampleBatch, progress: null } },
  handle: async ({ context, user, params: { id } }) => {
    const { modelId } = await getBatch(context.db, id);
    if (modelId === null) throw new Conflict('This file was never matched to a model. Do it on its page.');
    await resumeBatch(context.db, user, id);
    return { body: await withProgress(context, await getBatch(context.db, id)), location: `/batches/${id}` };
  },
});

function toBatch(batch: BatchSummary): z.input<typeof Batch> {
  const { id, originalName, state, error, rowCount, scoredCount, rejectedCount, notedCount } = batch;
  const self = `${apiPath}/batches/${id}`;
  const hasEnded = state === 'done' || state === 'failed';
  return {
    ...{ id, name: originalName, state, error },
    ...{ rows: rowCount, scored: scoredCount, rejected: rejectedCount, noted: notedCount },
    by_level: { low: batch.lowCount, medium: batch.mediumCount, high: batch.highCount },
    ...{ model_id: batch.modelId, created_at: batch.createdAt, finished_at: batch.finishedAt },
    links: {
      self,
      results: hasEnded ? `${self}/results` : null,
      rejects: hasEnded && rejectedCount > 0 ? `${self}/rejects` : null,
    },
  };
}

async function withProgress(
  { db }: Context,
  batch: BatchSummary,
): Promise<z.input<typeof BatchWithProgress>> {
  const job = await findRunningJob(db, batch.id);
  const scored = batch.scoredCount + batch.rejectedCount;
  const done = batch.state === 'scoring' ? scored : (job?.done ?? 0);
  return { ...toBatch(batch), progress: job ? { done, total: batch.rowCount } : null };
}

export const batchOperations = [createBatch, listAll, getOne, getResults, getRejects, cancel, resume];
