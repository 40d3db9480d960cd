/** Words that every page about models shares. */
import { algorithmTitles } from '../domain/models/algorithms.ts';
import type { CardMeasure } from '../domain/models/card-figures.ts';
import type { ModelState } from '../store/models.ts';

export const modelStateText: Record<ModelState, string> = {
  active: 'Active',
  candidate: 'Candidate',
  challenger: 'Challenger',
  archived: 'Archived',
};

/** An imported file may be of a family that this version does not have. */
export function algorithmText(family: string): string {
  return algorithmTitles.get(family) ?? family;
}

export const measureText: Record<CardMeasure, string> = {
  rocAuc: 'ROC AUC',
  prAuc: 'PR AUC',
  topDecileLift: 'Top-decile lift',
  logLoss: 'Log loss',
  brier: 'Brier score',
  ece: 'Calibration error (ECE)',
  precision: 'Precision',
  recall: 'Recall',
  f1: 'F1',
  accuracy: 'Accuracy',
};
