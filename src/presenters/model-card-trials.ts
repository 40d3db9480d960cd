/** A card's comparison of algorithms: what was tried, what was chosen, and why. */
import type { Difference, SelectionFigures } from '../ml/auto/choice.ts';
import type { BlendMember, Evaluation, LeftOutFamily } from '../ml/model/model.ts';
import type { ModelRecord } from '../store/models.ts';
import { algorithmText } from './model.ts';
import type { ViewHelpers } from './view-helpers.ts';

export function presentCardTrials(h: ViewHelpers, model: ModelRecord) {
  const { candidates, members, folds, selection } = model.evaluation;
  // Settings that were chosen on the rows that they are measured on.
  const isSelection = candidates.some(({ rocAucDeviation }) => rocAucDeviation === null);
  const chosen = isSelection ? (members ?? []).map(({ family }) => family) : [model.family];
  return {
    caption: `Cross-validation with ${h.count(folds)} folds, on training customers only`,
    reason: isSelection ? autoReason(h, model.evaluation) : comparisonReason(model),
    isSelection,
    gain: selection ? gainText(h, selection) : null,
    rows: candidates.map(({ family, rocAuc, rocAucDeviation, logLoss, settings, foldsTried = folds }) => ({
      algorithm: algorithmText(family),
      onFolds: foldsTried < folds ? `on ${h.plural(foldsTried, 'fold')}` : null,
      isChosen: chosen.includes(family),
      settings: h.count(settings ?? 1),
      rocAuc: h.metric(rocAuc),
      deviation: h.metric(rocAucDeviation),
      logLoss: h.metric(logLoss),
    })),
    hasSettings: candidates.some(({ settings }) => settings !== undefined),
  };
}

/** The gain over single algorithms, from blends that were chosen without the customers they score. */
function gainText(h: ViewHelpers, { rocAuc, overBest, overRunnerUp }: SelectionFigures): string {
  const against = ({ family, rocAuc: { value, low, high } }: Difference): string =>
    `${algorithmText(family).toLowerCase()} alone: ${signed(value)} (95 % interval ${signed(low)} to ${signed(high)})`;
  const others = [overBest, ...(overRunnerUp ? [overRunnerUp] : [])].map(against).join('; ');
  return (
    `For each fold chosen without it, what was chosen has a ROC AUC of ${h.metric(rocAuc)}. ` +
    `Its difference from the best settings of ${others}.`
  );
}

/** Four decimals: such differences are small. */
function signed(value: number): string {
  const sign = value > 0 ? '+' : value < 0 ? '−' : '';
  return `${sign}${Math.abs(value).toFixed(4)}`;
}

function comparisonReason({ family, evaluation, provenance }: ModelRecord): string {
  const name = algorithmText(family);
  if (evaluation.candidates.length < 2) return `Only one algorithm was trained: ${name}.`;
  const isWeighted = (provenance.params['imbalance'] ?? 'none') !== 'none';
  return (
    `${name} was chosen because it has the ${isWeighted ? 'highest ROC AUC' : 'lowest log loss'}. ` +
    'Differences smaller than the spread between folds may be chance.'
  );
}

function autoReason(h: ViewHelpers, { candidates, members, leftOut = [] }: Evaluation): string {
  const tried = candidates.reduce((sum, { settings }) => sum + (settings ?? 0), 0);
  const compared =
    tried === 0
      ? `Several settings of ${h.plural(candidates.length, 'algorithm')} were compared.`
      : `${h.plural(tried, 'setting')} of ${h.plural(candidates.length, 'algorithm')} were compared.`;
  const choice = members === undefined ? [] : [choiceText(h, members)];
  return [compared, ...choice, ...leftOut.map((one) => leftOutText(h, one))].join(' ');
}

function leftOutText(h: ViewHelpers, { family, gain, slowdown }: LeftOutFamily): string {
  return (
    `${algorithmText(family)} was left out: with it the log loss would be ${h.rate(Math.max(0, gain))} lower, ` +
    `but scoring would take ${h.number(Number(slowdown.toPrecision(2)))} times as long.`
  );
}

function choiceText(h: ViewHelpers, members: readonly BlendMember[]): string {
  const [first] = members;
  if (first && members.length === 1)
    return (
      `${algorithmText(first.family)} was chosen alone: ` +
      'a blend with others did not lower the log loss by more than chance would.'
    );
  const parts = members.map(
    ({ family, share }) => `${algorithmText(family).toLowerCase()} (${h.rate(share)})`,
  );
  return `A blend was chosen, because its log loss is lower than that of any of them alone: ${parts.join(', ')}.`;
}
