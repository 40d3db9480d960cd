/** Schedules: the fields of their forms, what runs next, and what became of the last run. */
import type { RunKind } from '../domain/schedules/runs.ts';
import type { BatchRecord } from '../store/batches.ts';
import type { Dataset } from '../store/datasets.ts';
import type { Repetition } from '../store/schedule-terms.ts';
import type { DriftFound } from '../store/settings.ts';
import type { TrainingRecord, TrainingState } from '../store/trainings.ts';
import type { FormInput } from './settings.ts';
import { presentWatched } from './watched-folder.ts';
import type { WatchedData } from './watched-folder.ts';
import type { ViewHelpers } from './view-helpers.ts';

const repetitionText: Record<Repetition, string> = {
  never: 'Never',
  daily: 'Every day',
  weekly: 'Every week',
  monthly: 'Every month',
};
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const stateText: Record<TrainingState, string> = {
  queued: 'waiting',
  running: 'under way',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** `prefix`: of the names of the fields, where a page has several such forms. */
export function presentScheduleFields(label: string, { values, errors }: FormInput, prefix = '') {
  const own = errors.map(({ field, message }) => ({ field: `${prefix}${field}`, message }));
  return {
    repeatsField: {
      name: `${prefix}repeats`,
      label,
      value: values['repeats'],
      options: Object.entries(repetitionText).map(([value, text]) => ({ value, label: text })),
      errors: own,
    },
    weekdayField: {
      name: `${prefix}weekday`,
      label: 'On, if every week or month',
      value: values['weekday'],
      options: weekdays.map((text, i) => ({ value: i + 1, label: text })),
      errors: own,
    },
    timeField: { name: `${prefix}atTime`, value: values['atTime'], errors: own },
  };
}

/** The last part of the address that saves each, which names of fields begin with as well. */
export const runPaths: Readonly<Record<RunKind, string>> = {
  retraining: 'retraining',
  rescoring: 'rescoring',
  driftCheck: 'drift-check',
};

export interface RunForm extends FormInput {
  /** Milliseconds since 1970; null: never. */
  readonly nextRun: number | null;
}

export interface ScheduleData {
  readonly last: TrainingRecord | null;
  /** What the next retraining would learn from. */
  readonly dataset: Dataset | null;
  /** It was learned from already. */
  readonly isKnown: boolean;
  /** What the next rescoring would score. */
  readonly file: BatchRecord | null;
  readonly rescored: BatchRecord | null;
  readonly rescoringError: string | null;
  readonly drift: DriftFound | null;
  readonly driftError: string | null;
  readonly watched: WatchedData;
}

export function presentSchedules(
  h: ViewHelpers,
  data: ScheduleData,
  forms: Readonly<Record<RunKind, RunForm>>,
) {
  const { last, dataset, isKnown, file, rescored, rescoringError, drift, driftError } = data;
  const batchLink = ({ id, originalName }: BatchRecord) => ({ href: `/batches/${id}`, name: originalName });
  return {
    title: 'Schedules',
    errors: Object.entries(forms).flatMap(([kind, { errors }]) =>
      errors.map(({ field, message }) => ({ field: `${runPaths[kind as RunKind]}-${field}`, message })),
    ),
    retraining: {
      ...presentRun(h, 'Retrain', 'retraining', forms),
      last: last && {
        href: `/trainings/${last.id}`,
        name: last.name,
        text: `${stateText[last.state]}, started ${h.dateTime(last.createdAt)}`,
      },
      dataset: dataset && { href: `/datasets/${dataset.id}`, name: dataset.name },
      isKnown,
    },
    rescoring: {
      ...presentRun(h, 'Rescore', 'rescoring', forms),
      file: file && batchLink(file),
      last: rescored && { ...batchLink(rescored), at: h.dateTime(rescored.createdAt) },
      error: rescoringError,
    },
    driftCheck: {
      ...presentRun(h, 'Check', 'driftCheck', forms),
      last: drift && {
        href: `/models/${drift.modelId}/monitoring`,
        text: `${h.dateTime(drift.checkedAt)}, ${h.plural(drift.customers, 'customer')}: ${drift.detail}`,
      },
      error: driftError,
    },
    watched: presentWatched(h, data.watched),
  };
}

function presentRun(h: ViewHelpers, label: string, kind: RunKind, forms: Readonly<Record<RunKind, RunForm>>) {
  const { nextRun } = forms[kind];
  return {
    path: `/settings/schedules/${runPaths[kind]}`,
    ...presentScheduleFields(label, forms[kind], `${runPaths[kind]}-`),
    nextRun: nextRun === null ? 'Never' : h.dateTime(new Date(nextRun).toISOString()),
  };
}
