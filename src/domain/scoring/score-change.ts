/** Why a customer's score differs from the score before it. Nothing of it is stored: both scores are computed again. */
import { findAllOf } from '../../store/score-files/latest.ts';
import { getPredictionRows } from '../../store/score-files/rows.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { splitChange } from './change-split.ts';
import type { ChangeSplit } from './change-split.ts';
import { findScore, isSameProbability, modelOf } from './customer-record.ts';
import type { CustomerScore } from './customer-record.ts';

export interface ScoreChange {
  /** The score before this one; null: none is stored. */
  readonly earlier: CustomerScore | null;
  /** Null: the difference cannot be split. */
  readonly split: ChangeSplit | null;
  /** Why it cannot be, in words. */
  readonly problem: string | null;
}

/** Reads two models, so call it in a task. */
export async function explainChange(
  store: ScoreStore,
  modelsDir: string,
  score: CustomerScore,
): Promise<ScoreChange> {
  const earlier = await findEarlier(store, score);
  if (earlier === null) return { earlier, split: null, problem: null };
  const [before, after] = [await modelOf(store, modelsDir, earlier), await modelOf(store, modelsDir, score)];
  if (before === null) return { earlier, split: null, problem: withoutModel('the earlier score', earlier) };
  if (after === null) return { earlier, split: null, problem: withoutModel('this score', score) };
  const split = splitChange(
    { model: before, inputs: earlier.inputs },
    { model: after, inputs: score.inputs },
  );
  if (split === null) return { earlier, split, problem: notScorable };
  const isAsStored =
    isSameProbability(split.before, earlier.probability) && isSameProbability(split.after, score.probability);
  return isAsStored ? { earlier, split, problem: null } : { earlier, split: null, problem: different };
}

/** A what-if is no score of the customer. */
async function findEarlier(
  store: ScoreStore,
  { id, customerId }: CustomerScore,
): Promise<CustomerScore | null> {
  if (customerId === null) return null;
  const ids = await findAllOf(store, customerId);
  const place = ids.indexOf(id);
  const older = place < 0 ? [] : await getPredictionRows(store, ids.slice(place + 1));
  const earlier = older.find(({ source }) => source !== 'what-if');
  return (earlier && (await findScore(store, earlier.id))) ?? null;
}

const cannot = 'What changed it cannot be computed';
const notScorable = `${cannot}, because one of the two models does not accept the inputs of the other score.`;
const different = `${cannot}, because a model now gives another result than when it scored the customer.`;

function withoutModel(which: string, { modelLabel }: CustomerScore): string {
  return `${cannot}, because the model of ${which}, ${modelLabel}, was removed or its file is damaged.`;
}
