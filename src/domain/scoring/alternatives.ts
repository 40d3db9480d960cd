/** Finds changes to inputs the company can change that would take a customer below the next risk level. */
import type { Db } from '../../db.ts';
import { AppError } from '../../errors.ts';
import { valueText } from '../../format.ts';
import { findCounterfactuals } from '../../ml/explain/counterfactual.ts';
import { predictModel } from '../../ml/model/model.ts';
import type { Model } from '../../ml/model/model.ts';
import { addRow, createRowBatch, isNumeric, toTable } from '../../ml/data/row-reader.ts';
import type { Feature } from '../../ml/data/schema.ts';
import { findModel } from '../../store/models.ts';
import type { Settings } from '../../store/settings.ts';
import { cellsOf } from './customer-cells.ts';
import type { CustomerScore } from './customer-record.ts';
import { featureTitle, levelText } from './feature-words.ts';
import { readModelFile } from '../models/files.ts';

export interface Alternative {
  readonly changes: readonly { readonly feature: string; readonly from: string; readonly to: string }[];
  readonly probability: number;
}

export interface Alternatives {
  /** Below which probability; null: the customer is at low risk already. */
  readonly below: number | null;
  /** Columns that an analyst marked as something the company can change. */
  readonly changeable: readonly string[];
  readonly found: readonly Alternative[];
}

const none: Alternatives = { below: null, changeable: [], found: [] };

/** None where the model was removed or cannot be used any more. */
export async function findAlternatives(
  db: Db,
  modelsDir: string,
  prediction: CustomerScore,
  settings: Settings,
): Promise<Alternatives> {
  const below = { low: null, medium: settings.mediumFrom, high: settings.highFrom }[prediction.riskLevel];
  const record = prediction.modelId === null ? undefined : await findModel(db, prediction.modelId);
  if (!record || below === null) return none;
  try {
    return alternativesOf(await readModelFile(modelsDir, record), prediction, below);
  } catch (error) {
    if (error instanceof AppError) return none;
    throw error;
  }
}

function alternativesOf(model: Model, prediction: CustomerScore, below: number): Alternatives {
  const { features } = model.schema;
  const changeable = [...features.keys()].filter((place) => features[place]!.actionable === true);
  const answer = { below, changeable: changeable.map((place) => featureTitle(features[place]!)), found: [] };
  const batch = createRowBatch(features, 1);
  if (
    changeable.length === 0 ||
    addRow(batch, cellsOf(model.schema, prediction.inputs), '.').problems.length > 0
  )
    return answer;
  const found = findCounterfactuals({
    predict: (table) => predictModel(model, table),
    features,
    customer: toTable(batch),
    changeable,
    // Strictly below: at the threshold a customer is on the higher level.
    goal: below - 1e-9,
  });
  return {
    ...answer,
    found: found.map(({ changes, probability }) => ({
      probability,
      changes: changes.map(({ place, from, to }) => {
        const feature = features[place]!;
        return { feature: featureTitle(feature), from: wordsOf(feature, from), to: wordsOf(feature, to) };
      }),
    })),
  };
}

function wordsOf(feature: Feature, value: number): string {
  if (Number.isNaN(value) || (value < 0 && !isNumeric(feature))) return 'not known';
  if (!isNumeric(feature)) return levelText(feature, feature.levels[value]!);
  return valueText(value, feature.type === 'date' ? 'date' : 'number');
}
