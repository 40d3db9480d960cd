/**
 * The cheapest-save menu of one customer: what the company can change that would bring the risk level down by the model, the
 * cheapest first. That customers with other values leave less often is an association: only campaigns with a control group can
 * say whether the change keeps a customer.
 */
import type { Db } from '../../db.ts';
import { findCheapestChanges } from '../../ml/explain/cheapest-changes.ts';
import type { CheapestChange } from '../../ml/explain/cheapest-changes.ts';
import { predictModel } from '../../ml/model/model.ts';
import type { Model } from '../../ml/model/model.ts';
import type { Table } from '../../ml/data/table.ts';
import type { Lever } from '../../store/levers.ts';
import type { RetentionRule } from '../retention/matching.ts';
import { readFinishedCampaigns } from '../campaigns/evidence.ts';
import { learnSaveRates } from '../campaigns/save-rates.ts';
import type { SaveRates } from '../campaigns/save-rates.ts';
import { customerValue, expectedSavingOf } from '../retention/expected-value.ts';
import type { ValueTerms } from '../retention/expected-value.ts';
import { tryRules } from '../retention/rule-trial.ts';
import type { RuleTrial } from '../retention/rule-trial.ts';
import type { CustomerScore } from '../scoring/customer-record.ts';
import { changeWords } from '../scoring/feature-words.ts';
import { codeOf, costOfChange, findFeature, leverProblem } from './levers.ts';

export interface SaveOption {
  readonly changes: readonly { readonly feature: string; readonly from: string; readonly to: string }[];
  readonly probability: number;
  readonly cost: number;
  /** After cost, in money; null: the monthly revenue is not known. */
  readonly netValue: number | null;
  /** The rules that offer it, and why each does not apply to this customer; null: it does. */
  readonly rules: readonly { readonly action: string; readonly whyNot: string | null }[];
  /** Of the rule's action, where campaigns have measured it: then `netValue` goes by it. */
  readonly evidence: { readonly saveRate: number; readonly campaigns: number } | null;
}

export interface SaveMenuRequest {
  readonly db: Db;
  readonly modelsDir: string;
  readonly model: Model;
  /** One row. */
  readonly customer: Table;
  readonly prediction: CustomerScore;
  /** To be reached, or less. */
  readonly goal: number;
  readonly settings: ValueTerms & { readonly levers: readonly Lever[] };
}

const mostShown = 6;
/** Of which all pairs are tried. */
const mostLevers = 12;

/** Null: the organisation has no lever that can be used with this model. */
export async function findSaveMenu(request: SaveMenuRequest): Promise<SaveOption[] | null> {
  const { model, settings } = request;
  const { features } = model.schema;
  const usable = settings.levers
    .filter((lever) => leverProblem(lever, features) === null)
    .slice(0, mostLevers);
  if (usable.length === 0) return null;
  const found = findCheapestChanges({
    predict: (table) => predictModel(model, table),
    features,
    customer: request.customer,
    goal: request.goal,
    levers: usable.map((lever) => toMlLever(lever, request)),
  }).slice(0, mostShown);
  const own = found.map(({ levers }) => levers.map((place) => usable[place]!));
  const known = await readRules(request, own.flat());
  return found.map((change, i) => toOption(request, change, own[i]!, known));
}

function toMlLever(lever: Lever, { model, settings }: SaveMenuRequest) {
  const { features } = model.schema;
  const feature = findFeature(features, lever.column)!;
  return {
    place: features.indexOf(feature),
    to: lever.change === 'level' ? codeOf(feature, lever.level) : lever.change,
    cost: (from: number, to: number) => costOfChange(lever, Math.abs(to - from), settings.valueMonths),
  };
}

interface KnownRules {
  readonly trials: readonly RuleTrial[];
  readonly rates: SaveRates | null;
}

/** Nothing is read where no rule offers any of the changes. */
async function readRules(
  { db, modelsDir, prediction }: SaveMenuRequest,
  levers: readonly Lever[],
): Promise<KnownRules> {
  if (levers.every(({ ruleId }) => ruleId === null)) return { trials: [], rates: null };
  const trials = await tryRules(db, modelsDir, prediction);
  return { trials, rates: learnSaveRates(await readFinishedCampaigns(db)) };
}

function toOption(
  { model, prediction, settings }: SaveMenuRequest,
  { changes, probability, cost }: CheapestChange,
  levers: readonly Lever[],
  { trials, rates }: KnownRules,
): SaveOption {
  const own = trials.filter(({ rule }) => levers.some(({ ruleId }) => ruleId === rule.id));
  const evidence = levers.length === 1 && rates ? evidenceOf(own[0]?.rule, rates) : null;
  const { monthlyValue } = prediction;
  const reduction = prediction.probability - probability;
  const byAssociation =
    monthlyValue === null ? null : reduction * customerValue(monthlyValue, settings) - cost;
  return {
    changes: changes.map(({ place, from, to }) => changeWords(model.schema.features[place]!, from, to)),
    probability,
    cost,
    netValue:
      evidence && monthlyValue !== null
        ? expectedSavingOf(
            prediction.probability,
            { saveRate: evidence.saveRate, cost },
            monthlyValue,
            settings,
          )
        : byAssociation,
    rules: own.map(({ rule: { action }, whyNot }) => ({ action, whyNot })),
    evidence,
  };
}

/** Null: no finished campaign has compared the action with a control group. */
function evidenceOf(rule: RetentionRule | undefined, rates: SaveRates): SaveOption['evidence'] {
  if (rule === undefined) return null;
  const { mean, campaigns } = rates(rule.action, Math.min(1, Math.max(0, rule.saveRate)));
  return campaigns.length === 0 ? null : { saveRate: mean, campaigns: campaigns.length };
}
