/** Levers: inputs that the company can change for a customer, each in one direction and at a cost. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict, NotFound } from '../../errors.ts';
import type { FieldError } from '../../errors.ts';
import type { Feature } from '../../ml/data/schema.ts';
import { recordEvent } from '../../store/audit.ts';
import type { CostBasis, Lever } from '../../store/levers.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';
import { foldName } from '../csv/column-names.ts';
import type { User } from '../people/accounts.ts';
import { levelText } from '../scoring/feature-words.ts';

export type NewLever = Omit<Lever, 'id'>;

/** @throws NotFound */
export async function getLever(db: Db, id: number): Promise<Lever> {
  const lever = (await getSettings(db)).levers.find((one) => one.id === id);
  if (lever === undefined) throw new NotFound('change');
  return lever;
}

/** `id` null adds one. @throws NotFound; Conflict where the same change is there already */
export async function saveLever(db: Db, user: User, id: number | null, lever: NewLever): Promise<void> {
  await inTransaction(db, async (trx) => {
    const before = id === null ? undefined : await getLever(trx, id);
    const { levers } = await getSettings(trx);
    if (levers.some((one) => one.id !== id && isSameChange(one, lever)))
      throw new Conflict('This change is in the list already. Change that one instead.');
    const newest = levers.reduce((most, one) => Math.max(most, one.id), 0);
    const saved = { ...lever, id: id ?? newest + 1 };
    await saveSettings(trx, {
      levers: before ? levers.map((one) => (one.id === id ? saved : one)) : [...levers, saved],
    });
    const action = before ? 'lever.changed' : 'lever.added';
    await recordEvent(trx, { userId: user.id, action, subject: lever.column, before, after: saved });
  });
}

function isSameChange(a: NewLever, b: NewLever): boolean {
  return foldName(a.column) === foldName(b.column) && a.change === b.change && a.level === b.level;
}

/** @throws NotFound */
export async function removeLever(db: Db, user: User, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const before = await getLever(trx, id);
    const { levers } = await getSettings(trx);
    await saveSettings(trx, { levers: levers.filter((one) => one.id !== id) });
    await recordEvent(trx, { userId: user.id, action: 'lever.removed', subject: before.column, before });
  });
}

/** What keeps a lever from being used with a model, beside its field; null: nothing. */
export function leverProblem(
  { column, change, level }: Pick<Lever, 'column' | 'change' | 'level'>,
  features: readonly Feature[],
): FieldError | null {
  const feature = findFeature(features, column);
  if (feature === undefined) return { field: 'column', message: `The active model has no column ${column}.` };
  if (feature.type === 'date')
    return { field: 'column', message: `${column} is a date. Dates cannot be changed.` };
  if (feature.type === 'number')
    return change === 'level'
      ? { field: 'change', message: `${column} is a number. Choose lower or higher.` }
      : null;
  if (change !== 'level')
    return { field: 'change', message: `${column} is no number. Choose ‘to a level’, and enter the level.` };
  return codeOf(feature, level) < 0
    ? {
        field: 'level',
        message: `${level ? `${column} has no level ‘${level}’.` : `Enter a level of ${column}.`} It has ${feature.levels.map((one) => levelText(feature, one)).join(', ')}.`,
      }
    : null;
}

/** With column and level as the model spells them. Of a lever without a problem. */
export function asSpelled<T extends Pick<Lever, 'column' | 'level'>>(
  lever: T,
  features: readonly Feature[],
): T {
  const feature = findFeature(features, lever.column);
  if (feature === undefined) return lever;
  const code = lever.level === null ? -1 : codeOf(feature, lever.level);
  const level = code < 0 ? lever.level : levelText(feature, feature.levels[code]!);
  return { ...lever, column: feature.name, level };
}

export function findFeature(features: readonly Feature[], column: string): Feature | undefined {
  return features.find(({ name }) => foldName(name) === foldName(column));
}

/** The code of a level as people read it, whatever its case; −1: there is none. */
export function codeOf(feature: Feature, level: string | null): number {
  const asked = foldName(level ?? '');
  const isAsked = (one: string): boolean =>
    foldName(one) === asked || foldName(levelText(feature, one)) === asked;
  const exact = feature.levels.findIndex((one) => one === level);
  return exact >= 0 ? exact : feature.levels.findIndex(isAsked);
}

const perUnit: Readonly<Record<CostBasis, boolean>> = {
  once: false,
  month: false,
  unit: true,
  'unit-month': true,
};
const perMonth: Readonly<Record<CostBasis, boolean>> = {
  once: false,
  month: true,
  unit: false,
  'unit-month': true,
};

/** In money: of changing a value by so much, for as many months as a retained customer counts. */
export function costOfChange(
  { cost, per }: Pick<Lever, 'cost' | 'per'>,
  size: number,
  months: number,
): number {
  return cost * (perUnit[per] ? size : 1) * (perMonth[per] ? months : 1);
}
