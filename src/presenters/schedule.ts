/** Schedules: the fields of their forms, and when models are retrained. */
import type { Dataset } from '../store/datasets.ts';
import type { Repetition } from '../store/schedule-terms.ts';
import type { TrainingRecord, TrainingState } from '../store/trainings.ts';
import type { FormInput } from './settings.ts';
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

export function presentScheduleFields(label: string, { values, errors }: FormInput) {
  return {
    repeatsField: {
      name: 'repeats',
      label,
      value: values['repeats'],
      options: Object.entries(repetitionText).map(([value, text]) => ({ value, label: text })),
      errors,
    },
    weekdayField: {
      name: 'weekday',
      label: 'On, if every week or month',
      value: values['weekday'],
      options: weekdays.map((text, i) => ({ value: i + 1, label: text })),
      errors,
    },
  };
}

interface RetrainingData {
  /** Milliseconds since 1970; null: never. */
  readonly nextRun: number | null;
  readonly last: TrainingRecord | null;
  /** What the next run would learn from. */
  readonly dataset: Dataset | null;
  /** It was learned from already. */
  readonly isKnown: boolean;
}

export function presentSchedules(
  h: ViewHelpers,
  { nextRun, last, dataset, isKnown }: RetrainingData,
  { values, errors }: FormInput,
) {
  const isoTime = nextRun === null ? null : new Date(nextRun).toISOString();
  return {
    title: 'Schedules',
    ...{ values, errors },
    ...presentScheduleFields('Retrain', { values, errors }),
    nextRun: isoTime && h.dateTime(isoTime),
    last: last && {
      href: `/trainings/${last.id}`,
      name: last.name,
      text: `${stateText[last.state]}, started ${h.dateTime(last.createdAt)}`,
    },
    dataset: dataset && { href: `/datasets/${dataset.id}`, name: dataset.name },
    isKnown,
  };
}
