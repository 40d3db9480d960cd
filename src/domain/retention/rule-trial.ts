/** What each rule says of a customer who was scored before, by the rules as they are now. */
import type { Db } from '../../db.ts';
import { AppError } from '../../errors.ts';
import { findModel } from '../../store/models.ts';
import type { PredictionRecord } from '../../store/predictions.ts';
import { listRules } from '../../store/retention-rules.ts';
import { getSettings } from '../../store/settings.ts';
import { cellsOf } from '../scoring/customer-cells.ts';
import { readModelFile } from '../models/files.ts';
import { chooseActions, whyNot } from './matching.ts';
import type { Conditions, RetentionRule, RuleSubject } from './matching.ts';
import { createScorer, scoreCustomers } from '../scoring/scoring.ts';
import { currentScoringRules } from '../scoring/context.ts';

export interface RuleTrial {
  readonly rule: RetentionRule;
  /** Why it recommends nothing, in words; null: it does. */
  readonly whyNot: string | null;
  readonly saving: number | null;
}

export async function tryRules(
  db: Db,
  modelsDir: string,
  prediction: PredictionRecord,
): Promise<RuleTrial[]> {
  const { valueMonths } = await getSettings(db);
  const subject = { ...prediction, reasons: await reasonsOf(db, modelsDir, prediction) };
  return (await listRules<Conditions>(db)).map((rule) => tryRule(rule, subject, valueMonths));
}

function tryRule(rule: RetentionRule, subject: RuleSubject, valueMonths: number): RuleTrial {
  const [action] = chooseActions([{ ...rule, enabled: true }], subject, valueMonths);
  const why = rule.enabled ? whyNot(rule, subject) : 'the rule is switched off';
  return {
    rule,
    whyNot: why ?? (action ? null : 'it would cost more than it should save'),
    saving: action?.expectedSaving ?? null,
  };
}

/**
 * With a score only the strongest reasons are stored, but rules look at all: the model is asked again. When it is
 * gone, or says something else by now, the stored ones have to do.
 */
async function reasonsOf(
  db: Db,
  modelsDir: string,
  prediction: PredictionRecord,
): Promise<RuleSubject['reasons']> {
  const stored = prediction.reasons.strongest;
  const record = prediction.modelId === null ? undefined : await findModel(db, prediction.modelId);
  if (!record) return stored;
  try {
    const model = await readModelFile(modelsDir, record);
    const scorer = createScorer(model, await currentScoringRules(db));
    const [result] = scoreCustomers(scorer, [{ cells: cellsOf(model.schema, prediction.inputs) }], '.');
    if (result?.ok && result.customer.probability === prediction.probability) return result.customer.reasons;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  return stored;
}
