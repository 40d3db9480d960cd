/**
 * The rules that Holdfast starts with: sensible for subscription businesses, in columns that such businesses
 * often have. A rule whose column the model does not know matches nobody. Costs and save rates are starting
 * points to be replaced by one's own experience.
 */
import type { RetentionRule } from './matching.ts';

type DefaultRule = Omit<RetentionRule, 'id' | 'position' | 'enabled' | 'version'>;

const anyone = { riskLevels: [], minMonthlyValue: null, reason: null, attributes: [] } as const;

export const defaultRules: readonly DefaultRule[] = [
  {
    action: 'Personal call from a retention specialist',
    why: 'A valuable customer at high risk is worth a conversation before any offer.',
    conditions: { ...anyone, riskLevels: ['high'], minMonthlyValue: 80 },
    cost: 25,
    saveRate: 0.22,
  },
  {
    action: 'Offer a one-year contract with the first month free',
    why: 'Customers without a commitment leave most easily; a contract gives both sides a reason to stay.',
    conditions: {
      ...anyone,
      riskLevels: ['high', 'medium'],
      attributes: [{ column: 'Contract', operator: 'is', value: 'Month-to-month' }],
    },
    cost: 60,
    saveRate: 0.2,
  },
  {
    action: 'Welcome call within the first half-year',
    why: 'Most departures come early, often over a question that nobody asked.',
    conditions: {
      ...anyone,
      riskLevels: ['high', 'medium'],
      attributes: [{ column: 'Tenure', operator: 'below', value: '6' }],
    },
    cost: 12,
    saveRate: 0.12,
  },
  {
    action: 'Three months of technical support for free',
    why: 'Customers without support leave more often; those who use it see its worth.',
    conditions: {
      ...anyone,
      riskLevels: ['high', 'medium'],
      reason: 'TechSupport',
      attributes: [{ column: 'TechSupport', operator: 'is', value: 'No' }],
    },
    cost: 15,
    saveRate: 0.1,
  },
  {
    action: 'Move to automatic payment with a small credit',
    why: 'Each bill paid by hand is a moment to reconsider.',
    conditions: {
      ...anyone,
      riskLevels: ['high', 'medium'],
      attributes: [{ column: 'PaymentMethod', operator: 'is', value: 'Electronic check' }],
    },
    cost: 10,
    saveRate: 0.07,
  },
  {
    action: 'Review the plan and right-size it',
    why: 'The price is what raises this customer’s risk: a fitting plan costs less than a lost customer.',
    conditions: { ...anyone, riskLevels: ['high', 'medium'], reason: 'MonthlyCharges' },
    cost: 40,
    saveRate: 0.14,
  },
  {
    action: 'Check-in e-mail with an offer to talk',
    why: 'The least that a customer at high risk should get, where nothing more specific fits.',
    conditions: { ...anyone, riskLevels: ['high'] },
    cost: 1,
    saveRate: 0.03,
  },
];
