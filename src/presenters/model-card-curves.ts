/** A card's calibration and gains. */
import type { GainsPoint } from '../ml/evaluation/curves.ts';
import type { Report } from '../ml/evaluation/report.ts';
import type { Evaluation } from '../ml/model/model.ts';
import { presentLineChart, shareTicks } from './line-chart.ts';
import type { ViewHelpers } from './view-helpers.ts';

/** Null for models that were stored without a report. */
export function presentCardCurves(h: ViewHelpers, { report, holdout }: Evaluation) {
  return report ? { ...presentCalibration(h, report, holdout.ece), ...presentGains(h, report.gains) } : null;
}

function presentCalibration(h: ViewHelpers, { reliability }: Report, ece: number) {
  return {
    calibration: presentLineChart({
      conclusion: `Calibration: the mean gap between probability and outcome is ${h.metric(ece)}`,
      xLabel: 'Churn probability',
      yLabel: 'Share who left',
      diagonal: true,
      points: reliability.map(({ meanScore, rate, low, high }) => ({ x: meanScore, y: rate, low, high })),
      xText: h.share,
      yText: h.share,
      yTicks: shareTicks,
    }),
    calibrationRows: reliability.map(({ from, to, count, meanScore, rate }) => ({
      range: `${h.number(from * 100)} to ${h.share(to)}`,
      customers: h.count(count),
      meanProbability: h.rate(meanScore),
      left: h.rate(rate),
    })),
  };
}

/** `gains`: at least one. */
function presentGains(h: ViewHelpers, gains: readonly GainsPoint[]) {
  const fifth = gains.find(({ share }) => Math.abs(share - 0.2) < 1e-9) ?? gains[0]!;
  return {
    contacted: h.share(fifth.share),
    reached: h.rate(fifth.found),
    gains: presentLineChart({
      conclusion: `Gains: the ${h.share(fifth.share)} with the highest risk include ${h.rate(fifth.found)} of the customers who left`,
      xLabel: 'Share of customers contacted, highest risk first',
      yLabel: 'Share of customers who left that is reached',
      diagonal: true,
      points: [{ x: 0, y: 0 }, ...gains.map(({ share, found }) => ({ x: share, y: found }))],
      xText: h.share,
      yText: h.share,
      yTicks: shareTicks,
    }),
    gainsRows: gains.map(({ share, found, lift }) => ({
      contacted: h.share(share),
      reached: h.rate(found),
      lift: h.number(lift),
    })),
  };
}
