/** What the blocks of a batch are scored with, as it was frozen when scoring began. */
import type { Db } from '../../db.ts';
import { DamagedRecord } from '../../errors.ts';
import type { FrozenRules } from '../../store/batch-documents.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { readModelFile } from '../models/files.ts';
import { pastFor } from '../scoring/context.ts';
import type { BlockTask } from './blocks/block-work.ts';
import type { ScoringPlan } from './blocks/score-block.ts';
import { mappingOf } from './mapping.ts';

export async function planOf(db: Db, modelsDir: string, batch: BatchRecord): Promise<ScoringPlan> {
  const { format, header } = batch;
  const record = await frozenModel(db, batch);
  return {
    model: await readModelFile(modelsDir, record),
    modelLabel: record.label,
    rules: rulesOf(batch),
    past: await pastFor(db, rulesOf(batch)),
    format,
    columnCount: header.length,
    isBatch: true,
  };
}

export function taskOf(batch: BatchRecord, scoring: ScoringPlan): BlockTask {
  const { format, columnCount, model } = scoring;
  return {
    source: { schema: model.schema, mapping: mappingOf(batch), format, columnCount },
    scoring,
    isCheck: isUnchecked(batch),
    keepsColumns: false,
  };
}

/** A file that was to be scored right away; those that Holdfast made itself need no report. */
function isUnchecked({ report, correctsBatchId, isSample }: BatchRecord): boolean {
  return report === null && correctsBatchId === null && !isSample;
}

/** The model with the label and threshold that it had when scoring began. */
async function frozenModel(db: Db, batch: BatchRecord): Promise<ModelRecord> {
  const record = await getModel(db, batch.modelId ?? 0);
  const { threshold = record.threshold } = rulesOf(batch);
  return { ...record, threshold, label: batch.modelLabel ?? record.label };
}

function rulesOf({ id, rules }: BatchRecord): FrozenRules {
  if (rules === null) throw new DamagedRecord(`batch ${id}`, 'the rules that it is scored with are missing');
  return rules;
}
