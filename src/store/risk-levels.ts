/** Risk levels: two thresholds on the probability. They are computed when a score is read, and not stored. */
import type { Settings } from './settings.ts';

export const riskLevels = ['low', 'medium', 'high'] as const;
export type RiskLevel = (typeof riskLevels)[number];
export type RiskThresholds = Pick<Settings, 'mediumFrom' | 'highFrom'>;

export function riskLevelOf(probability: number, { mediumFrom, highFrom }: RiskThresholds): RiskLevel {
  if (probability >= highFrom) return 'high';
  return probability >= mediumFrom ? 'medium' : 'low';
}

/** The same of a column `probability`; its variables are `highFrom` and `mediumFrom`. */
export const riskLevelSql =
  "CASE WHEN probability >= ? THEN 'high' WHEN probability >= ? THEN 'medium' ELSE 'low' END";
