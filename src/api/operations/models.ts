/** Models: the registry, their cards, activation and export. */
import { z } from 'zod';
import { dialectNames } from '../../domain/export/sql/dialects.ts';
import { activate } from '../../domain/models/activation.ts';
import { cardFigures } from '../../domain/models/card-figures.ts';
import { exportModel, recordExport } from '../../domain/models/registry.ts';
import { Conflict } from '../../errors.ts';
import { getModel, listArchivedModels, listModels, modelStates } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { pageOf, pageOfNewest, pageQuery } from '../cursor.ts';
import { defineOperation } from '../operation.ts';
import { idParams, time } from '../schemas.ts';

const Model = z
  .object({
    id: z.int(),
    name: z.string(),
    version: z.string(),
    state: z.enum(modelStates),
    family: z.string(),
    threshold: z.number().min(0).max(1).meta({ description: 'From it on a customer counts as leaving.' }),
    dataset_id: z.int().nullable(),
    created_at: time,
    activated_at: time.nullable(),
  })
  .meta({ id: 'Model' });

const Figure = z
  .object({
    value: z.number(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    one_column: z.number().nullable().meta({ description: 'Of the best rule on one column.' }),
  })
  .meta({ id: 'CardFigure', description: 'With an interval of 95%.' });

const Card = Model.extend({
  figures: z
    .record(z.string(), Figure)
    .meta({ description: 'By measure, such as `rocAuc`, on customers who were held out of the training.' }),
  trained_on: z.object({
    rows: z.int(),
    held_out: z.int().meta({ description: 'Rows that the figures are measured on.' }),
    churn_rate: z.number(),
  }),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      levels: z.array(z.string()),
      importance: z.number().nullable().meta({ description: 'Mean size of its reasons, in probability.' }),
    }),
  ),
  identifier: z.string().nullable(),
  monthly_value: z.string().nullable().meta({ description: 'The column with the monthly revenue.' }),
}).meta({ id: 'ModelCard' });

const exampleModel = {
  id: 1,
  name: 'Telecom churn',
  version: 'v1 Telecom churn',
  state: 'active',
  family: 'boosting',
  threshold: 0.5,
  dataset_id: 1,
  created_at: '2026-11-20T09:00:00.000Z',
  activated_at: '2026-11-20T09:05:00.000Z',
} as const;
const params = { id: '1' };

const listAll = defineOperation({
  id: 'listModels',
  method: 'get',
  path: '/models',
  tag: 'Models',
  scope: 'models:read',
  summary: 'List models, the newest first',
  status: 200,
  query: z.strictObject({ ...pageQuery, state: z.enum(modelStates).optional() }),
  answer: pageOf(Model),
  example: { query: { state: 'active' }, answer: { items: [exampleModel], next_cursor: null } },
  handle: async ({ context: { db }, query }) => {
    const all = [...(await listModels(db)), ...(await listArchivedModels(db))];
    const asked = all.filter(({ state }) => query.state === undefined || state === query.state);
    return { body: pageOfNewest(asked, query, toModel) };
  },
});

const getCard = defineOperation({
  id: 'getModel',
  method: 'get',
  path: '/models/{id}',
  tag: 'Models',
  scope: 'models:read',
  summary: 'Read the card of a model',
  status: 200,
  params: idParams,
  answer: Card,
  example: {
    params,
    answer: {
      ...exampleModel,
      figures: { rocAuc: { value: 0.84, low: 0.82, high: 0.86, one_column: 0.74 } },
      trained_on: { rows: 5634, held_out: 1409, churn_rate: 0.265 },
      columns: [{ name: 'tenure', type: 'number', levels: [], importance: 0.31 }],
      identifier: 'customerID',
      monthly_value: 'MonthlyCharges',
    },
  },
  handle: async ({ context: { db }, params: { id } }) => ({ body: toCard(await getModel(db, id)) }),
});

