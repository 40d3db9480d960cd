/**
 * What a rule would change if it were saved: the customers of the last file get their actions by the rules as they are and
 * as they would be. Group by group, so that memory does not grow with the file.
 */
import { isoTimeOf } from '../../db/clock.ts';
import { AppError } from '../../errors.ts';
import type { Model } from '../../ml/model/model.ts';
import { findModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { noFilter } from '../../store/prediction-filters.ts';
import { listRules } from '../../store/retention-rules.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import type { GroupView } from '../../store/score-files/group-view.ts';
import type { ScoreFileHeader } from '../../store/score-files/group.ts';
import { rowId } from '../../store/score-files/row-id.ts';
import { listMatchingBatches, visitMatches } from '../../store/score-files/scan.ts';
import type { ScoredBatch, ScoreStore } from '../../store/score-files/store.ts';
import { currentPopulation } from '../analytics/population.ts';
import { readModelFile } from '../models/files.ts';
import { contributionsOf } from '../scoring/column-scoring.ts';
import { scoringRulesOf } from '../scoring/context.ts';
import type { ScoringRules } from '../scoring/scoring.ts';
import { compileRules } from './compiled-rules.ts';
import type { CompiledRules } from './compiled-rules.ts';
import type { RuleRows } from './conditions/kind.ts';
import { withDraft } from './draft.ts';
import type { RuleDraft } from './draft.ts';
import { readPast } from './past/reading.ts';
import type { PastTable } from './past/table.ts';
import { createAudience, ruleAlone } from './rule-audience.ts';
import type { RuleAudience } from './rule-audience.ts';
import { rowsOfGroup } from './stored-rows.ts';

/** What customers would get all together. */
export interface ActionTotals {
  /** Customers who get an action. */
  readonly customers: number;
  /** Of their actions, in money. */
  readonly cost: number;
  /** After cost, in money, of customers whose monthly revenue is known. */
  readonly saving: number;
}

export interface ChangedAction {
  readonly predictionId: number;
  readonly customerId: string;
  readonly probability: number;
  /** Null: none. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface BatchTrial {
  readonly batchId: number;
  readonly fileName: string;
  readonly customers: number;
  /** Customers who would get another action, or one instead of none, or none any more. */
  readonly changed: number;
  readonly before: ActionTotals;
  readonly after: ActionTotals;
  /** Customers who meet the conditions of the rule, whatever else is recommended to them. */
  readonly audience: RuleAudience;
  /** Those of the highest churn probability, which comes first. */
  readonly sample: readonly ChangedAction[];
  /** The model is gone: only the strongest reasons of each customer are known. */
  readonly hasStrongestReasonsOnly: boolean;
}

const mostShown = 20;

/** Null: no file has been scored, or none can be read. Reads a model, so call it in a task. */
export async function tryOnLastBatch(
  store: ScoreStore,
  modelsDir: string,
  draft: RuleDraft,
): Promise<BatchTrial | null> {
  const batch = await findLastBatch(store);
  if (batch === undefined) return null;
  const record = batch.modelId === null ? undefined : await findModel(store.db, batch.modelId);
  const model = record === undefined ? null : await readIfUsable(modelsDir, record);
  const of = record ?? { isSample: batch.isSample, datasetId: null };
  const stored = await listRules(store.db);
  const rules = {
    before: await scoringRulesOf(store.db, of, stored),
    after: await scoringRulesOf(store.db, of, withDraft(stored, draft)),
  };
  const past = await readPast(store.db, {
    rules: [...rules.before.rules, ...rules.after.rules, ruleAlone(draft.rule)],
    at: await isoTimeOf(store.db),
  });
  const collected = createCollection(rules, past);
  const audience = createAudience(draft.rule, rules.after, past);
  await visitMatches(store, { ...noFilter, batch: batch.id }, ({ view }) => {
    const rows = rowsOf(view, model);
    collected.add(view, rows, (row) => rowId(batch.id, view.firstRow + row));
    audience.add(view.header.features, rows);
  });
  return {
    batchId: batch.id,
    fileName: batch.name,
    ...collected.end(),
    audience: audience.end(),
    hasStrongestReasonsOnly: model === null,
  };
}

async function findLastBatch(store: ScoreStore): Promise<ScoredBatch | undefined> {
  const { filter: population } = await currentPopulation(store.db);
  const batches = await listMatchingBatches(store, { ...noFilter, population });
  return batches.filter(({ finishedAt }) => finishedAt !== null).at(-1);
}

async function readIfUsable(modelsDir: string, record: ModelRecord): Promise<Model | null> {
  try {
    return await readModelFile(modelsDir, record);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** With all reasons, where the model is still there. */
function rowsOf(view: GroupView, model: Model | null): RuleRows {
  const rows = rowsOfGroup(view);
  if (model === null) return rows;
  const { header } = view;
  return rowsOfGroup(view, () => contributionsOf(model, { header, ...rows }));
}

interface BothRules {
  readonly before: ScoringRules;
  readonly after: ScoringRules;
}

function createCollection(rules: BothRules, past: PastTable) {
  const before = createChooser(rules.before, past);
  const after = createChooser(rules.after, past);
  let sample: ChangedAction[] = [];
  let customers = 0;
  let changed = 0;
  return {
    add: (view: GroupView, rows: RuleRows, idOf: (row: number) => number): void => {
      const was = before.choose(view.header, rows);
      const is = after.choose(view.header, rows);
      const differing = Array.from(was.keys()).filter((row) => was[row] !== is[row]);
      const entry = (row: number): ChangedAction => ({
        predictionId: idOf(row),
        customerId: textAt(view.identifiers(), row),
        probability: rows.probability[row]!,
        before: was[row]!,
        after: is[row]!,
      });
      sample = mostLikelyToLeave([...sample, ...mostLikelyRows(differing, rows).map(entry)]);
      customers += rows.rowCount;
      changed += differing.length;
    },
    end: () => ({ customers, changed, before: before.totals, after: after.totals, sample }),
  };
}

/** Gives each row its action, and adds up what all of them get. */
function createChooser(rules: ScoringRules, past: PastTable) {
  const totals = { customers: 0, cost: 0, saving: 0 };
  let compiled: CompiledRules | null = null;
  return {
    totals,
    choose: (header: ScoreFileHeader, rows: RuleRows): (string | null)[] => {
      compiled ??= compileRules(rules, header.features, past);
      const { rules: possible } = compiled;
      const { actions, expectedSaving } = compiled.choose(rows);
      return Array.from(actions, (action, row) => {
        const rule = possible[action - 1];
        if (rule === undefined) return null;
        totals.customers++;
        totals.cost += rule.cost;
        if (!Number.isNaN(expectedSaving[row])) totals.saving += expectedSaving[row]!;
        return rule.action;
      });
    },
  };
}

function mostLikelyRows(rows: readonly number[], { probability }: RuleRows): number[] {
  return rows.toSorted((a, b) => probability[b]! - probability[a]!).slice(0, mostShown);
}

function mostLikelyToLeave(changes: readonly ChangedAction[]): ChangedAction[] {
  return changes.toSorted((a, b) => b.probability - a.probability).slice(0, mostShown);
}
