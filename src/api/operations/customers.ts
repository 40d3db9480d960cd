/** Customers with their latest scores, as the page of customers lists them. */
import { z } from 'zod';
import { currentPopulation, withinPopulation } from '../../domain/analytics/population.ts';
import { doNotContactAmong, withoutContact } from '../../domain/campaigns/do-not-contact.ts';
import { riskLevels } from '../../domain/risk/levels.ts';
import { noFilter } from '../../store/prediction-filters.ts';
import type { ListedPrediction } from '../../store/score-files/rows.ts';
import { cursorAfter, pageOf, pageQuery, readCursor } from '../cursor.ts';
import { defineOperation } from '../operation.ts';
import { idField, time } from '../schemas.ts';

const Customer = z
  .object({
    score_id: z.int().meta({ description: 'Number of the latest score.' }),
    customer_id: z.string().nullable(),
    probability: z.number().min(0).max(1),
    risk_level: z.enum(riskLevels),
    recommended_action: z.string().nullable(),
    expected_saving: z.number().nullable(),
    do_not_contact: z.boolean(),
    monthly_value: z.number().nullable(),
    batch_id: z.int().nullable(),
    model_id: z.int().nullable(),
    scored_at: time,
  })
  .meta({ id: 'ListedCustomer' });

const listCustomers = defineOperation({
  id: 'listCustomers',
  method: 'get',
  path: '/customers',
  tag: 'Customers',
  scope: 'scores:read',
  summary: 'List customers with their latest scores',
  description: 'The highest probability first. Keep `limit` and the filters while you follow a cursor.',
  status: 200,
  query: z.strictObject({
    ...pageQuery,
    risk_level: z.enum(riskLevels).optional(),
    batch_id: idField.optional().meta({ description: 'Scores of this file.' }),
    segment_id: idField.optional().meta({ description: 'Members of this segment.' }),
    search: z.string().max(200).optional().meta({ description: 'A part of the identifier.' }),
  }),
  answer: pageOf(Customer),
  example: {
    query: { limit: '1' },
    answer: {
      items: [
        {
          score_id: 1,
          customer_id: '7590-VHVEG',
          probability: 0.64,
          risk_level: 'high',
          recommended_action: null,
          expected_saving: null,
          do_not_contact: false,
          monthly_value: 29.85,
          batch_id: null,
          model_id: 1,
          scored_at: '2026-11-20T09:30:00.000Z',
        },
      ],
      next_cursor: null,
    },
  },
  handle: async ({ context: { db, tasks }, query }) => {
    const asked = {
      ...noFilter,
      risk: query.risk_level ?? null,
      batch: query.batch_id ?? null,
      segment: query.segment_id ?? null,
      search: query.search ?? null,
    };
    const filter = withinPopulation(asked, await currentPopulation(db));
    const seen = readCursor(query.cursor);
    const sort = { key: 'probability', descending: true } as const;
    const list = await tasks.run('pageOfPredictions', { filter, sort, page: seen + 1, size: query.limit });
    const left = await doNotContactAmong(
      db,
      list.predictions.map(({ customerId }) => customerId),
    );
    // A page beyond the last would be the first again.
    const items = list.page > seen ? list.predictions.map((one) => toCustomer(one, left)) : [];
    return { body: { items, next_cursor: list.page < list.pages ? cursorAfter(list.page) : null } };
  },
});

/** Whoever must not be contacted has no action. */
function toCustomer(listed: ListedPrediction, left: ReadonlySet<string>): z.input<typeof Customer> {
  const isLeft = left.has(listed.customerId ?? '');
  const score = withoutContact(listed, left);
  return {
    score_id: score.id,
    customer_id: score.customerId,
    probability: score.probability,
    risk_level: score.riskLevel,
    recommended_action: isLeft ? null : score.recommendedAction,
    expected_saving: isLeft ? null : score.expectedSaving,
    do_not_contact: isLeft,
    monthly_value: score.monthlyValue,
    batch_id: score.batchId,
    model_id: score.modelId,
    scored_at: score.createdAt,
  };
}

export const customerOperations = [listCustomers];
