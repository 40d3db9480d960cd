/** Records what became of customers: all of a file, or nothing of it. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Unprocessable } from '../../errors.ts';
import { countText } from '../../format.ts';
import { recordEvent } from '../../store/audit.ts';
import { deleteOutcomesOf, insertOutcomes, listOutcomes } from '../../store/outcomes.ts';
import type { Outcome } from '../../store/outcomes.ts';

export interface Recorded {
  readonly recorded: number;
  /** What was recorded before in the same words. */
  readonly knownBefore: number;
}

const mostNamed = 5;

/** Null: nobody, or somebody whose account is gone. */
interface Recorder {
  readonly id: number | null;
}

/** @throws Unprocessable when it contradicts what was recorded before */
export async function recordOutcomes(
  db: Db,
  user: Recorder,
  { outcomes, source }: { readonly outcomes: readonly Outcome[]; readonly source: string },
): Promise<Recorded> {
  return inTransaction(db, async (trx) => {
    const before = await readKnown(trx, outcomes);
    const contradictions = contradictionsAmong(outcomes, before);
    if (contradictions.length > 0) throw contradicted(contradictions);
    const fresh = outcomes.filter(
      (one) => !before.get(one.customerId)?.some(({ seenOn }) => seenOn === one.seenOn),
    );
    await insertOutcomes(trx, { outcomes: fresh, source, userId: user.id });
    const result = { recorded: fresh.length, knownBefore: outcomes.length - fresh.length };
    await recordEvent(trx, {
      userId: user.id,
      action: 'outcomes.recorded',
      subject: source,
      after: result,
    });
    return result;
  });
}

/** Those that say the opposite of what was recorded before. */
export async function findContradictions<T extends Outcome>(db: Db, outcomes: readonly T[]): Promise<T[]> {
  return contradictionsAmong(outcomes, await readKnown(db, outcomes));
}

type Known = ReadonlyMap<string, readonly Outcome[]>;

async function readKnown(db: Db, outcomes: readonly Outcome[]): Promise<Known> {
  const customerIds = new Set(outcomes.map(({ customerId }) => customerId));
  return outcomesByCustomer(await listOutcomes(db, [...customerIds]));
}

function contradictionsAmong<T extends Outcome>(outcomes: readonly T[], known: Known): T[] {
  return outcomes.filter((one) => contradicts(one, known.get(one.customerId) ?? []));
}

export interface Correction {
  readonly customerIds: readonly string[];
  /** Null: nothing is known of them. */
  readonly seen: Omit<Outcome, 'customerId'> | null;
  /** Empty: not asked for. */
  readonly reason: string;
}

/** Replaces what was recorded of these customers: of all of them, or of none. */
export async function correctOutcomes(
  db: Db,
  user: Recorder,
  { customerIds, seen, reason }: Correction,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const replaced = await deleteOutcomesOf(trx, customerIds);
    const outcomes = seen === null ? [] : customerIds.map((customerId) => ({ customerId, ...seen }));
    await insertOutcomes(trx, { outcomes, source: 'By hand', userId: user.id });
    await recordEvent(trx, {
      userId: user.id,
      action: 'outcomes.corrected',
      subject: customerIds.length === 1 ? 'A customer' : `${countText(customerIds.length)} customers`,
      after: { ...(seen ?? { removed: true }), replaced, ...(reason && { reason }) },
    });
  });
}

function outcomesByCustomer(outcomes: readonly Outcome[]): Map<string, Outcome[]> {
  const byCustomer = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const known = byCustomer.get(outcome.customerId);
    if (known) known.push(outcome);
    else byCustomer.set(outcome.customerId, [outcome]);
  }
  return byCustomer;
}

/** Whoever has left cannot be there later on. */
function contradicts(outcome: Outcome, others: readonly Outcome[]): boolean {
  return others.some(
    (other) =>
      other.hasLeft !== outcome.hasLeft &&
      (outcome.hasLeft ? other.seenOn >= outcome.seenOn : other.seenOn <= outcome.seenOn),
  );
}

function contradicted(found: readonly Outcome[]): Unprocessable {
  const named = found
    .slice(0, mostNamed)
    .map(
      ({ customerId, seenOn, hasLeft }) => `${customerId} ${hasLeft ? 'left by' : 'was there on'} ${seenOn}`,
    );
  const more = found.length > mostNamed ? ` and ${found.length - mostNamed} more` : '';
  return new Unprocessable([
    {
      field: 'file',
      message: `This contradicts what was recorded before: ${named.join(', ')}${more}. Nothing was recorded. Correct these customers one by one below, or take them out of the file.`,
    },
  ]);
}
