/** A card's threshold: a form, what the threshold would mean, and the profit at every other one. */
import type { BestThreshold, ThresholdExploration } from '../domain/models/thresholds.ts';
import type { Interval } from '../ml/evaluation/wilson.ts';
import type { ModelRecord } from '../store/models.ts';
import { presentLineChart, roundTicksBetween } from './line-chart.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface ThresholdInput {
  readonly exploration: ThresholdExploration;
  /** What was typed into the form and could not be read. */
  readonly typed: Readonly<Record<string, string>>;
  readonly currency: string;
}

export function presentThreshold(h: ViewHelpers, model: ModelRecord, input: ThresholdInput) {
  const { exploration } = input;
  const { choice, row, precision, recall } = exploration;
  const rowWord = h.rowWord(model.evaluation);
  const isInUse = choice.threshold === model.threshold;
  return {
    inUse: h.share(model.threshold),
    tried: isInUse ? null : h.share(choice.threshold),
    fields: presentFields(h, input),
    held: `${h.count(exploration.customers)} held-out ${rowWord}s`,
    contacted: h.count(exploration.contacted),
    truePositives: h.count(row.truePositives),
    falsePositives: h.count(row.falsePositives),
    falseNegatives: h.count(row.falseNegatives),
    trueNegatives: h.count(row.trueNegatives),
    precision: h.rate(precision),
    recall: h.rate(recall),
    profit: h.money(exploration.profit),
    profitInterval: intervalText(h, exploration.profitInterval),
    profitPerCustomer: `${h.number(exploration.profitPerCustomer)} ${input.currency} per ${rowWord}`,
    best: exploration.best && presentBest(h, exploration, exploration.best),
    chart: presentProfitChart(h, exploration),
  };
}

function presentFields(h: ViewHelpers, { exploration, typed, currency }: ThresholdInput) {
  const { threshold, assumptions, monthlyValue } = exploration.choice;
  const { contactCost, offerCost, saveRate, valueMonths, valueMargin } = assumptions;
  const field = (name: string, label: string, value: string | number) => ({
    name,
    label,
    value: typed[name] ?? String(value),
    hint: '',
  });
  return [
    field('threshold', 'Threshold, in percent', h.typedPercent(threshold)),
    field('contactCost', `Cost of contacting a customer, ${currency}`, contactCost),
    field('offerCost', `Cost of the offer, ${currency}`, offerCost),
    field('saveRate', 'Save rate, in percent', h.typedPercent(saveRate)),
    field('valueMonths', 'Months that a kept customer stays', valueMonths),
    field('valueMargin', 'Margin on revenue, in percent', h.typedPercent(valueMargin)),
    ...(exploration.hasValues
      ? []
      : [
          {
            ...field('monthlyValue', `Monthly revenue per customer, ${currency}`, monthlyValue),
            hint: 'The dataset has no column with the monthly revenue.',
          },
        ]),
  ];
}

function presentBest(h: ViewHelpers, { choice }: ThresholdExploration, best: BestThreshold) {
  const { contactCost, offerCost, saveRate, valueMonths, valueMargin } = choice.assumptions;
  const query = h.query({
    threshold: h.typedPercent(best.threshold),
    contactCost,
    offerCost,
    saveRate: h.typedPercent(saveRate),
    valueMonths,
    valueMargin: h.typedPercent(valueMargin),
    monthlyValue: choice.monthlyValue,
  });
  return {
    threshold: h.share(best.threshold),
    href: `${query}#threshold`,
    profit: h.money(best.profit),
    interval: intervalText(h, best.interval),
    isOnTrainingRows: best.chosenOn === 'training rows',
    isWithinChance:
      best.chosenOn === 'training rows' && best.isWithinNoise && best.threshold !== choice.threshold,
    compared: h.share(choice.threshold),
  };
}

function presentProfitChart(h: ViewHelpers, { choice, curve, best }: ThresholdExploration) {
  const profits = curve.map(({ profit }) => profit);
  return presentLineChart({
    conclusion: best
      ? `Expected profit by threshold on held-out customers; ${h.share(best.threshold)} was chosen`
      : 'Expected profit by threshold on held-out customers: no threshold makes a profit',
    xLabel: 'Threshold',
    yLabel: 'Expected profit on the held-out customers',
    points: curve.map(({ threshold, profit }) => ({ x: threshold, y: profit })),
    xText: h.share,
    yText: h.money,
    yTicks: roundTicksBetween(Math.min(0, ...profits), Math.max(0, ...profits), 1),
    mark: { x: choice.threshold, text: h.share(choice.threshold) },
  });
}

function intervalText(h: ViewHelpers, interval: Interval | null): string | null {
  return interval && `${h.money(interval.low)} to ${h.money(interval.high)}`;
}
