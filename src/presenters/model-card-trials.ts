/** A card's comparison of algorithms: what was tried, what was chosen, and why. */
import type { Difference } from '../ml/auto/choice.ts';
import type { BlendMember, Evaluation, LeftOutFamily } from '../ml/model/model.ts';
import type { ModelRecord } from '../store/models.ts';
import { algorithmText } from './model.ts';
import type { ViewHelpers } from './view-helpers.ts';

export function presentCardTrials(h: ViewHelpers, model: ModelRecord) {
  const { candidates, members, folds } = model.evaluation;
  // Settings that were chosen on the rows that they are measured on.
  const isSelection = candidates.some(({ rocAucDeviation }) => rocAucDeviation === null);
  const chosen = isSelection ? (members ?? []).map(({ family }) => family) : [model.family];
  // `auto` has folds of its own.
  const mostFolds = Math.max(...candidates.map(({ foldsTried = 0 }) => foldsTried)) || folds;
  return {
    caption: `Cross-validation with ${h.count(mostFolds)} folds, on training customers only`,
    reason: isSelection ? autoReason(h, model.evaluation) : comparisonReason(model),
    isSelection,
    gain: gainText(h, model.evaluation),
    rows: candidates.map(
      ({ family, rocAuc, rocAucDeviation, logLoss, settings, foldsTried = mostFolds }) => ({
        algorithm: algorithmText(family),
        onFolds: foldsTried < mostFolds ? `on ${h.plural(foldsTried, 'fold')}` : null,
        isChosen: chosen.includes(family),
        settings: h.count(settings ?? 1),
        rocAuc: h.metric(rocAuc),
        deviation: h.metric(rocAucDeviation),
        logLoss: h.metric(logLoss),
      }),
    ),
    hasSettings: candidates.some(({ settings }) => settings !== undefined),
  };
}

/** What the choice gains over single algorithms, measured on customers that each blend was chosen without. */
function gainText(h: ViewHelpers, { members = [], selection }: Evaluation): string | null {
  if (!selection) return null;
  const { rocAuc, overBest, overRunnerUp } = selection;
  const isAlone = members.length === 1 && (members[0]!.settings ?? 1) === 1;
  const others = [overBest, overRunnerUp].filter(
    (other) => other !== null && !(isAlone && other.family === members[0]!.family),
  );
  if (others.length === 0) return null;
  const differences = others.map((other) => differenceText(h, other!)).join(', and ');
  const chance = others.some((other) => mayBeChance(other!))
    ? ' A difference whose interval includes 0 may be chance.'
    : '';
  return (
    'Repeated without each fold and measured on that fold, the choice has a ROC AUC of ' +
    `${h.metric(rocAuc)}: ${differences}.${chance}`
  );
}

function differenceText(h: ViewHelpers, { family, rocAuc: { value, low, high } }: Difference): string {
  const interval = `95 % interval ${h.difference(low)} to ${h.difference(high)}`;
  return `${h.difference(value)} beside the best setting of ${algorithmText(family).toLowerCase()} alone (${interval})`;
}

function mayBeChance({ rocAuc: { low, high } }: Difference): boolean {
  return low <= 0 && high >= 0;
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
  if (first && members.length === 1 && (first.settings ?? 1) === 1)
    return (
      `${algorithmText(first.family)} was chosen alone: ` +
      'a blend with others did not lower the log loss by more than chance would.'
    );
  const parts = members.map(({ family, settings = 1, share }) => {
    const several = settings > 1 ? `${h.count(settings)} settings of ` : '';
    return `${several}${algorithmText(family).toLowerCase()} (${h.rate(share)})`;
  });
  return `A blend was chosen, because its log loss is lower than that of any of them alone: ${parts.join(', ')}.`;
}
