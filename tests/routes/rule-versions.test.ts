import { beforeAll, describe, expect, it } from 'vitest';
import { predictCustomer, scoreForm } from '../../src/domain/scoring/one-customer.ts';
import { getBatch } from '../../src/store/batches.ts';
import { getPrediction } from '../../src/store/prediction-records.ts';
import { listRules } from '../../src/store/retention-rules.ts';
import type { RuleRecord } from '../../src/store/retention-rules.ts';
import { currentRuleVersion, listRuleVersions } from '../../src/store/rule-versions.ts';
import { activateSmallModel } from '../helpers/app.ts';
import { scoreFile } from '../helpers/models.ts';
import { blankRuleFields } from '../helpers/rules.ts';
import { scoreStore } from '../helpers/scores.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { post } = test;
let modelId: number;
let atFirst: RuleRecord[];
beforeAll(async () => {
  modelId = await activateSmallModel(test, ['tenure']);
  atFirst = await rules();
});

const rules = () => listRules(test.context.db);
const form = {
  ...blankRuleFields,
  action: 'Send flowers',
  why: 'They like flowers.',
  cost: '12.50',
  saveRate: '7.5',
  position: '0',
  enabled: 'yes',
  high: 'yes',
};
const withoutVersion = (some: readonly RuleRecord[]) => some.map((rule) => ({ ...rule, version: 0 }));
const ada = { id: 1, email: 'ada@example.com', name: 'Ada', role: 'admin', theme: 'system' } as const;

describe('rules that nobody has changed', () => {
  it('are version 1, and the pages of versions say so', async () => {
    expect(await currentRuleVersion(test.context.db)).toBe(1);
    expect((await test.agent.get('/settings/rules/versions').expect(200)).text).toContain(
      'The rules have not been changed yet',
    );
    await test.agent.get('/settings/rules/versions/1').expect(303);
  });
});

describe('each change of the rules', () => {
  it('is a version with who, when, and what changed in words', async () => {
    await post('/settings/rules', form).expect(303);
    const flowers = (await rules()).find(({ action }) => action === 'Send flowers')!;
    await post(`/settings/rules/${flowers.id}`, {
      ...form,
      cost: '15',
      high: '',
      medium: 'yes',
      validTo: '2026-12-24',
    }).expect(422);
    const change = { ...form, cost: '15', medium: 'yes', validTo: '2026-12-24' };
    await post(`/settings/rules/${flowers.id}`, change).expect(303);
    await post(`/settings/rules/${flowers.id}/removal`).expect(303);
    const { text } = await test.agent.get('/settings/rules/versions').expect(200);
    expect(text).toContain('The rules before their first change.');
    expect(text).toContain('by A analyst');
    for (const words of [
      'Added.',
      'Cost per customer: 12.5 → 15',
      'Last day: – → 24 Dec 2026',
      'No longer: Risk is high',
      'New condition: Risk is medium or high',
      'Removed.',
    ])
      expect(text.replaceAll('&#34;', '"')).toContain(words);
    expect(await currentRuleVersion(test.context.db)).toBe(4);
    await test.agent.get('/settings/rules/versions?before=2').expect(200);
  });

  it('that is refused is none', async () => {
    await post('/settings/rules', { ...form, cost: '-1' }).expect(422);
    expect(await currentRuleVersion(test.context.db)).toBe(4);
  });
});

describe('going back to a version', () => {
  it('shows beforehand what it changes, and is a new version', async () => {
    const { text } = await test.agent.get('/settings/rules/versions/3').expect(200);
    expect(text).toContain('Go back to version 3');
    expect(text).toMatch(/Send flowers<\/strong>\s*<ul>\s*<li>Added\.<\/li>/);
    await post('/settings/rules/versions/3/restore').expect(303);
    expect((await rules()).find(({ action }) => action === 'Send flowers')).toMatchObject({ cost: 15 });
    const [newest] = await listRuleVersions(test.context.db, { before: null, limit: 1 });
    expect(newest).toMatchObject({ number: 5, restored: 3, userName: 'A analyst' });
    const list = await test.agent.get('/settings/rules/versions').expect(200);
    expect(list.text).toContain('Went back to version 3.');
    expect((await test.agent.get('/settings/rules/versions/5')).text).toContain(
      'The rules are as in this version.',
    );
  });

  it('takes back changes, removals and additions', async () => {
    const [first, second] = await rules();
    await post(`/settings/rules/${first!.id}/removal`).expect(303);
    await post(`/settings/rules/${second!.id}`, { ...form, action: 'Another one' }).expect(303);
    await post('/settings/rules/versions/1/restore').expect(303);
    expect(withoutVersion(await rules())).toEqual(withoutVersion(atFirst));
  });

  it('to one that there is not answers 404', async () => {
    await test.agent.get('/settings/rules/versions/99').expect(404);
    await post('/settings/rules/versions/99/restore').expect(404);
  });
});

describe('a recommendation', () => {
  it('names the version that it came from, of a file and of a single customer', async () => {
    const { db, config } = test.context;
    const version = await currentRuleVersion(db);
    const { id } = await scoreFile(test, test.agent, 'customerID,tenure\na,1\nb,50\n');
    expect((await getBatch(db, id)).rules?.rulesVersion).toBe(version);
    const values = { customer: 'one', f0: '1', monthlyValue: '95' };
    const scored = await predictCustomer(scoreStore(test), ada, { modelId, values }, (fields) =>
      scoreForm(scoreStore(test), config.modelsDir, fields),
    );
    if (!scored.ok) throw new Error(JSON.stringify(scored.errors));
    expect((await getPrediction(db, scored.id)).rulesVersion).toBe(version);
    const { text } = await test.agent.get(`/customers/${scored.id}`).expect(200);
    expect(text).toContain(`version ${version} of the retention rules`);
  });
});
