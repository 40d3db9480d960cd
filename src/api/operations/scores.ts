/** Scores: customers are scored at once, and a score is read again. */
import { z } from 'zod';
import { doNotContactAmong } from '../../domain/campaigns/do-not-contact.ts';
import { inputWords } from '../../domain/scoring/explanations.ts';
import { storeGiven } from '../../domain/scoring/given-customers.ts';
import type { GivenCustomer, GivenProblem, GivenScore } from '../../domain/scoring/given-customers.ts';
import type { ScoreDetails } from '../../domain/scoring/customer-record.ts';
import { maxIdentifierLength } from '../../domain/scoring/one-customer.ts';
import { openScoreStore } from '../../store/score-files/store.ts';
import { defineOperation } from '../operation.ts';
import { pointerTo } from '../problems.ts';
import { cellValue, scoreIdParams, time } from '../schemas.ts';

const mostCustomers = 1_000;
/** No model has more. */
const mostColumns = 10_000;

const riskLevel = z.enum(['low', 'medium', 'high']);
const probability = z.number().min(0).max(1);
const money = z.number().nullable().meta({ description: 'Null: not known.' });

const Reason = z
  .object({
    column: z.string(),
    value: cellValue,
    points: z.number().meta({ description: 'In probability: 0.12 raises the risk by 12 points.' }),
    words: z.string(),
  })
  .meta({ id: 'Reason' });

const Action = z
  .object({
    rule_id: z.int(),
    action: z.string(),
    why: z.string(),
    channel: z.string(),
    message: z.string(),
    cost: money,
    expected_saving: money,
  })
  .meta({ id: 'RecommendedAction' });

const scoreFields = {
  id: z.int().meta({ description: 'Number of the score.' }),
  customer_id: z.string().nullable(),
  probability: probability.meta({ description: 'Of leaving.' }),
  risk_level: riskLevel,
  base: probability.nullable().meta({ description: 'The probability that the reasons start from.' }),
  reasons: z.array(Reason).meta({ description: 'The strongest first.' }),
  do_not_contact: z.boolean().meta({
    description:
      'The customer is a control of a campaign or held out: there are no actions, and nobody may contact them.',
  }),
  actions: z.array(Action).meta({ description: 'The largest expected saving first.' }),
  notes: z
    .array(z.string())
    .meta({ description: 'What was odd about the values, and what was done about it.' }),
  monthly_value: money,
};

const Scored = z
  .object({
    status: z.literal('scored'),
    ...scoreFields,
    churn: z.boolean().meta({ description: 'The probability reaches the threshold of the model.' }),
  })
  .meta({ id: 'ScoredCustomer' });

