/** Outcomes: what became of customers. */
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { findContradictions, recordOutcomes } from '../../domain/campaigns/outcomes.ts';
import { dayNow } from '../../domain/campaigns/seen-on.ts';
import { maxIdentifierLength } from '../../domain/scoring/one-customer.ts';
import { listRecorded } from '../../store/outcomes.ts';
import type { Outcome, RecordedOutcome } from '../../store/outcomes.ts';
import { pageOf, pageQuery, readCursor, toPage } from '../cursor.ts';
import { defineOperation } from '../operation.ts';
import { InvalidInput, pointerTo } from '../problems.ts';
import type { InputProblem } from '../problems.ts';

const mostOutcomes = 1_000;

const outcomeFields = {
  customer_id: z.string().trim().min(1).max(maxIdentifierLength),
  left: z.boolean(),
};
const day = z.iso.date().meta({ description: 'Where the organisation is.', examples: ['2026-11-20'] });

const Recorded = z
  .object({ id: z.int(), ...outcomeFields, seen_on: day, source: z.string() })
  .meta({ id: 'Outcome' });

const createOutcomes = defineOperation({
  id: 'createOutcomes',
  method: 'post',
  path: '/outcomes',
  tag: 'Outcomes',
  scope: 'outcomes:write',
  summary: 'Record what became of up to 1,000 customers',
  description:
    'All of them or, where one cannot be recorded, none: a customer who was never scored, a day in the future, or the opposite of what was recorded before. Recorded again in the same words, nothing changes.',
  status: 200,
  body: z.strictObject({
    outcomes: z
      .array(
        z.strictObject({
          ...outcomeFields,
          seen_on: day.optional().meta({ description: 'Missing: today.', examples: ['2026-11-20'] }),
        }),
      )
      .min(1)
      .max(mostOutcomes),
  }),
  answer: z.object({ recorded: z.int().nonnegative(), known_before: z.int().nonnegative() }),
  example: {
    body: { outcomes: [{ customer_id: '7590-VHVEG', left: true }] },
    answer: { recorded: 1, known_before: 0 },
  },
  handle: async ({ context, user, body }) => {
    const { db } = context;
    const today = await dayNow(db);
    const outcomes = body.outcomes.map(
      ({ customer_id: customerId, left: hasLeft, seen_on: seenOn = today }) => ({
        ...{ customerId, hasLeft, seenOn },
      }),
    );
    const problems = await findProblems(context, outcomes, today);
    if (problems.length > 0) throw new InvalidInput(problems);
    const result = await recordOutcomes(db, user, { outcomes, source: 'API' });
    return { body: { recorded: result.recorded, known_before: result.knownBefore } };
  },
});

const listAll = defineOperation({
  id: 'listOutcomes',
  method: 'get',
  path: '/outcomes',
  tag: 'Outcomes',
  scope: 'outcomes:read',
  summary: 'List what was recorded, the newest first',
  status: 200,
  query: z.strictObject({ ...pageQuery, customer_id: outcomeFields.customer_id.optional() }),
  answer: pageOf(Recorded),
  example: {
    query: { customer_id: '7590-VHVEG' },
    answer: {
      items: [{ id: 1, customer_id: '7590-VHVEG', left: true, seen_on: '2026-11-20', source: 'API' }],
      next_cursor: null,
    },
  },
  handle: async ({ context: { db }, query }) => {
    const before = readCursor(query.cursor);
    const filter = { customerId: query.customer_id ?? null, hasLeft: null, ...(before > 0 && { before }) };
    const recorded = await listRecorded(db, filter, { limit: query.limit + 1, offset: 0 });
    const present = ({ id, customerId, hasLeft, seenOn, source }: RecordedOutcome) => ({
      ...{ id, customer_id: customerId, left: hasLeft, seen_on: seenOn, source },
    });
    return { body: toPage(recorded, query.limit, { present, positionOf: ({ id }) => id }) };
  },
});

async function findProblems(
  { db, tasks }: Context,
  outcomes: readonly Outcome[],
  today: string,
): Promise<InputProblem[]> {
  const customerIds = [...new Set(outcomes.map(({ customerId }) => customerId))];
  const unknown = new Set(await tasks.run('unknownCustomers', { customerIds }));
  const contradicting = new Set(await findContradictions(db, outcomes));
  const firstOf = new Map<string, Outcome>();
  return outcomes.flatMap((one, i): InputProblem[] => {
    const first = firstOf.get(one.customerId);
    firstOf.set(one.customerId, first ?? one);
    const problem = (field: string, detail: string) => ({
      pointer: pointerTo(['outcomes', i, field]),
      detail,
    });
    return [
      ...(unknown.has(one.customerId)
        ? [problem('customer_id', 'No customer with this ID has been scored.')]
        : []),
      ...(first ? [problem('customer_id', 'This customer is there more than once.')] : []),
      ...(one.seenOn > today ? [problem('seen_on', 'Enter a date that is not in the future.')] : []),
      ...(contradicting.has(one)
        ? [problem('left', 'The opposite was recorded before. Correct it under Outcomes first.')]
        : []),
    ];
  });
}

export const outcomeOperations = [createOutcomes, listAll];
