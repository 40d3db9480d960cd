import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { safeLine } from '../../../src/domain/csv/writer.ts';
import { customersCsv } from '../../../src/domain/scoring/customers-csv.ts';
import { reasonWords } from '../../../src/domain/scoring/explanations.ts';
import { getBatch } from '../../../src/store/batches.ts';
import { getModel } from '../../../src/store/models.ts';
import { noFilter } from '../../../src/store/prediction-filters.ts';
import { insertSetLevel, listSetLevels } from '../../../src/store/set-levels.ts';
import type { SetLevel } from '../../../src/store/set-levels.ts';
import type { PredictionSort } from '../../../src/store/score-files/sort.ts';
import { listPredictionIds } from '../../../src/store/score-files/lists.ts';
import {
  activateSmallModel,
  createTestApp,
  customersCsv as generatedCsv,
  setUpOrganisation,
  signIn,
} from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { scoreFile } from '../../helpers/models.ts';
import { storeScores } from '../../helpers/predictions.ts';
import { detailsOf, listScores, scoreStore } from '../../helpers/scores.ts';

const odd = [
  'customerID;tenure;MonthlyCharges;Contract;PaymentMethod',
  '=cmd();1,5;70,35;Month-to-month;Mailed check',
  '"a ""quoted"", name";12;1.234,50;"Two; or ""three"", years";Cash',
  'Zoë;;95,10; MONTHLY ;-1+2',
  ';-900;;One year;',
].join('\n');

const columns = ['tenure', 'MonthlyCharges', 'Contract', 'PaymentMethod'];

let test: TestApp;
let oddBatch: number;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  const model = await getModel(test.context.db, await activateSmallModel(test, columns));
  const analyst = await signIn(test, 'analyst');
  await scoreFile(test, analyst, generatedCsv(300, 21));
  oddBatch = (await scoreFile(test, analyst, odd)).id;
  await storeScores(test, model, 50, { from: 1_000_000 });
  expect(await setTwoLevels()).toHaveLength(2);
});
afterAll(() => test.close());

/** One customer of a file, and one scored by form. */
async function setTwoLevels(): Promise<SetLevel[]> {
  const { db } = test.context;
  const days = { setOn: '2026-01-01', endsOn: '2126-01-01', expiresAt: '2126-01-02T00:00:00.000Z' };
  const said = { modelLevel: 'low', probability: 0.1, levelProbability: 0.5, reason: 'known' } as const;
  const scores = await listScores(test);
  for (const isOfFile of [true, false]) {
    const { customerId } = scores.find(
      (one) => one.customerId !== null && isOfFile === (one.batchId !== null),
    )!;
    await insertSetLevel(db, { customerId: customerId!, level: 'medium', ...days, ...said }, 1);
  }
  return listSetLevels(db);
}

/** Line by line, from what the pages show. */
async function expectedLines(): Promise<Map<number, string>> {
  const scores = await listScores(test);
  const set = await listSetLevels(test.context.db);
  const lines = scores.map(async (score) => {
    const { notes } = await detailsOf(test, score);
    const [first, second, third] = score.reasons;
    const reasons = [first, second, third].map((reason) => (reason ? reasonWords(reason) : ''));
    const setLevel = set.find(({ customerId }) => customerId === score.customerId);
    const cells = [
      score.customerId,
      score.probability,
      setLevel?.level ?? score.riskLevel,
      score.monthlyValue,
      ...reasons,
      score.recommendedAction,
      score.expectedSaving,
      score.modelLabel,
      score.createdAt,
      score.batchName,
      score.rowNumber,
      notes.join('; '),
      score.riskLevel,
      setLevel?.setBy ?? null,
      setLevel?.endsOn ?? null,
    ];
    return [score.id, safeLine(cells)] as const;
  });
  return new Map(await Promise.all(lines));
}

async function written(sort: PredictionSort): Promise<{ readonly ids: Float64Array; readonly text: string }> {
  const store = scoreStore(test);
  const ids = await listPredictionIds(store, noFilter, sort);
  return { ids, text: Buffer.from(await customersCsv(store, ids)).toString() };
}

describe('a part of the list of customers as CSV', () => {
  it.each(['probability', 'customer', 'date'] as const)(
    'has the lines of files and single scores in their order: by %s',
    async (key) => {
      const lines = await expectedLines();
      const { ids, text } = await written({ key, descending: true });
      expect(ids).toHaveLength(354);
      expect(text).toBe([...ids].map((id) => lines.get(id)).join(''));
    },
  );

  it('holds odd texts as cells that are safe in a spreadsheet', async () => {
    const { text } = await written({ key: 'date', descending: true });
    expect(text).toContain("'=cmd(),");
    expect(text).toContain('"a ""quoted"", name",');
    expect(text).toMatch(/"[^\n]*Contract is Two; or ""three"", years: /);
    expect(text).toContain("Contract ' MONTHLY ' is not recognised");
    expect(text).toContain('MonthlyCharges 1.234,50 is outside the training range');
  });

  it('gives the notes on stored inputs where the upload is gone, and leaves out scores that are', async () => {
    const { file } = await getBatch(test.context.db, oddBatch);
    const path = join(test.context.config.uploadsDir, file);
    const before = (await written({ key: 'date', descending: false })).text.split('\n');
    renameSync(path, `${path}.away`);
    const { text } = await written({ key: 'date', descending: false });
    renameSync(`${path}.away`, path);
    const lines = text.split('\n');
    expect(lines).toHaveLength(before.length);
    expect(text).toContain("Contract 'MONTHLY' is not recognised");
    const gone = Float64Array.of(77 * 2 ** 32, 99_999, oddBatch * 2 ** 32 + 4);
    expect(Buffer.from(await customersCsv(scoreStore(test), gone)).toString()).toBe('');
  });
});
