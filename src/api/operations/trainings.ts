/** Training runs: begun, followed, cancelled. The model of a run that has ended is a candidate. */
import { z } from 'zod';
import { cancelTraining, queueTraining } from '../../domain/training/queue.ts';
import { freshSeed, optionsFor } from '../../domain/training/options.ts';
import { Unprocessable } from '../../errors.ts';
import { getDataset } from '../../store/datasets.ts';
import { getTraining, listTrainings, trainingStates } from '../../store/trainings.ts';
import type { TrainingRecord } from '../../store/trainings.ts';
import { pageOf, pageQuery, readCursor, toPage } from '../cursor.ts';
import { defineOperation } from '../operation.ts';
import { idParams, time } from '../schemas.ts';

const Training = z
  .object({
    id: z.int(),
    dataset_id: z.int(),
    name: z.string(),
    state: z.enum(trainingStates),
    error: z.string().nullable(),
    stage: z.string().nullable().meta({ description: 'What is done now, in words.' }),
    model_id: z.int().nullable().meta({ description: 'Null until it is trained.' }),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
  })
  .meta({ id: 'Training' });

const exampleTraining = {
  id: 1,
  dataset_id: 1,
  name: 'Customers of 2025',
  state: 'done',
  error: null,
  stage: null,
  model_id: 2,
  created_at: '2026-11-20T09:00:00.000Z',
  started_at: '2026-11-20T09:00:01.000Z',
  finished_at: '2026-11-20T09:00:09.000Z',
} as const;
const params = { id: '1' };

const createTraining = defineOperation({
  id: 'createTraining',
  method: 'post',
  path: '/trainings',
  tag: 'Trainings',
  scope: 'trainings:write',
  summary: 'Train a model',
  description:
    'On a dataset that has been read and has a label. Which customers are held out is decided by the seed.',
  status: 202,
  problems: [409],
  body: z.strictObject({
    dataset_id: z.int().positive().max(2_147_483_647),
    name: z.string().trim().min(1).max(200).meta({ description: 'Of the model.' }),
    training_time: z
      .enum(['quick', 'thorough'])
      .default('quick')
      .meta({ description: 'Quick compares families that fit in a moment; thorough tunes and blends them.' }),
    seed: z.int().min(0).max(2_147_483_647).optional().meta({ description: 'Missing: a new one.' }),
    exclude: z
      .array(z.string().min(1).max(1_000))
      .max(2_000)
      .default([])
      .meta({ description: 'Columns that the model must not use.' }),
    is_challenger: z
      .boolean()
      .default(false)
      .meta({ description: 'The model becomes the challenger as soon as it is there.' }),
  }),
  answer: Training,
  example: {
    body: { dataset_id: 1, name: 'Customers of 2025', training_time: 'quick', exclude: ['plan'] },
    answer: { ...exampleTraining, state: 'queued', model_id: null, started_at: null, finished_at: null },
  },
  handle: async ({ context: { db }, user, body }) => {
    const { columns } = await getDataset(db, body.dataset_id);
    const unknown = body.exclude.filter((excluded) => !columns.some(({ name }) => name === excluded));
    if (unknown.length > 0)
      throw new Unprocessable(
        unknown.map((name) => ({ field: 'exclude', message: `The dataset has no column ${name}.` })),
      );
    const options = {
      ...optionsFor(body.training_time),
      seed: body.seed ?? freshSeed(),
      drop: body.exclude,
      ...(body.is_challenger ? { isChallenger: true } : {}),
    };
    const id = await queueTraining(db, user, { datasetId: body.dataset_id, name: body.name, options });
    return { body: toTraining(await getTraining(db, id)), location: `/trainings/${id}` };
  },
});

const listAll = defineOperation({
  id: 'listTrainings',
  method: 'get',
  path: '/trainings',
  tag: 'Trainings',
  scope: 'trainings:read',
  summary: 'List training runs, the newest first',
  status: 200,
  query: z.strictObject(pageQuery),
  answer: pageOf(Training),
  example: { answer: { items: [exampleTraining], next_cursor: null } },
  handle: async ({ context: { db }, query: { limit, cursor } }) => {
    const trainings = await listTrainings(db, limit + 1, readCursor(cursor) || Infinity);
    return { body: toPage(trainings, limit, { present: toTraining, positionOf: ({ id }) => id }) };
  },
});

const getOne = defineOperation({
  id: 'getTraining',
  method: 'get',
  path: '/trainings/{id}',
  tag: 'Trainings',
  scope: 'trainings:read',
  summary: 'Read the state of a training run',
  status: 200,
  params: idParams,
  answer: Training,
  example: { params, answer: exampleTraining },
  handle: async ({ context: { db }, params: { id } }) => ({ body: toTraining(await getTraining(db, id)) }),
});

const cancel = defineOperation({
  id: 'cancelTraining',
  method: 'post',
  path: '/trainings/{id}/cancel',
  tag: 'Trainings',
  scope: 'trainings:write',
  summary: 'Cancel a training run',
  description: 'Of a run that has ended nothing changes.',
  status: 200,
  params: idParams,
  answer: Training,
  example: { params, answer: exampleTraining },
  handle: async ({ context: { db }, user, params: { id } }) => {
    await getTraining(db, id);
    await cancelTraining(db, user, id);
    return { body: toTraining(await getTraining(db, id)) };
  },
});

function toTraining(training: TrainingRecord): z.input<typeof Training> {
  const { id, name, state, error, progress } = training;
  return {
    ...{ id, name, state, error },
    dataset_id: training.datasetId,
    stage: state === 'running' ? (progress.stage ?? null) : null,
    model_id: training.modelId,
    created_at: training.createdAt,
    started_at: training.startedAt,
    finished_at: training.finishedAt,
  };
}

export const trainingOperations = [createTraining, listAll, getOne, cancel];
