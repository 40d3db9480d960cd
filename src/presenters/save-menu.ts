/** What would bring a customer's risk level down, and what it costs, the cheapest first. */
import type { SaveOption } from '../domain/levers/save-menu.ts';
import type { Alternatives } from '../domain/scoring/alternatives.ts';
import type { ViewHelpers } from './view-helpers.ts';

/** Null where the risk is low already, or nothing that can be changed has a cost. */
export function presentSaveMenu(h: ViewHelpers, probability: number, alternatives: Alternatives | null) {
  if (alternatives?.below == null || alternatives.menu === null) return null;
  const { below } = alternatives;
  return {
    title: `What would reduce the churn probability below ${h.percent(below)}, cheapest first`,
    none: 'No change that you can offer does, alone or with one other, according to this model.',
    options: alternatives.menu.map((option) => presentOption(h, option, { before: probability, below })),
  };
}

interface Around {
  readonly before: number;
  readonly below: number;
}

function presentOption(h: ViewHelpers, option: SaveOption, { before, below }: Around) {
  const after = h.percent(option.probability);
  return {
    changes: option.changes.map(({ feature, from, to }) => `${feature} from ${from} to ${to}`).join('; '),
    // The smallest change ends close to the threshold.
    probability: `${after === h.percent(below) ? `just below ${after}` : after}, now ${h.percent(before)}`,
    cost: h.money(option.cost),
    netValue: h.money(option.netValue),
    evidence: evidenceWords(h, option),
    rules: option.rules.map(({ action, whyNot }) => ({
      action,
      eligibility: whyNot === null ? 'For this customer' : `Not for this customer: ${whyNot}`,
    })),
  };
}

function evidenceWords(h: ViewHelpers, { netValue, evidence }: SaveOption): string {
  if (netValue === null) return 'The monthly revenue is not known';
  return evidence === null
    ? 'If the model’s difference held'
    : `Measured: ${h.plural(evidence.campaigns, 'campaign')}, save rate ${h.rate(evidence.saveRate)}`;
}
