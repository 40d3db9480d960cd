/** A model's card: the page of one model. */
import type { CardFigure, CardMeasure } from '../domain/models/card-figures.ts';
import type { ChallengerComparison } from '../domain/models/challenger.ts';
import { judge } from '../domain/models/verdict.ts';
import type { FieldError } from '../errors.ts';
import type { ModelRecord, ModelState } from '../store/models.ts';
import { presentCardColumns } from './model-card-columns.ts';
import { presentCardCurves } from './model-card-curves.ts';
import { presentCardFigures } from './model-card-figures.ts';
import { presentCardGroups } from './model-card-groups.ts';
import { presentThreshold } from './model-card-threshold.ts';
import type { ThresholdInput } from './model-card-threshold.ts';
import { presentCardTrials } from './model-card-trials.ts';
import { presentVerdict } from './model-verdict.ts';
import { algorithmText, modelStateText } from './model.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface ModelCardData {
  readonly model: ModelRecord;
  readonly figures: ReadonlyMap<CardMeasure, CardFigure>;
  /** Why its file cannot be used; null: it can. */
  readonly fileProblem: string | null;
  /** The dataset it was trained on, where it still exists. */
  readonly datasetId: number | null;
  /** How Holdfast made that dataset; empty where it was uploaded. */
  readonly datasetNotes: readonly string[];
  /** Null for models that were stored without curves. */
  readonly threshold: ThresholdInput | null;
  /** With the active model; null where both have scored nothing yet. */
  readonly comparison: ChallengerComparison | null;
  /** The columns by which groups are compared; none: the usual ones. */
  readonly groupColumns: readonly string[];
  readonly errors: readonly FieldError[];
}

export type ModelCardPage = ReturnType<typeof presentModelCard>;

interface StateAction {
  readonly path: string;
  readonly label: string;
}

const archiveAction = { path: 'archiving', label: 'Archive' };
const stateActions: Record<ModelState, readonly StateAction[]> = {
  active: [],
  candidate: [{ path: 'challenge', label: 'Run as challenger' }, archiveAction],
  challenger: [{ path: 'candidacy', label: 'Stop running as challenger' }, archiveAction],
  archived: [{ path: 'candidacy', label: 'Restore' }],
};

const fewHeldOut = 1_000;
const mostNames = 40;

export function presentModelCard(h: ViewHelpers, data: ModelCardData) {
  const { model, fileProblem, errors } = data;
  const href = `/models/${model.id}`;
  const isUsable = fileProblem === null;
  return {
    href,
    label: model.label,
    state: modelStateText[model.state],
    isSample: model.isSample,
    made: originOf(model) === null ? 'Trained' : 'Imported and measured',
    trained: h.dateTime(model.provenance.trainedAt),
    dataset: {
      name: model.provenance.datasetName,
      href: data.datasetId === null ? null : `/datasets/${data.datasetId}`,
      notes: data.datasetNotes,
    },
    fileProblem,
    canActivate: isUsable && (model.state === 'candidate' || model.state === 'challenger'),
    canDownload: isUsable,
    actions: stateActions[model.state].map(({ path, label }) => ({ href: `${href}/${path}`, label })),
    summary: presentSummary(h, model),
    challenger:
      model.state === 'challenger' || data.comparison ? presentChallenger(h, data.comparison) : null,
    figures: presentCardFigures(h, model, data.figures),
    curves: presentCardCurves(h, model.evaluation),
    threshold: data.threshold && presentThreshold(h, model, data.threshold),
    columns: presentCardColumns(h, model),
    groups: presentCardGroups(h, model, data.groupColumns),
    // A model of another program was compared with no other algorithm here.
    trials: model.evaluation.candidates.length === 0 ? null : presentCardTrials(h, model),
    limits: presentLimits(h, model),
    provenance: presentProvenance(h, model),
    errors,
  };
}

/** The program that a model was trained with, where it was not this one. */
function originOf({ provenance: { params } }: ModelRecord): string | null {
  const { importedFrom } = params;
  return typeof importedFrom === 'string' ? importedFrom : null;
}

