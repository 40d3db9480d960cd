/** Words that every page about models shares. */
import type { CardMeasure } from '../domain/models/card-figures.ts';
import type { Family } from '../ml/estimators.ts';
import type { ModelState } from '../store/models.ts';

export const modelStateText: Record<ModelState, string> = {
  active: 'Active',
  candidate: 'Candidate',
  challenger: 'Challenger',
  archived: 'Archived',
};

const algorithms: Record<Family, string> = {
  logistic: 'Logistic regression',
  forest: 'Random forest',
  boosting: 'Gradient boosting',
  network: 'Neural network',
  'logit-leaf': 'Logit leaf model',
  auto: 'Blend of tuned models',
};

/** An imported file may be of a family that this version does not have. */
export function algorithmText(family: string): string {
  return isFamily(family) ? algorithms[family] : family;
}

function isFamily(family: string): family is Family {
  return Object.hasOwn(algorithms, family);
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
