/** Finds changes to inputs the company can change that would take a customer below the next risk level. */
import type { Db } from '../../db.ts';
import { AppError } from '../../errors.ts';
import { findCounterfactuals } from '../../ml/explain/counterfactual.ts';
import { predictModel } from '../../ml/model/model.ts';
import type { Model } from '../../ml/model/model.ts';
import { addRow, createRowBatch, toTable } from '../../ml/data/row-reader.ts';
import type { Table } from '../../ml/data/table.ts';
import { findModel } from '../../store/models.ts';
import type { Settings } from '../../store/settings.ts';
import { cellsOf } from './customer-cells.ts';
import type { CustomerScore } from './customer-record.ts';
import { featureTitle, changeWords } from './feature-words.ts';
import { findSaveMenu } from '../levers/save-menu.ts';
import type { SaveOption } from '../levers/save-menu.ts';
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
  /** What the organisation's levers would do, in place of `found`; null: none can be used with this model. */
  readonly menu: readonly SaveOption[] | null;
}

const none: Alternatives = { below: null, changeable: [], found: [], menu: null };

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
    const model = await readModelFile(modelsDir, record);
    const customer = rowOf(model, prediction);
    if (customer === null) return { ...none, below };
    // Strictly below: at the threshold a customer is on the higher level.
    const goal = below - 1e-9;
    const menu = await findSaveMenu({ db, modelsDir, model, customer, prediction, goal, settings });
    return menu === null ? alternativesOf(model, customer, below, goal) : { ...none, below, menu };
  } catch (error) {
    if (error instanceof AppError) return none;
    throw error;
  }
}

/** Null: what is stored cannot be read by this model. */
function rowOf({ schema }: Model, { inputs }: CustomerScore): Table | null {
  const batch = createRowBatch(schema.features, 1);
  return addRow(batch, cellsOf(schema, inputs), '.').problems.length > 0 ? null : toTable(batch);
}

function alternativesOf(model: Model, customer: Table, below: number, goal: number): Alternatives {
  const { features } = model.schema;
  const changeable = [...features.keys()].filter((place) => features[place]!.actionable === true);
  const found =
    changeable.length === 0
      ? []
      : findCounterfactuals({
          predict: (table) => predictModel(model, table),
          features,
          customer,
          changeable,
          goal,
        });
  return {
    below,
    menu: null,
    changeable: changeable.map((place) => featureTitle(features[place]!)),
    found: found.map(({ changes, probability }) => ({
      probability,
      changes: changes.map(({ place, from, to }) => changeWords(features[place]!, from, to)),
    })),
  };
}