function presentSummary(h: ViewHelpers, model: ModelRecord) {
  const { family, schema, evaluation } = model;
  const { label } = schema;
  const rowWord = h.rowWord(evaluation);
  const origin = originOf(model);
  return {
    verdict: presentVerdict(h, judge(evaluation)),
    training:
      `${algorithmText(family)} with ${h.plural(schema.features.length, 'input')}, ` +
      `${origin === null ? `trained on ${h.count(evaluation.trainingRows)} ${rowWord}s` : `imported from ${origin}`}. Churn label: ${label.name} is ${label.positive}; ` +
      `${h.rate(evaluation.positiveRate)} left.${rowsText(h, model)}`,
    ranking:
      `Of one customer who left and one who stayed, it gives the higher probability to the one who left in ` +
      `${h.rate(evaluation.holdout.rocAuc)} of cases. The churn rate of the highest-risk tenth is ` +
      `${h.number(evaluation.holdout.topDecileLift)} times the average.`,
  };
}

/** Which rows decided and which were learned from, where these are not the same. */
function rowsText(h: ViewHelpers, { evaluation, provenance }: ModelRecord): string {
  const { chosenOn, outOf, holdoutRows, holdoutCustomers } = evaluation;
  const kin = holdoutCustomers === undefined ? '' : ' and others of their customers';
  const chosen =
    chosenOn === undefined
      ? ''
      : ` Settings were chosen and figures measured on ${h.count(chosenOn)} of ${h.count(provenance.rowCount)} rows, ` +
        `drawn evenly; the model then learned from all rows but the ${h.count(holdoutRows)} held-out ones${kin}.`;
  const left =
    outOf === undefined
      ? ''
      : ` The dataset has ${h.count(outOf)} rows: ${h.count(provenance.rowCount)} of them, drawn evenly, were used, as more ` +
        'do not fit into the memory that a training may use.';
  return chosen + left;
}

function presentChallenger(h: ViewHelpers, comparison: ChallengerComparison | null): string {
  if (comparison === null)
    return 'It scores the same customers as the active model from the next file on. No customer has been scored by both yet.';
  return (
    `${h.plural(comparison.customers, 'customer')} scored by both. Mean churn probability: ` +
    `${h.rate(comparison.meanChallenger)}, ${h.rate(comparison.meanChampion)} by the active model of that time; ` +
    `correlation ${h.metric(comparison.correlation)}. ${h.rate(comparison.sameLevel)} have the same risk level, and ` +
    `${h.rate(comparison.sameTopDecile)} of the highest-risk tenth are the same customers.`
  );
}

function presentLimits(h: ViewHelpers, { schema, evaluation }: ModelRecord): readonly string[] {
  const { features } = schema;
  const names = features.slice(0, mostNames).map(({ name }) => h.label(name));
  const more = features.length > mostNames ? ' and others' : '';
  return [
    'It shows what is associated with leaving, not what causes it. Test an action before you rely on it.',
    `It knows customers like those it was trained on, by these inputs: ${names.join(', ')}${more}. ` +
      'A value outside the training range is noted on the score.',
    'Its figures hold as long as customers and business stay similar. Measure it again when you know new outcomes.',
    ...(evaluation.holdoutRows < fewHeldOut
      ? [
          `It was measured on only ${h.plural(evaluation.holdoutRows, h.rowWord(evaluation))}, so the intervals are wide.`,
        ]
      : []),
  ];
}

function presentProvenance(h: ViewHelpers, model: ModelRecord) {
  const { provenance, sha256, state, activatedAt } = model;
  return {
    madeBy: originOf(model) === null ? 'Trained by' : 'Imported and measured by',
    data: `${provenance.datasetName}, ${h.plural(provenance.rowCount, 'row')}`,
    datasetHash: provenance.datasetHash,
    modelHash: sha256,
    seed: String(provenance.seed),
    parameters: JSON.stringify(provenance.params),
    version: provenance.softwareVersion,
    duration: `${h.number(provenance.durationMs / 1000)} seconds`,
    activeSince: state === 'active' ? h.dateTime(activatedAt) : null,
  };
}
