/** One customer's score: how likely to leave, why, what to do, and what would change it. */
import type { Alternatives } from '../domain/scoring/alternatives.ts';
import type { CustomerScore, KnownAction, ScoreDetails } from '../domain/scoring/customer-record.ts';
import { featureWords } from '../domain/scoring/feature-words.ts';
import type { PastCustomers } from '../domain/scoring/past-customers.ts';
import { similarCustomers } from '../domain/scoring/similar-customers.ts';
import type { Baseline } from '../domain/scoring/what-if.ts';
import { doNotContact } from '../domain/campaigns/do-not-contact.ts';
import type { HarmListing } from '../domain/campaigns/harm.ts';
import { controlArm } from '../store/campaign-members.ts';
import type { Membership } from '../store/campaign-members.ts';
import type { ModelRecord } from '../store/models.ts';
import type { ListedPrediction } from '../store/score-files/rows.ts';
import type { Segment } from '../store/segments.ts';
import type { SetLevel } from '../store/set-levels.ts';
import type { Settings } from '../store/settings.ts';
import { breakEvenText } from './break-even.ts';
import { groupWords } from './evidence.ts';
import { presentCustomerHistory } from './customer-history.ts';
import type { CustomerEvents } from './customer-history.ts';
import { presentComparison } from './customer-comparison.ts';
import type { InputChange } from './customer-comparison.ts';
import { presentSaveMenu } from './save-menu.ts';
import { presentMeter } from './chart-meter.ts';
import { presentReasons } from './customer-reasons.ts';
import { presentScoreChange } from './score-change.ts';
import type { FoundChange } from './score-change.ts';
import { setLevelWords } from './set-level.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface CustomerData extends CustomerEvents {
  readonly prediction: CustomerScore;
  readonly details: ScoreDetails;
  /** The model of the score; undefined where it is no longer there. */
  readonly model: ModelRecord | undefined;
  /** The score that a what-if began with. */
  readonly original: { readonly prediction: CustomerScore; readonly baseline: Baseline } | null;
  readonly changes: readonly InputChange[];
  readonly change: FoundChange;
  /** A control of a campaign that runs, or in the hold-out of the year. */
  readonly mustNotContact: boolean;
  /** Why such customers are left alone; null: they are not. */
  readonly harm: HarmListing | null;
  /** The level that a person has set, as far as it counts now. */
  readonly setLevel: SetLevel | null;
  readonly settings: Settings;
  /** Those that the customer is in, by this score; null: they could not be read in time. */
  readonly segments: readonly Pick<Segment, 'id' | 'name'>[] | null;
  /** Null: there are none to compare with, or they could not be found in time. */
  readonly past: PastCustomers | null;
  /** Null: they could not be computed in time. */
  readonly alternatives: Alternatives | null;
}

/** Notes that are shown beside the probability; all of them stand further down. */
const notesAtTop = 3;

export function presentCustomer(h: ViewHelpers, data: CustomerData) {
  const { prediction, details, settings } = data;
  const words = featureWords(data.model?.schema);
  return {
    title: customerTitle(prediction),
    scored: `Scored ${h.dateTime(prediction.createdAt)} by model ${prediction.modelLabel}`,
    file: fileOf(h, prediction),
    segments: (data.segments ?? []).map(({ id, name }) => ({ href: `/segments/${id}`, name })),
    changeHref: prediction.modelId === null ? null : `/predict?from=${prediction.id}`,
    probability: h.percent(prediction.probability),
    ...presentLevel(h, data),
    similar: data.model && similarWords(h, data.model, prediction.probability),
    past: data.past && pastWords(h, data.past),
    meter: presentMeter(h, prediction, settings),
    comparison: data.original && presentComparison(h, { ...data, original: data.original, words }),
    isUncountedWhatIf: data.original === null && prediction.source === 'what-if',
    reasons: presentReasons(h, prediction.probability, details, words),
    change: presentScoreChange(h, data.change, prediction, words),
    customerId: prediction.customerId,
    openActions: data.actions
      .filter(({ status }) => status === 'open')
      .map((action) => ({
        href: `/actions/${action.id}`,
        name: action.action,
        words: `Due ${h.date(action.dueOn)}, ${action.ownerName ?? 'nobody'}`,
      })),
    isControl: data.mustNotContact,
    isHeldOut: data.mustNotContact && !isControl(data.campaigns),
    doNotContact,
    harm: data.harm && {
      group: groupWords(h, data.harm),
      href: `/campaigns/${data.harm.campaign.id}`,
      campaign: data.harm.campaign.name,
      until: h.date(data.harm.until),
    },
    actions: data.mustNotContact ? [] : presentActions(h, data),
    customerValue: valueOf(h, details),
    rulesVersion: rulesVersionOf(h, details),
    rulesHref: `/settings/rules/test?prediction=${prediction.id}`,
    alternatives: presentAlternatives(h, data.alternatives),
    saveMenu: data.mustNotContact ? null : presentSaveMenu(h, prediction.probability, data.alternatives),
    isWithoutAlternatives: data.alternatives === null,
    problem: details.problem,
    notes: details.notes,
    notesSummary: summaryOfNotes(h, details),
    inputs: Object.entries(prediction.inputs).map(([name, value]) => ({
      label: words.titleWithUnit(name),
      value: words.value(name, value),
    })),
    history: presentCustomerHistory(h, data),
  };
}

