/**
 * The population that the overview counts. Customers of the sample and the organisation's customers are never added
 * up, nor are scores of models that use different columns: a mean over both would describe no real group of customers.
 */
import type { Db } from '../../db.ts';
import { isNumeric } from '../../ml/data/row-reader.ts';
import type { Feature, Schema } from '../../ml/data/schema.ts';
import { findActiveModel, listArchivedModels, listModels } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import type { PopulationFilter, PredictionFilter } from '../../store/prediction-filters.ts';
import { listScoredMappings, listScoredModels } from '../../store/scored-models.ts';
import type { ScoredModel } from '../../store/scored-models.ts';
import { foldName } from '../csv/column-names.ts';

export interface Population {
  /** The active model where it has scored anybody, otherwise the one that scored last; its columns are shown. */
  readonly model: ModelRecord | undefined;
  readonly filter: PopulationFilter;
  /** Models whose scores are left out because they use other columns. */
  readonly leftOut: readonly string[];
}

/** The customers that the home page, analytics and the list show unless a file or a model is chosen. */
export async function currentPopulation(db: Db): Promise<Population> {
  const models = [...(await listModels(db)), ...(await listArchivedModels(db))];
  const scored = await listScoredModels(db);
  const includesSample = !scored.some(({ isSample, newestBatchId }) => !isSample && newestBatchId > 0);
  const counted = scored.filter(({ isSample }) => includesSample || !isSample);
  const model = await modelOf(db, models, counted);
  const family = model ? models.filter((other) => canScore(model.schema, other.schema)) : models;
  const modelIds = family.map(({ id }) => id);
  return {
    model,
    filter: { modelIds, includesSample },
    leftOut: models
      .filter(({ id }) => !modelIds.includes(id) && counted.some(({ modelId }) => modelId === id))
      .map(({ label }) => label),
  };
}

/** Customers that a model could score from their stored inputs, without filling in any. */
export interface Comparable {
  readonly population: PopulationFilter;
  /** Uploads whose file did not have all of the model's columns. */
  readonly exceptBatches: readonly number[];
}

export async function comparableCustomers(db: Db, schema: Schema): Promise<Comparable> {
  const models = [...(await listModels(db)), ...(await listArchivedModels(db))];
  const { filter } = await currentPopulation(db);
  const family = new Map(
    models.filter((model) => canScore(schema, model.schema)).map((model) => [model.id, model.schema]),
  );
  const wanted = columnsOf(schema);
  const exceptBatches = (await listScoredMappings(db)).filter(({ modelId, mapping }) => {
    const stored = family.get(modelId);
    const { features } = mapping;
    return stored?.features.some(
      (feature, j) => (features[j] ?? null) === null && wanted.has(columnOf(feature)),
    );
  });
  return {
    population: { modelIds: [...family.keys()], includesSample: filter.includesSample },
    exceptBatches: exceptBatches.map(({ batchId }) => batchId),
  };
}

/** The filter within the population; a filter on a file or a model is kept as it is. */
export function withinPopulation(filter: PredictionFilter, population: Population): PredictionFilter {
  return filter.batch === null && filter.model === null
    ? { ...filter, population: population.filter }
    : filter;
}

/** True when customers that were scored with `stored` have every column that a model with `schema` looks at. */
export function canScore(schema: Schema, stored: Schema): boolean {
  const known = columnsOf(stored);
  return [...columnsOf(schema)].every((column) => known.has(column));
}

function columnsOf({ features }: Schema): Set<string> {
  return new Set(features.map(columnOf));
}

function columnOf(feature: Feature): string {
  return `${foldName(feature.name)} ${isNumeric(feature)}`;
}

async function modelOf(
  db: Db,
  models: readonly ModelRecord[],
  counted: readonly ScoredModel[],
): Promise<ModelRecord | undefined> {
  const active = await findActiveModel(db);
  const byId = new Map(models.map((model) => [model.id, model]));
  const known = counted
    .filter(({ modelId }) => byId.has(modelId))
    .sort((a, b) => b.newestBatchId - a.newestBatchId);
  const isShown = ({ modelId }: ScoredModel): boolean =>
    active !== undefined && canScore(active.schema, byId.get(modelId)!.schema);
  if (active && (known.length === 0 || known.some(isShown))) return active;
  return known[0] && byId.get(known[0].modelId);
}
