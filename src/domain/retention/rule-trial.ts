/** Tests the current rules on a customer who has been scored: which rules match, and why the others do not. */
import type { Db } from '../../db.ts';
import { isoTimeOf, timeOf } from '../../db/clock.ts';
import { AppError } from '../../errors.ts';
import { findModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { listRules } from '../../store/retention-rules.ts';
import { getSettings } from '../../store/settings.ts';
import { isSameProbability } from '../scoring/customer-record.ts';
import type { CustomerScore } from '../scoring/customer-record.ts';
import { cellsOf } from '../scoring/customer-cells.ts';
import { today } from '../campaigns/days.ts';
import { readModelFile } from '../models/files.ts';
import { draftVersion, withDraft } from './draft.ts';
import type { RuleDraft } from './draft.ts';
import { isModelOfSample } from './example-rules.ts';
import type { RuleSubject } from './conditions/kind.ts';
import type { ValueTerms } from './expected-value.ts';
import { whyNotMet } from './conditions/kinds.ts';
import { chooseActions, figuresOf } from './matching.ts';
import type { RetentionRule } from './matching.ts';
import { readPast } from './past/reading.ts';
import { hadIn } from './past/table.ts';
import { validityOn } from './validity.ts';
import { createScorer, scoreCustomers } from '../scoring/scoring.ts';
import { currentScoringRules } from '../scoring/context.ts';

export interface RuleTrial {
  readonly rule: RetentionRule;
  /** Why the rule recommends nothing for this customer; null: it recommends its action. */
  readonly whyNot: string | null;
  readonly saving: number | null;
  /** The save rate from which on it pays for itself with this customer; null: not known, or there is none. */
  readonly breakEven: number | null;
}

export async function tryRules(db: Db, modelsDir: string, prediction: CustomerScore): Promise<RuleTrial[]> {
  return tryAll({ db, modelsDir }, prediction, await listRules(db));
}

/** What a rule would do for a customer if it were saved. */
export interface DraftTrial {
  readonly trial: RuleTrial;
  /** What is recommended first by the rules as they are, and as they would be; null: nothing. */
  readonly before: string | null;
  readonly after: string | null;
}

export async function tryDraft(
  { db, modelsDir }: TrialEnv,
  prediction: CustomerScore,
  draft: RuleDraft,
): Promise<DraftTrial> {
  const stored = await listRules(db);
  const after = await tryAll({ db, modelsDir }, prediction, withDraft(stored, draft));
  const before = await tryAll({ db, modelsDir }, prediction, stored);
  const trial = after.find(({ rule }) => rule.version === draftVersion)!;
  return { trial, before: bestOf(before), after: bestOf(after) };
}

function bestOf(trials: readonly RuleTrial[]): string | null {
  const matching = trials.filter(({ whyNot }) => whyNot === null);
  const [best] = matching.toSorted((a, b) => (b.saving ?? 0) - (a.saving ?? 0));
  return best?.rule.action ?? null;
}

interface TrialEnv {
  readonly db: Db;
  readonly modelsDir: string;
}

async function tryAll(
  { db, modelsDir }: TrialEnv,
  prediction: CustomerScore,
  rules: readonly RetentionRule[],
): Promise<RuleTrial[]> {
  const settings = await getSettings(db);
  const model = prediction.modelId === null ? undefined : await findModel(db, prediction.modelId);
  const reasons = model ? await allReasons({ db, modelsDir }, model, prediction) : null;
  const customerId = prediction.customerId ?? '';
  const asking = rules.map((rule) => ({ ...rule, enabled: true }));
  const past = await readPast(db, { rules: asking, at: await isoTimeOf(db), customerId });
  const trial = {
    subject: { ...prediction, reasons: reasons ?? prediction.reasons, had: hadIn(past, customerId) },
    worth: settings,
    day: today(settings.timeZone, await timeOf(db)),
    isOfSample: model !== undefined && (await isModelOfSample(db, model)),
  };
  return rules.map((rule) => tryRule(rule, trial));
}

interface Trial {
  readonly subject: RuleSubject;
  readonly worth: ValueTerms;
  readonly day: string;
  readonly isOfSample: boolean;
}

function tryRule(rule: RetentionRule, trial: Trial): RuleTrial {
  const { subject, worth } = trial;
  const [action] = chooseActions([{ ...rule, enabled: true }], subject, worth);
  return {
    rule,
    whyNot: whyNotUsed(rule, trial) ?? whyNotMet(rule, subject) ?? (action ? null : tooExpensive),
    saving: action?.expectedSaving ?? null,
    breakEven: figuresOf(rule, subject, worth).breakEven,
  };
}

const tooExpensive = 'the action costs more than it is expected to save';

function whyNotUsed(rule: RetentionRule, { isOfSample, day }: Trial): string | null {
  if (!rule.enabled) return 'the rule is not in use';
  if (rule.isExample && !isOfSample) return 'examples apply to customers of the sample only';
  const words = { 'not-yet': 'the rule does not apply yet', now: null, over: 'the rule has ended' };
  return words[validityOn(rule, day)];
}

/**
 * A stored score keeps only its strongest reasons, but rules look at all of them, so the model scores the customer
 * again. Null when its file cannot be read or it now gives another probability.
 */
async function allReasons(
  { db, modelsDir }: TrialEnv,
  record: ModelRecord,
  prediction: CustomerScore,
): Promise<RuleSubject['reasons'] | null> {
  try {
    const model = await readModelFile(modelsDir, record);
    const scorer = createScorer(model, await currentScoringRules(db, record));
    const [result] = scoreCustomers(scorer, [{ cells: cellsOf(model.schema, prediction.inputs) }], '.');
    if (result?.ok && isSameProbability(result.customer.probability, prediction.probability))
      return result.customer.reasons;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  return null;
}