/** A what-if has the model's level. */
function presentLevel(h: ViewHelpers, { prediction, setLevel }: CustomerData) {
  const { id, customerId, source, riskLevel } = prediction;
  const isCounted = customerId !== null && source !== 'what-if';
  const set = isCounted ? setLevel : null;
  return {
    level: set?.level ?? riskLevel,
    setLevel: set && {
      words: setLevelWords(h, set, riskLevel),
      reason: set.reason,
      removalHref: `/set-levels/${set.id}/removal`,
      score: id,
    },
    levelHref: isCounted ? `/customers/${id}/level` : null,
  };
}

function customerTitle({ id, customerId }: ListedPrediction): string {
  return customerId === null ? `Prediction ${id}` : `Customer ${customerId}`;
}

function rulesVersionOf(h: ViewHelpers, { rulesVersion }: ScoreDetails) {
  if (rulesVersion === null) return null;
  return {
    words: `version ${h.count(rulesVersion)} of the retention rules`,
    href: `/settings/rules/versions/${rulesVersion}`,
  };
}

function fileOf(h: ViewHelpers, { batchId, batchName, rowNumber }: ListedPrediction) {
  if (batchId === null || batchName === null) return null;
  return { href: `/batches/${batchId}`, name: batchName, row: h.count(rowNumber) };
}

function similarWords(h: ViewHelpers, model: ModelRecord, probability: number) {
  const similar = similarCustomers(model.evaluation, probability);
  if (similar === null) return null;
  const whom = `held-out ${h.rowWord(model.evaluation)}s`;
  return {
    sentence: `${inHundred(h, probability)} in 100 similar customers leave.`,
    evidence: `Of ${h.count(similar.count)} ${whom} with a churn probability of ${h.number(similar.from * 100)} to ${h.share(similar.to)}, ${h.rate(similar.rate)} left; the model predicted ${h.rate(similar.predicted)}.`,
  };
}

function pastWords(h: ViewHelpers, { count, left, interval, isThin, among, datasetName }: PastCustomers) {
  const of = `the ${h.count(among)} customers of ${datasetName} that the model learned from`;
  if (isThin)
    return { sentence: 'Few past customers are like this one.', evidence: `Looked for among ${of}.` };
  return {
    sentence: `Of the ${h.count(count)} most similar past customers ${h.count(left)} left.`,
    evidence: `That is ${h.rate(left / count)} (${h.rate(interval.low)} to ${h.rate(interval.high)}). They are the most similar of ${of}, in the columns that move its probability.`,
  };
}

function inHundred(h: ViewHelpers, probability: number): string {
  if (probability < 0.01) return 'Fewer than 1';
  return probability > 0.99 ? 'More than 99' : `About ${h.count(Math.round(probability * 100))}`;
}

function presentActions(h: ViewHelpers, { details }: CustomerData) {
  return details.actions.map((action) => ({
    action: action.action,
    why: action.why,
    channel: action.channel,
    message: action.message,
    figures: `${actionFigures(h, action)}${breakEvenWords(h, action)}`,
  }));
}

/** The same for all actions; null: not known. */
function valueOf(h: ViewHelpers, { actions }: ScoreDetails): string | null {
  const value = actions[0]?.customerValue ?? null;
  return value === null ? null : h.money(value);
}

/** What the action must achieve with customers like this one to be worth its cost. */
function breakEvenWords(h: ViewHelpers, { breakEven }: KnownAction): string {
  const rate = breakEvenText(h, breakEven);
  return rate === null ? '' : ` It pays for itself from a save rate of ${rate}.`;
}

function actionFigures(h: ViewHelpers, { cost, expectedSaving }: KnownAction): string {
  const costs = cost === null ? 'Its cost is not known' : `Costs ${h.money(cost)}`;
  if (expectedSaving === null)
    return `${costs}. The monthly revenue of this customer is not known, so no saving is computed.`;
  return `${costs}, expected to save ${h.money(expectedSaving)}.`;
}

/** Null where the risk is low already or nothing can be changed. */
function presentAlternatives(h: ViewHelpers, alternatives: Alternatives | null) {
  if (alternatives?.below === undefined || alternatives.below === null) return null;
  if (alternatives.changeable.length === 0) return null;
  return {
    title: `What would reduce the churn probability below ${h.percent(alternatives.below)}?`,
    none: `No combination of up to three changes to ${alternatives.changeable.join(', ')} does, according to this model.`,
    found: alternatives.found.map(({ changes, probability }) => ({
      changes: changes.map(({ feature, from, to }) => `${feature} from ${from} to ${to}`).join('; '),
      probability: h.percent(probability),
    })),
  };
}

function summaryOfNotes(h: ViewHelpers, { notes }: ScoreDetails) {
  if (notes.length === 0) return null;
  return {
    link: `${h.plural(notes.length, 'note')} on this score`,
    text: `${notes.slice(0, notesAtTop).join('; ')}${notes.length > notesAtTop ? ' …' : ''}`,
  };
}

/** Of a campaign that runs. */
function isControl(campaigns: readonly Membership[]): boolean {
  return campaigns.some(({ campaign, arm }) => campaign.state === 'running' && arm === controlArm);
}
