/** Training runs: the list, and one run with its progress, its options and what was compared. */
import { excludedFrom } from '../domain/training/inputs.ts';
import { TrainingOptions } from '../domain/training/options.ts';
import type { TrainingTime } from '../domain/training/options.ts';
import type { Candidate, Evaluation } from '../ml/model/model.ts';
import type { Dataset } from '../store/datasets.ts';
import type { ModelRecord } from '../store/models.ts';
import type { TrainingRecord, TrainingState } from '../store/trainings.ts';
import { algorithmText } from './model.ts';
import { imbalanceTexts } from './training-form.ts';
import type { ViewHelpers } from './view-helpers.ts';

const stateTexts: Record<TrainingState, string> = {
  queued: 'Queued',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

const timeTexts: Record<TrainingTime, string> = {
  quick: 'Quick',
  thorough: 'Thorough',
  custom: 'Custom',
};

export function presentTrainingRuns(h: ViewHelpers, trainings: readonly TrainingRecord[]) {
  return trainings.map(({ id, name, state, modelId, startedAt, finishedAt }) => ({
    href: `/trainings/${id}`,
    name,
    state: stateTexts[state],
    model: modelId === null ? null : { href: `/models/${modelId}`, label: `v${modelId}` },
    started: h.dateTime(startedAt),
    finished: h.dateTime(finishedAt),
  }));
}

export interface TrainingRunData {
  readonly training: TrainingRecord;
  readonly dataset: Dataset;
  /** Queued runs that start before this one. */
  readonly runsAhead: number;
  /** Since it started. */
  readonly seconds: number;
  /** The trained model, where it still exists. */
  readonly model: ModelRecord | undefined;
}

export function presentTrainingRun(h: ViewHelpers, data: TrainingRunData) {
  const { training, dataset, model } = data;
  const { id, name, state, error } = training;
  const options = TrainingOptions.safeParse(training.plan).data ?? null;
  return {
    title: `Training run: ${name}`,
    dataset: { href: `/datasets/${dataset.id}`, name: dataset.name },
    path: `/trainings/${id}`,
    state,
    stateText: stateTexts[state],
    isOpen: state === 'queued' || state === 'running',
    error,
    queue: describeQueue(h, data.runsAhead),
    progress: presentProgress(h, data),
    modelHref: model ? `/models/${model.id}` : null,
    settings: options && presentSettings(h, options),
    columns: presentColumns(h, dataset, options?.drop ?? [], model),
    comparison: model ? presentComparison(h, model) : null,
  };
}

function describeQueue(h: ViewHelpers, runsAhead: number): string {
  if (runsAhead <= 0) return 'It starts in a moment.';
  const ahead = `${h.plural(runsAhead, 'training run')} ${runsAhead === 1 ? 'is' : 'are'} ahead of it.`;
  return `${ahead} Training jobs run one at a time.`;
}

function presentProgress(h: ViewHelpers, { training, seconds }: TrainingRunData) {
  const { stage = 'Starting', done = 0, total = 0, best = null } = training.progress;
  const share = total > 0 ? done / total : 0;
  return {
    stage,
    step: total > 0 ? `step ${h.count(done + 1)} of ${h.count(total)}` : null,
    done,
    total: Math.max(1, total),
    best: h.or(best),
    runningFor: h.duration(seconds),
    // The first steps say little about the others.
    left: h.duration(share > 0.05 ? Math.max(1, seconds / share - seconds) : null),
  };
}

function presentSettings(h: ViewHelpers, options: TrainingOptions) {
  return {
    time: timeTexts[options.trainingTime],
    families: options.families.map(algorithmText).join(', '),
    imbalance: imbalanceTexts[options.imbalance],
    folds: h.count(options.folds),
    seed: String(options.seed),
  };
}

function presentColumns(
  h: ViewHelpers,
  dataset: Dataset,
  drop: readonly string[],
  model: ModelRecord | undefined,
) {
  const excluded = excludedFrom(dataset, drop, model?.schema.features.map(({ name }) => name) ?? null);
  return {
    used: h.plural(dataset.columns.length - excluded.length, 'column is an input', 'columns are inputs'),
    unused: h.plural(excluded.length, 'column is excluded', 'columns are excluded'),
    excluded,
  };
}

function presentComparison(h: ViewHelpers, { family, evaluation, provenance }: ModelRecord) {
  const { candidates } = evaluation;
  if (candidates.length === 0) return null;
  const isWeighted = (provenance.params['imbalance'] ?? 'none') !== 'none';
  return {
    criterion: isWeighted ? 'the highest ROC AUC' : 'the lowest log loss',
    hasSettings: candidates.some(({ settings }) => settings !== undefined),
    rows: candidates.map((candidate) => ({
      name: algorithmText(candidate.family),
      settings: candidate.settings === undefined ? '–' : h.count(candidate.settings),
      rocAuc: h.metric(candidate.rocAuc),
      logLoss: h.metric(candidate.logLoss),
      chosen: chosenText(h, candidate, family, evaluation),
    })),
  };
}

/** Empty: not chosen. */
function chosenText(
  h: ViewHelpers,
  candidate: Candidate,
  family: string,
  { members = [] }: Evaluation,
): string {
  if (candidate.family === family) return 'Chosen';
  const member = members.find((one) => one.family === candidate.family);
  if (!member) return '';
  return members.length === 1 ? 'Chosen' : `${h.percent(member.share)} of the blend`;
}
