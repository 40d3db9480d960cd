/**
 * Proposals of rules for kinds of customers that most businesses have. Each looks for its column by what it is called, and
 * takes its bounds from what the model was trained on. Costs and save rates are assumptions to be checked.
 */
import type { Feature, Schema } from '../../ml/data/schema.ts';
import type { NewRule } from '../../store/retention-rules.ts';
import type { AttributeCondition, Conditions } from '../../store/rule-conditions.ts';
import { foldName } from '../csv/column-names.ts';
import { numberOf } from '../scoring/cell-values.ts';

export const personas = ['new', 'price', 'service', 'loyal', 'contract'] as const;
export type Persona = (typeof personas)[number];

export interface Proposal {
  readonly persona: Persona;
  /** The columns that it took; null: the active model has none for it. */
  readonly columns: readonly string[] | null;
  /** To be looked at and saved; null where no column was found. */
  readonly rule: NewRule | null;
}

type KnownColumns = Pick<Schema, 'features' | 'value'>;

type Found = Pick<Partial<Conditions>, 'reason' | 'attributes' | 'minMonthlyValue'>;

interface Definition extends Pick<NewRule, 'action' | 'why' | 'channel' | 'cost' | 'saveRate'> {
  /** Null: the schema has no column for it. */
  readonly find: (schema: KnownColumns) => Found | null;
}

/** Parts of folded names. */
const tenureNames =
  /tenure|accountage|accountlength|customerage|monthswith|yearswith|dayssince(signup|joined|start)|lifetime/;
const priceNames = /price|charge|fees?$|bill|premium|tariff|cost/;
const serviceNames = /complain|ticket|support|servicecall|servicetrouble|outage|incident|satisfaction/;
const contractNames = /contract|renew|subscriptiontype|commitment|plantype|^term|term$/;
const worthNames = /balance|revenue|spend|arpu|totalcharges|amount|purchases/;
/** Levels of a contract that can be ended at any time, or soon. */
const shortContract = /month|week|rolling|flexible|prepaid|payasyougo|^no(ne)?$/;

const definitions: Readonly<Record<Persona, Definition>> = {
  new: {
    action: 'Welcome call for a new customer',
    why: 'Customers leave most easily before they are used to the service.',
    channel: 'Call',
    cost: 12,
    saveRate: 0.12,
    find: ({ features }) => {
      const tenure = findNumber(features, tenureNames);
      return tenure && { attributes: [asks(tenure, 'below', early(tenure))] };
    },
  },
  price: {
    action: 'Review the price and offer a better fit',
    why: 'The price raises this customer’s risk.',
    channel: 'Call',
    cost: 40,
    saveRate: 0.14,
    find: ({ features }) => {
      const price = findNumber(features, priceNames);
      return price && { reason: price.name };
    },
  },
  service: {
    action: 'Call about the trouble with the service',
    why: 'Trouble with the service raises this customer’s risk. Solve it before any offer.',
    channel: 'Call',
    cost: 15,
    saveRate: 0.15,
    find: ({ features }) => {
      const service = findFeature(features, serviceNames);
      return service && { reason: service.name };
    },
  },
  loyal: {
    action: 'Thank a loyal customer of high value in person',
    why: 'This customer has stayed long and is worth much: a conversation comes before any offer.',
    channel: 'Call',
    cost: 25,
    saveRate: 0.2,
    find: ({ features, value }) => {
      const tenure = findNumber(features, tenureNames);
      const worth = findNumber(features, nameOf(value)) ?? findNumber(features, worthNames);
      return tenure && worth && { attributes: [tenure, worth].map((one) => asks(one, 'above', middle(one))) };
    },
  },
  contract: {
    action: 'Offer a new contract before this one ends',
    why: 'A contract that can be ended soon makes it easy to leave.',
    channel: 'Offer',
    cost: 60,
    saveRate: 0.2,
    find: ({ features }) => {
      const contract = findFeature(features, contractNames);
      return contract && contractEnding(contract);
    },
  },
};

/** One entry a persona. */
export function proposeRules(schema: KnownColumns, position: number): Proposal[] {
  return personas.map((persona) => proposeRule(persona, schema, position));
}

export function proposeRule(persona: Persona, schema: KnownColumns, position: number): Proposal {
  const { find, ...terms } = definitions[persona];
  const found = find(schema);
  if (found === null) return { persona, columns: null, rule: null };
  const { reason = null, attributes = [] } = found;
  const columns = [...attributes.map(({ column }) => column), ...(reason === null ? [] : [reason])];
  const conditions: Conditions = {
    riskLevels: ['medium', 'high'],
    minMonthlyValue: null,
    maxMonthlyValue: null,
    reason,
    segment: null,
    attributes,
    exceptions: [],
    earlierAction: null,
    cooldown: null,
  };
  const days = { validFrom: null, validTo: null };
  return {
    persona,
    columns,
    rule: { ...terms, ...days, message: '', conditions, position, enabled: true, isExample: false },
  };
}

function contractEnding(contract: Feature): Found | null {
  if (contract.type === 'number') return { attributes: [asks(contract, 'below', early(contract))] };
  const level = contract.levels.find((one) => shortContract.test(foldName(one)) && numberOf(one) === null);
  return level === undefined ? { reason: contract.name } : { attributes: [asks(contract, 'is', level)] };
}

/** By its name, or by what people call it. */
function findFeature(features: readonly Feature[], names: RegExp): Feature | null {
  return (
    features.find(({ name, title = '' }) => names.test(foldName(name)) || names.test(foldName(title))) ?? null
  );
}

function findNumber(features: readonly Feature[], names: RegExp): Feature | null {
  return findFeature(
    features.filter(({ type, range }) => type === 'number' && range !== null),
    names,
  );
}

/** Matches the column of this name alone; nothing where there is none. */
function nameOf(column: string | null): RegExp {
  return column === null ? /^\b$/ : new RegExp(`^${foldName(column).replace(/[^a-z0-9]/g, '.')}$`);
}

function asks(feature: Feature, operator: AttributeCondition['operator'], value: string): AttributeCondition {
  return { column: feature.name, operator, value };
}

/** A quarter of the way from the smallest value to the middle one, at least one step above the smallest. */
function early({ range }: Feature): string {
  const { min, median, integer } = range!;
  const bound = min + (median - min) / 4;
  return String(integer ? Math.max(min + 1, Math.round(bound)) : Number(bound.toPrecision(2)));
}

function middle({ range }: Feature): string {
  return String(Number(range!.median.toPrecision(3)));
}
