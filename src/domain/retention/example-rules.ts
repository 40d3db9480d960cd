/**
 * The rules of a new database: examples for the customers of the sample, a telecom. They name its columns, count tenure
 * in months and amounts in its currency, and their costs and save rates are assumptions. A table of another business may
 * have a column of the same name in another unit, so an example applies only to customers scored with a model of the
 * sample until somebody has reviewed and saved it.
 */
import type { Db } from '../../db.ts';
import { findDataset } from '../../store/datasets.ts';
import type { ModelRecord } from '../../store/models.ts';
import type { RetentionRule } from './matching.ts';

type ExampleRule = Omit<RetentionRule, 'id' | 'position' | 'enabled' | 'version'>;

const always = { message: '', validFrom: null, validTo: null } as const;

const isExample = true;
const anyone = {
  riskLevels: [],
  minMonthlyValue: null,
  maxMonthlyValue: null,
  reason: null,
  segment: null,
  attributes: [],
  exceptions: [],
  earlierAction: null,
  cooldown: null,
} as const;

export const exampleRules: readonly ExampleRule[] = [
  {
    ...always,
    isExample,
    action: 'Personal call from a retention specialist',
    channel: 'Call',
    why: 'A high-value customer at high risk is worth a conversation before any offer.',
    conditions: { ...anyone, riskLevels: ['high'], minMonthlyValue: 80 },
    cost: 25,
    saveRate: 0.22,
  },
  {
    ...always,
    isExample,
    action: 'Offer a one-year contract with the first month free',
    channel: 'Offer',
    why: 'Customers on a monthly contract can leave at any time. A longer contract lowers the risk.',
    conditions: {
      ...anyone,
      riskLevels: ['high', 'medium'],
      attributes: [{ column: 'Contract', operator: 'is', value: 'Month-to-month' }],
    },
    cost: 60,
    saveRate: 0.2,
  },
  {
    ...always,
    isExample,
    action: 'Welcome call in the first six months',
    channel: 'Call',
    why: 'Many customers leave in their first months. The tenure of the sample’s customers is in months.',
    conditions: {
      ...anyone,
      riskLevels: ['high', 'medium'],
      attributes: [{ column: 'Tenure', operator: 'below', value: '6' }],
    },
    cost: 12,
    saveRate: 0.12,
  },
  {
    ...always,
    isExample,
    action: 'Offer three months of free technical support',
    channel: 'Offer',
    why: 'Customers without technical support leave more often.',
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
    ...always,
    isExample,
    action: 'Offer a small credit for switching to automatic payment',
    channel: 'Email',
    why: 'Customers who pay each bill by hand leave more often.',
    conditions: {
      ...anyone,
      riskLevels: ['high', 'medium'],
      attributes: [{ column: 'PaymentMethod', operator: 'is', value: 'Electronic check' }],
    },
    cost: 10,
    saveRate: 0.07,
  },
  {
    ...always,
    isExample,
    action: 'Review the plan and offer a better fit',
    channel: 'Call',
    why: 'The price raises this customer’s risk, and a cheaper plan costs less than losing the customer.',
    conditions: { ...anyone, riskLevels: ['high', 'medium'], reason: 'MonthlyCharges' },
    cost: 40,
    saveRate: 0.14,
  },
  {
    ...always,
    isExample,
    action: 'Check-in email with an offer to talk',
    channel: 'Email',
    why: 'The minimum for a customer at high risk when no other rule matches.',
    conditions: { ...anyone, riskLevels: ['high'] },
    cost: 1,
    saveRate: 0.03,
  },
];

/** The sample's own models, and models trained on its dataset. */
export async function isModelOfSample(
  db: Db,
  { isSample, datasetId }: Pick<ModelRecord, 'isSample' | 'datasetId'>,
): Promise<boolean> {
  if (isSample || datasetId === null) return isSample;
  return (await findDataset(db, datasetId))?.isSample ?? false;
}
