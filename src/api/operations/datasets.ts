/** Datasets: tables with customers of the past, to train on. */
import { z } from 'zod';
import { defineLabel, getReady, receiveDataset } from '../../domain/datasets/datasets.ts';
import { describeLabel, readLabel } from '../../domain/datasets/labels/definition.ts';
import { Unprocessable } from '../../errors.ts';
import { datasetKinds, datasetStates, getDataset, listDatasets } from '../../store/datasets.ts';
import type { Dataset } from '../../store/datasets.ts';
import { pageOf, pageOfNewest, pageQuery } from '../cursor.ts';
import { defineOperation } from '../operation.ts';
import { idParams, requireFile, time } from '../schemas.ts';

const DatasetFacts = z
  .object({
    id: z.int(),
    name: z.string(),
    kind: z.enum(datasetKinds),
    version: z.int(),
    state: z.enum(datasetStates),
    error: z.string().nullable().meta({ description: 'Why it could not be read.' }),
    rows: z.int().nonnegative(),
    label: z.string().nullable().meta({ description: 'What says that a customer left, in words.' }),
    created_at: time,
  })
  .meta({ id: 'Dataset' });

const DatasetWithColumns = DatasetFacts.extend({
  columns: z.array(
    z.object({ name: z.string(), type: z.string(), role: z.string(), levels: z.array(z.string()) }),
  ),
}).meta({ id: 'DatasetWithColumns' });

const exampleDataset = {
  id: 1,
  name: 'Customers of 2025',
  kind: 'customers',
  version: 1,
  state: 'ready',
  error: null,
  rows: 7043,
  label: 'Churn is Yes',
  created_at: '2026-11-20T09:00:00.000Z',
} as const;
const exampleColumns = [{ name: 'Churn', type: 'boolean', role: 'label', levels: ['No', 'Yes'] }];
const params = { id: '1' };

/** Customers with every second one gone, the older ones. */
const exampleFile = {
  name: 'customers-of-2025.csv',
  content: [
    'customer,age,plan,Churn',
    ...Array.from({ length: 80 }, (_, i) => {
      const age = 20 + ((i * 7) % 50);
      return `c${i},${age},${i % 3 === 0 ? 'basic' : 'full'},${age > 45 === i % 9 > 1 ? 'Yes' : 'No'}`;
    }),
    '',
  ].join('\n'),
};

const createDataset = defineOperation({
  id: 'createDataset',
  method: 'post',
  path: '/datasets',
  tag: 'Datasets',
  scope: 'datasets:write',
  summary: 'Upload a dataset',
  description:
    'CSV, Excel or Parquet, read in the background. With `version_of` it is a new version of that dataset, and takes its columns and label over.',
  upload: true,
  status: 202,
  body: z.strictObject({
    name: z.string().trim().max(200).default('').meta({ description: 'Empty: that of the file.' }),
    kind: z.enum(datasetKinds).default('customers'),
    version_of: z.coerce.number().int().positive().max(2_147_483_647).optional(),
  }),
  answer: DatasetWithColumns,
  example: {
    file: exampleFile,
    answer: { ...exampleDataset, state: 'reading', rows: 0, label: null, columns: [] },
  },
  handle: async ({ context: { db, config }, user, body, file }) => {
    const { version_of: versionOf, ...facts } = body;
    if (versionOf !== undefined) await getDataset(db, versionOf);
    const upload = { ...requireFile(file), ...facts, versionOf: versionOf ?? null };
    const id = await receiveDataset(db, config, user, upload);
    return { body: withColumns(await getDataset(db, id)), location: `/datasets/${id}` };
  },
});

const listAll = defineOperation({
  id: 'listDatasets',
  method: 'get',
  path: '/datasets',
  tag: 'Datasets',
  scope: 'datasets:read',
  summary: 'List datasets, the newest first',
  status: 200,
  query: z.strictObject(pageQuery),
  answer: pageOf(DatasetFacts),
  example: { answer: { items: [exampleDataset], next_cursor: null } },
  handle: async ({ context: { db }, query }) => ({
    body: pageOfNewest(await listDatasets(db), query, toFacts),
  }),
});

const getOne = defineOperation({
  id: 'getDataset',
  method: 'get',
  path: '/datasets/{id}',
  tag: 'Datasets',
  scope: 'datasets:read',
  summary: 'Read a dataset and its columns',
  status: 200,
  params: idParams,
  answer: DatasetWithColumns,
  example: { params, answer: { ...exampleDataset, columns: exampleColumns } },
  handle: async ({ context: { db }, params: { id } }) => ({ body: withColumns(await getDataset(db, id)) }),
});

const setLabel = defineOperation({
  id: 'setDatasetLabel',
  method: 'put',
  path: '/datasets/{id}/label',
  tag: 'Datasets',
  scope: 'datasets:write',
  summary: 'Say which column has the outcome',
  description: 'Rules in place of a column are made on the pages.',
  status: 200,
  problems: [409],
  params: idParams,
  body: z.strictObject({
    column: z.string().min(1).max(1_000),
    positive: z.string().min(1).max(1_000).meta({ description: 'The level that means: left.' }),
  }),
  answer: DatasetWithColumns,
  example: {
    params,
    body: { column: 'Churn', positive: 'Yes' },
    answer: { ...exampleDataset, columns: exampleColumns },
  },
  handle: async ({ context: { db }, user, params: { id }, body }) => {
    const { columns } = await getReady(db, id);
    const column = columns.find(({ name }) => name === body.column);
    if (!column) throw refused('column', `The dataset has no column ${body.column}.`);
    if (!column.levels.includes(body.positive))
      throw refused('positive', `Choose one of the levels of ${body.column}: ${column.levels.join(', ')}.`);
    await defineLabel(db, user, id, { kind: 'column', ...body });
    return { body: withColumns(await getDataset(db, id)) };
  },
});

function refused(field: string, message: string): Unprocessable {
  return new Unprocessable([{ field, message }]);
}

function toFacts(dataset: Dataset): z.input<typeof DatasetFacts> {
  const { id, name, kind, version, state, error, rowCount, createdAt } = dataset;
  const label = readLabel(dataset.label);
  return {
    ...{ id, name, kind, version, state, error },
    rows: rowCount,
    label: label && describeLabel(label),
    created_at: createdAt,
  };
}

function withColumns(dataset: Dataset): z.input<typeof DatasetWithColumns> {
  return {
    ...toFacts(dataset),
    columns: dataset.columns.map(({ name, type, role, levels }) => ({
      name,
      type,
      role,
      levels: [...levels],
    })),
  };
}

export const datasetOperations = [createDataset, listAll, getOne, setLabel];