const Refused = z
  .object({
    status: z.literal('refused'),
    customer_id: z.string().nullable(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
  })
  .meta({ id: 'RefusedCustomer' });

const ScoringModel = z
  .object({
    id: z.int(),
    version: z.string(),
    schema_hash: z.string().meta({ description: 'Another one: the model takes other columns or values.' }),
  })
  .meta({ id: 'ScoringModel' });

const Customer = z
  .strictObject({
    customer_id: z
      .string()
      .trim()
      .min(1)
      .max(maxIdentifierLength)
      .nullish()
      .meta({ description: 'Missing or null: the score belongs to nobody.' }),
    monthly_value: z
      .number()
      .nullish()
      .meta({ description: 'Monthly revenue, where it is no column of the model.' }),
    inputs: z
      .record(z.string().max(1_000), cellValue)
      .refine((inputs) => Object.keys(inputs).length <= mostColumns, 'There are too many columns.')
      .meta({
        description:
          'By column of the model. Each column has to be there; null: not known. Case, spaces and underscores do not matter.',
      }),
  })
  .meta({ id: 'Customer' });

const exampleInputs = {
  gender: 'Female',
  SeniorCitizen: '0',
  Partner: 'Yes',
  Dependents: 'No',
  tenure: 1,
  PhoneService: 'No',
  MultipleLines: 'No phone service',
  InternetService: 'DSL',
  OnlineSecurity: 'No',
  OnlineBackup: 'Yes',
  DeviceProtection: 'No',
  TechSupport: 'No',
  StreamingTV: 'No',
  StreamingMovies: 'No',
  Contract: 'Month-to-month',
  PaperlessBilling: 'Yes',
  PaymentMethod: 'Electronic check',
  MonthlyCharges: 29.85,
  TotalCharges: 29.85,
};

const exampleScore = {
  id: 1,
  customer_id: '7590-VHVEG',
  probability: 0.64,
  risk_level: 'high',
  base: 0.26,
  reasons: [{ column: 'tenure', value: 1, points: 0.17, words: 'Tenure is 1' }],
  do_not_contact: false,
  actions: [],
  notes: [],
  monthly_value: 29.85,
} as const;

const createScores = defineOperation({
  id: 'createScores',
  method: 'post',
  path: '/scores',
  tag: 'Scores',
  scope: 'scores:write',
  summary: 'Score up to 1,000 customers',
  description:
    'Scores are stored, and become the latest ones of their customers. A customer who cannot be scored is refused with the reason; the others are scored all the same.',
  status: 200,
  problems: [409],
  body: z.strictObject({
    model_id: z
      .int()
      .positive()
      .max(2_147_483_647)
      .optional()
      .meta({ description: 'Missing: the active one.' }),
    customers: z.array(Customer).min(1).max(mostCustomers),
  }),
  answer: z.object({
    model: ScoringModel,
    results: z
      .array(z.discriminatedUnion('status', [Scored, Refused]))
      .meta({ description: 'In the order of the customers.' }),
    unused_columns: z.array(z.string()),
  }),
  example: {
    body: { customers: [{ customer_id: '7590-VHVEG', inputs: exampleInputs }] },
    answer: {
      model: { id: 1, version: 'v1 Telecom churn', schema_hash: 'a'.repeat(64) },
      results: [{ status: 'scored', ...exampleScore, churn: true }],
      unused_columns: [],
    },
  },
  handle: async ({ context, user, body }) => {
    const { db, config, tasks } = context;
    const customers = body.customers.map(toGiven);
    const given = await tasks.run('scoreGiven', { modelId: body.model_id ?? null, customers });
    const ids = await storeGiven(openScoreStore(db, config), user, customers, given);
    const left = await doNotContactAmong(
      db,
      customers.map(({ customerId }) => customerId),
    );
    const { model, scores, unusedColumns } = given;
    return {
      body: {
        model: { id: model.id, version: model.label, schema_hash: model.schemaHash },
        results: scores.map((score, i) => toResult(score, { i, id: ids[i]!, ...customers[i]!, left })),
        unused_columns: [...unusedColumns],
      },
    };
  },
});

const getScore = defineOperation({
  id: 'getScore',
  method: 'get',
  path: '/scores/{id}',
  tag: 'Scores',
  scope: 'scores:read',
  summary: 'Read a score',
  description: 'Reasons and actions of a score of a file are computed again from what was uploaded.',
  status: 200,
  problems: [409],
  params: scoreIdParams,
  answer: z.object({
    ...scoreFields,
    batch_id: z.int().nullable().meta({ description: 'Null: it was scored alone.' }),
    model_id: z.int().nullable().meta({ description: 'Null: the model was removed.' }),
    created_at: time,
    problem: z.string().nullable().meta({ description: 'Why something is missing here; null: nothing is.' }),
  }),
  example: {
    params: { id: '1' },
    answer: {
      ...exampleScore,
      batch_id: null,
      model_id: 1,
      created_at: '2026-11-20T09:30:00.000Z',
      problem: null,
    },
  },
  handle: async ({ context: { db, tasks }, params: { id } }) => {
    const score = await tasks.run('getCustomerRecord', { id });
    const details = score.batchId === null ? score.details : await tasks.run('computeDetails', { score });
    const left = await doNotContactAmong(db, [score.customerId]);
    return {
      body: {
        id,
        customer_id: score.customerId,
        probability: score.probability,
        risk_level: score.riskLevel,
        monthly_value: score.monthlyValue,
        ...toDetails(details, left.has(score.customerId ?? '')),
        batch_id: score.batchId,
        model_id: score.modelId,
        created_at: score.createdAt,
        problem: details.problem,
      },
    };
  },
});

function toGiven({ customer_id, monthly_value, inputs }: z.output<typeof Customer>): GivenCustomer {
  return { customerId: customer_id ?? null, monthlyValue: monthly_value ?? null, inputs };
}

interface ScoredAs {
  /** Its place among the customers. */
  readonly i: number;
  readonly id: number | null;
  readonly customerId: string | null;
  /** Who must not be contacted. */
  readonly left: ReadonlySet<string>;
}

function toResult(
  score: GivenScore,
  { i, id, customerId, left }: ScoredAs,
): z.input<typeof Scored | typeof Refused> {
  if (!score.ok || id === null) {
    const problems = score.ok ? [] : score.problems;
    return { status: 'refused', customer_id: customerId, errors: problems.map((one) => toError(i, one)) };
  }
  const { customer } = score;
  return {
    status: 'scored',
    id,
    customer_id: customerId,
    probability: customer.probability,
    churn: customer.churn,
    risk_level: customer.riskLevel,
    monthly_value: customer.monthlyValue,
    ...toDetails(customer, left.has(customerId ?? '')),
  };
}

function toError(i: number, { column, message }: GivenProblem) {
  const field = column === null ? ['monthly_value'] : ['inputs', column];
  return { pointer: pointerTo(['customers', i, ...field]), detail: message };
}

/** Whoever must not be contacted has no actions. */
function toDetails(
  { base, reasons, actions, notes }: Pick<ScoreDetails, 'base' | 'reasons' | 'actions' | 'notes'>,
  mustNotContact: boolean,
) {
  return {
    base,
    reasons: reasons.map(({ feature, value, points }) => ({
      column: feature,
      value,
      points,
      words: inputWords(feature, value),
    })),
    do_not_contact: mustNotContact,
    actions: mustNotContact ? [] : actions.map(toAction),
    notes: [...notes],
  };
}

function toAction(action: ScoreDetails['actions'][number]): z.input<typeof Action> {
  const { ruleId, action: name, why, channel, message, cost, expectedSaving } = action;
  return { rule_id: ruleId, action: name, why, channel, message, cost, expected_saving: expectedSaving };
}

export const scoreOperations = [createScores, getScore];
