/** A churn probability on a line from 0 to 100 %, with the two thresholds. */
import type { RiskLevel, RiskThresholds } from '../domain/risk/levels.ts';
import { shareOf } from './chart.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface Meter {
  readonly label: string;
  readonly level: RiskLevel;
  readonly width: string;
  readonly ticks: readonly string[];
  readonly thresholds: string;
}

export function presentMeter(
  h: ViewHelpers,
  { probability, riskLevel }: { readonly probability: number; readonly riskLevel: RiskLevel },
  { mediumFrom, highFrom }: RiskThresholds,
): Meter {
  const thresholds = `Medium risk from ${h.share(mediumFrom)}, high risk from ${h.share(highFrom)}`;
  return {
    label: `${h.percent(probability)} on a scale from 0 to 100 %. ${thresholds}.`,
    level: riskLevel,
    width: shareOf(probability),
    ticks: [shareOf(mediumFrom), shareOf(highFrom)],
    thresholds,
  };
}