const activateOne = defineOperation({
  id: 'activateModel',
  method: 'post',
  path: '/models/{id}/activate',
  tag: 'Models',
  scope: 'models:activate',
  summary: 'Activate a model',
  description:
    'Customers are scored with it from now on; stored scores change when customers are scored again. A model whose promotion tests fail is refused unless the request says otherwise.',
  status: 200,
  problems: [409],
  params: idParams,
  body: z.strictObject({ despite_failing_tests: z.boolean().default(false) }),
  answer: Model,
  example: { params, body: { despite_failing_tests: false }, answer: exampleModel },
  handle: async ({ context, user, params: { id }, body }) => {
    const { db, config, tasks } = context;
    await getModel(db, id);
    const { tests, failures } = await tasks.run('previewActivation', { modelId: id });
    if (failures !== null && !body.despite_failing_tests) {
      const failing = tests.filter(({ outcome }) => outcome === 'failed').map(({ test }) => test.name);
      throw new Conflict(`These promotion tests fail: ${failing.join(', ')}.`, 'promotion-tests-fail');
    }
    await activate(db, config.modelsDir, user, { id, tests });
    return { body: toModel(await getModel(db, id)) };
  },
});

const exportFile = defineOperation({
  id: 'exportModel',
  method: 'get',
  path: '/models/{id}/file',
  tag: 'Models',
  scope: 'models:export',
  summary: 'Export a model as a file of Holdfast',
  description: 'Another installation can import it.',
  status: 200,
  problems: [409],
  downloadType: 'application/octet-stream',
  params: idParams,
  example: { params },
  handle: async ({ context: { db, config }, user, params: { id } }) => {
    const bytes = await exportModel(db, config, user, id);
    return { download: { name: `holdfast-model_v${id}.holdfast`, parts: [bytes] } };
  },
});

const exportOnnx = defineOperation({
  id: 'exportModelAsOnnx',
  method: 'get',
  path: '/models/{id}/onnx',
  tag: 'Models',
  scope: 'models:export',
  summary: 'Export a model as ONNX',
  status: 200,
  downloadType: 'application/octet-stream',
  params: idParams,
  example: { params },
  handle: async ({ context: { db, tasks }, user, params: { id } }) => {
    const model = await getModel(db, id);
    const bytes = await tasks.run('onnxExport', { modelId: id });
    await recordExport(db, user, model, { format: 'onnx' });
    return { download: { name: `holdfast-model_v${id}.onnx`, parts: [bytes] } };
  },
});

const exportSql = defineOperation({
  id: 'exportModelAsSql',
  method: 'get',
  path: '/models/{id}/sql',
  tag: 'Models',
  scope: 'models:export',
  summary: 'Export a model as a SELECT that scores a table',
  status: 200,
  downloadType: 'application/sql',
  params: idParams,
  query: z.strictObject({
    dialect: z.enum(dialectNames),
    table: z.string().trim().min(1).max(200),
    key: z.string().trim().min(1).max(200).meta({ description: 'The column that names a customer.' }),
  }),
  example: { params, query: { dialect: 'postgres', table: 'customers', key: 'customer_id' } },
  handle: async ({ context: { db, tasks }, user, params: { id }, query }) => {
    const model = await getModel(db, id);
    const sql = await tasks.run('sqlExport', { modelId: id, ...query });
    await recordExport(db, user, model, { format: 'sql', ...query });
    return { download: { name: `holdfast-model_v${id}_${query.dialect}.sql`, parts: [sql] } };
  },
});

function toModel({
  id,
  name,
  label,
  state,
  family,
  threshold,
  ...model
}: ModelRecord): z.input<typeof Model> {
  return {
    ...{ id, name, version: label, state, family, threshold },
    dataset_id: model.datasetId,
    created_at: model.createdAt,
    activated_at: model.activatedAt,
  };
}

function toCard(model: ModelRecord): z.input<typeof Card> {
  const { schema, evaluation, importance } = model;
  const known = [...cardFigures(model)].filter(([, { value }]) => !Number.isNaN(value));
  return {
    ...toModel(model),
    figures: Object.fromEntries(
      known.map(([measure, { value, interval, oneColumn }]) => [
        measure,
        {
          ...{ value, low: interval?.low ?? null, high: interval?.high ?? null },
          one_column: Number.isNaN(oneColumn) ? null : oneColumn,
        },
      ]),
    ),
    trained_on: {
      rows: evaluation.trainingRows,
      held_out: evaluation.holdoutRows,
      churn_rate: evaluation.positiveRate,
    },
    columns: schema.features.map(({ name, type, levels }) => ({
      ...{ name, type, levels: [...levels] },
      importance: importance.find(({ feature }) => feature === name)?.points ?? null,
    })),
    identifier: schema.identifier,
    monthly_value: schema.value,
  };
}

export const modelOperations = [listAll, getCard, activateOne, exportFile, exportOnnx, exportSql];
