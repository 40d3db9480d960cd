/** Customers scored by another program: the same numbers as in a file and in the form, stored the same way. */
import { beforeAll, describe, expect, it } from 'vitest';
import { saveSettings } from '../../src/store/settings.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { callApi, givenCustomers, makeKey } from '../helpers/api.ts';
import { listScores } from '../helpers/scores.ts';
import { openSite } from '../helpers/site.ts';

interface Scored {
  readonly status: 'scored';
  readonly id: number;
  readonly probability: number;
  readonly base: number;
  readonly risk_level: string;
  readonly reasons: readonly { readonly column: string; readonly points: number }[];
  readonly actions: readonly { readonly action: string }[];
  readonly notes: readonly string[];
  readonly do_not_contact: boolean;
}
interface Refused {
  readonly status: 'refused';
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}
interface Answer {
  readonly model: { readonly id: number; readonly version: string; readonly schema_hash: string };
  readonly results: readonly (Scored | Refused)[];
  readonly unused_columns: readonly string[];
}

const test = openSite('admin');
let key: string;
beforeAll(async () => {
  await activateSmallModel(test);
  key = await makeKey(test);
});

async function score(customers: readonly object[]): Promise<Answer> {
  const answer = await callApi(test, key, 'post', '/scores').send({ customers }).expect(200);
  return answer.body as Answer;
}
const scoredOf = ({ results }: Answer) => results.filter((one): one is Scored => one.status === 'scored');
const [customer] = givenCustomers(1, 3) as [ReturnType<typeof givenCustomers>[number]];
const withInputs = (change: Readonly<Record<string, unknown>>) => ({
  ...customer,
  inputs: { ...customer.inputs, ...change },
});

describe('scores', () => {
  it('are the same to the last bit as those of a file', async () => {
    await test.scoreAtOnce(customersCsv(40, 3));
    const ofFile = new Map(
      (await listScores(test)).map(({ customerId, probability }) => [customerId, probability]),
    );
    const given = givenCustomers(40, 3);
    const scored = scoredOf(await score(given));
    expect(scored.length).toBe(40);
    expect(scored.map(({ probability }) => probability)).toEqual(
      given.map(({ customer_id: id }) => ofFile.get(id)),
    );
  });

  it('come with the model, reasons that add up, and notes', async () => {
    const odd = { PaymentMethod: undefined, 'payment method': 'Cash', tenure: null };
    const answer = await score([withInputs(odd)]);
    const [scored] = scoredOf(answer) as [Scored];
    expect(answer.model.version).toBe('v1 Small');
    expect(answer.model.schema_hash).toMatch(/^[0-9a-f]{64}$/);
    expect(scored.reasons.reduce((sum, { points }) => sum + points, scored.base)).toBeCloseTo(
      scored.probability,
      9,
    );
    expect(scored.notes.join('. ')).toMatch(/tenure is missing.*PaymentMethod 'Cash' is not recognised/);
  });

  it('are stored as the latest of their customers, and can be read again', async () => {
    const [first] = scoredOf(await score([withInputs({ tenure: 5 })])) as [Scored];
    const [second] = scoredOf(await score([withInputs({ tenure: 50 })])) as [Scored];
    const answer = await callApi(test, key, 'get', `/scores/${second.id}`).expect(200);
    expect(answer.body).toMatchObject({
      customer_id: customer.customer_id,
      probability: second.probability,
      batch_id: null,
    });
    expect(second.probability).toBeLessThan(first.probability);
    const latest = await listScores(test, { search: customer.customer_id });
    expect(latest.map(({ id }) => id)).toEqual([second.id]);
    await callApi(test, key, 'get', '/scores/999999').expect(404);
    await callApi(test, key, 'get', '/scores/1e3').expect(404);
  });

  it('tell of each customer who cannot be scored what is wrong, and score the others', async () => {
    const answer = await score([
      customer,
      withInputs({ tenure: undefined }),
      withInputs({ MonthlyCharges: 'a lot', 'monthly charges': 5 }),
    ]);
    expect(answer.results.map(({ status }) => status)).toEqual(['scored', 'refused', 'refused']);
    const [, missing, wrong] = answer.results as [Scored, Refused, Refused];
    expect(missing.errors).toEqual([
      {
        pointer: '#/customers/1/inputs/tenure',
        detail: 'tenure is missing. Send null where it is not known.',
      },
    ]);
    expect(wrong.errors.map(({ pointer }) => pointer)).toContain('#/customers/2/inputs/MonthlyCharges');
    expect(wrong.errors.map(({ detail }) => detail).join(' ')).toMatch(/same column.*expected a number/);
  });

  it('name columns that the model does not use', async () => {
    expect((await score([withInputs({ Shoe_size: 42 })])).unused_columns).toEqual(['Shoe_size']);
  });

  it('have no actions for whom nobody may contact', async () => {
    const { db } = test.context;
    await saveSettings(db, { holdOutSecret: 'x', holdOuts: [{ from: '2020-01-01', share: 1 }] });
    const [scored] = scoredOf(await score([customer])) as [Scored];
    expect(scored).toMatchObject({ do_not_contact: true, actions: [] });
    const answer = await callApi(test, key, 'get', `/scores/${scored.id}`);
    expect(answer.body).toMatchObject({ do_not_contact: true, actions: [] });
    await saveSettings(db, { holdOuts: [] });
    const [again] = scoredOf(await score([customer])) as [Scored];
    expect(again.do_not_contact).toBe(false);
  });

  it('are up to 1,000 at once', async () => {
    const many = Array.from({ length: 1_001 }, () => ({ inputs: {} }));
    const answer = await callApi(test, key, 'post', '/scores').send({ customers: many }).expect(422);
    expect(answer.body).toMatchObject({ errors: [{ pointer: '#/customers' }] });
    expect((await score(many.slice(1))).results.length).toBe(1_000);
  });

  it('need a model', async () => {
    const sent = { model_id: 99, customers: [customer] };
    await callApi(test, key, 'post', '/scores').send(sent).expect(404);
  });
});
