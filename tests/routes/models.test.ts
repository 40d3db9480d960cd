import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeModelFile, encodeModelFile } from '../../src/ml/model/file.ts';
import type { Model } from '../../src/ml/model/model.ts';
import { listEvents } from '../../src/store/audit.ts';
import { findChallenger, getModel, listModels } from '../../src/store/models.ts';
import type { ModelRecord } from '../../src/store/models.ts';
import { getSettings } from '../../src/store/settings.ts';
import {
  activateSmallModel,
  createTestApp,
  customersCsv,
  setUpOrganisation,
  signIn,
} from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { errorsOf, postForm } from '../helpers/datasets.ts';
import type { Agent, Fields } from '../helpers/datasets.ts';
import { addCandidate, scoreFile, sendModel } from '../helpers/models.ts';
import { listScores } from '../helpers/scores.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

let test: TestApp;
let admin: Agent;
let analyst: Agent;
let viewer: Agent;
let active: ModelRecord;
let candidate: ModelRecord;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  active = await getModel(test.context.db, await activateSmallModel(test));
  candidate = await addCandidate(test, 'Few <b>columns</b>', ['Contract', 'tenure', 'MonthlyCharges']);
  [admin, analyst, viewer] = [
    await signIn(test, 'admin'),
    await signIn(test, 'analyst'),
    await signIn(test, 'viewer'),
  ];
});
afterAll(() => test.close());

const stored = (id: number) => getModel(test.context.db, id);
const change = (id: number, what: string, fields: Fields = {}) =>
  postForm(admin, `/models/${id}/${what}`, fields);
const newest = async (action: string) => {
  const filter = { action, userId: null, from: null, to: null };
  return (await listEvents(test.context.db, filter, 1, 0))[0];
};
const binary = (agent: Agent, path: string) =>
  agent
    .get(path)
    .buffer()
    .parse((res, done) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => {
        done(null, Buffer.concat(chunks));
      });
    });

describe('the list and the card', () => {
  it('are shown to every role, with the actions that it may do', async () => {
    for (const agent of [admin, analyst, viewer]) {
      const list = (await agent.get('/models').expect(200)).text;
      expect(list).toContain('v1 Small');
      expect(list).toContain('v2 Few &lt;b&gt;columns&lt;/b&gt;');
      expect(list.includes('Import a model')).toBe(agent === admin);
      for (const { id } of [active, candidate]) {
        const card = (await agent.get(`/models/${id}`).expect(200)).text;
        for (const heading of ['Summary', 'How good is it?', 'Limits', 'Data and settings'])
          expect(card).toContain(heading);
        expect(card).not.toContain('<b>columns');
        expect(card.includes('Activate…')).toBe(agent === admin && id === candidate.id);
        expect(card.includes('Download the model file')).toBe(agent !== viewer);
        expect(card).toContain((await stored(id)).sha256);
      }
    }
  });

  it('compare two to four models, with a warning when their data differ', async () => {
    const two = (await viewer.get(`/models/compare?m${active.id}=1&m${candidate.id}=1`).expect(200)).text;
    expect(two).toContain('ROC AUC');
    expect(two).toContain('measured on different data');
    expect(two).not.toContain('<span class="tag">best</span>');
    const majorities = [...two.matchAll(/majority class ([\d.]+)/g)].map(([, figure]) => figure);
    const own = [active, candidate].map(({ evaluation }) => evaluation.baseline.logLoss.toFixed(3));
    expect(own[0]).not.toBe(own[1]);
    expect(majorities.slice(6, 8)).toEqual(own);
    // Two trainings on the same rows that differ by a column more or less: a difference within chance.
    const twin = await addCandidate(test, 'Nearly the same', [
      'Contract',
      'tenure',
      'MonthlyCharges',
      'gender',
    ]);
    const same = (await viewer.get(`/models/compare?m${candidate.id}=1&m${twin.id}=1`).expect(200)).text;
    expect(same).not.toContain('measured on different data');
    expect(same).toContain('the difference may be chance');
    expect(same).not.toContain('<span class="tag">best</span>');
    for (const query of ['', `?m${active.id}=1`, '?m99999=1&mx=1', '?m1=1&m1=2'])
      expect((await viewer.get(`/models/compare${query}`).expect(200)).text).toContain('Select two to four');
  });

  it('answer 404 for a model that does not exist', async () => {
    for (const id of ['99999', 'abc', '0', '-1', '1e3']) {
      await admin.get(`/models/${id}`).expect(404);
      await admin.get(`/models/${id}/file`).expect(404);
      await admin.get(`/models/${id}/activation`).expect(404);
    }
  });
});

describe('the threshold', () => {
  const form = {
    threshold: '30',
    contactCost: '2,50',
    offerCost: '20',
    saveRate: '25',
    valueMonths: '18',
    valueMargin: '50',
  };

  it('is compared without being saved, by every role', async () => {
    const query = new URLSearchParams(form).toString();
    const { text } = await viewer.get(`/models/${active.id}?${query}`).expect(200);
    expect(text).toMatch(/id="threshold"[^>]*value="30"/);
    expect((await stored(active.id)).threshold).toBe(active.threshold);
  });

  it('is saved by administrators, with the costs of the organisation, and applies to the next file', async () => {
    expect((await postForm(analyst, `/models/${active.id}/threshold`, form)).status).toBe(403);
    expect((await change(active.id, 'threshold', form)).status).toBe(303);
    expect((await stored(active.id)).threshold).toBe(0.3);
    expect(await getSettings(test.context.db)).toMatchObject({
      contactCost: 2.5,
      offerCost: 20,
      saveRate: 0.25,
      valueMonths: 18,
      valueMargin: 0.5,
    });
    expect((await newest('model.threshold-set'))!.after).toContain('"threshold":0.3');
    const said = async (threshold: number) => {
      await change(active.id, 'threshold', { ...form, threshold: String(threshold) });
      const { id, scores } = await scoreFile(test, analyst, customersCsv(40, 3));
      const { text } = await analyst.get(`/batches/${id}/files/scored.csv`).buffer();
      expect(scores.size).toBe(40);
      const staying = [...scores.values()].filter((probability) => probability < threshold / 100).length;
      const rows = text.slice(text.indexOf('\n'));
      const counts = [/,No-churn,/g, /,Churn,/g].map((word) => rows.match(word)?.length ?? 0);
      expect(counts).toEqual([staying, 40 - staying]);
      return staying;
    };
    const staying = [await said(0), await said(20), await said(45), await said(100)];
    expect(staying).toEqual([...new Set(staying)].sort((a, b) => a - b));
  });

  it('is what the card’s precision and recall are measured at', async () => {
    const { sweep } = active.evaluation.report!;
    const shown = (text: string, name: string) =>
      new RegExp(`${name}<br>[^]*?<strong>([\\d.]+)</strong></td>\\n<td[^>]*>([\\d.]+) to ([\\d.]+)<`).exec(
        text,
      )!;
    const recalls = [];
    for (const threshold of [20, 40]) {
      await change(active.id, 'threshold', { ...form, threshold: String(threshold) });
      const { text } = await viewer.get(`/models/${active.id}`).expect(200);
      const { truePositives, falsePositives, falseNegatives } = sweep[threshold]!;
      const [, recall, low, high] = shown(text, 'Recall');
      expect(recall).toBe((truePositives / (truePositives + falseNegatives)).toFixed(3));
      expect(shown(text, 'Precision')[1]).toBe((truePositives / (truePositives + falsePositives)).toFixed(3));
      expect(Number(low)).toBeLessThan(Number(recall));
      expect(Number(high)).toBeGreaterThan(Number(recall));
      expect(text).toContain('at a threshold of 50 %, when the model was trained.\nThe threshold in use is');
      recalls.push(recall);
    }
    expect(recalls[0]).not.toBe(recalls[1]);
  });

  it('with the most profit is chosen on training customers and measured with an interval', async () => {
    const { text } = await viewer.get(`/models/${active.id}`).expect(200);
    expect(text).toMatch(/each scored by a model that was not trained on them/);
    expect(text).toMatch(/On the held-out customers its expected\nprofit is .*\n\(95 % interval .* to .*\)/);
  });

  it('is not changed by a form with errors, which names every field and keeps what was typed', async () => {
    const before = await stored(active.id);
    const wrong = {
      threshold: '101',
      contactCost: 'free',
      offerCost: '-1',
      saveRate: '',
      valueMonths: '0',
      valueMargin: '0',
    };
    const answers = [
      await change(active.id, 'threshold', wrong),
      await admin.get(`/models/${active.id}?${new URLSearchParams(wrong).toString()}`),
    ];
    for (const { status, text } of answers) {
      expect(status).toBe(422);
      expect(errorsOf(text)).toEqual([
        'Enter a percentage from 0 to 100.',
        'Enter an amount such as 2.50.',
        'Enter an amount such as 20.',
        'Enter a percentage from 0 to 100.',
        'Enter months, from 1 to 240.',
        'Enter a percentage above 0 and up to 100.',
      ]);
      for (const typed of ['101', 'free', '-1']) expect(text).toContain(`value="${typed}"`);
    }
    expect(await stored(active.id)).toEqual(before);
  });
});

describe('a model file', () => {
  it('is exported byte by byte, with an audit event, and gives the same scores where it is imported', async () => {
    const answer = await binary(analyst, `/models/${active.id}/file`).expect(200);
    const bytes = answer.body as Buffer;
    expect(answer.headers['content-disposition']).toContain(`holdfast-model_v${active.id}.holdfast`);
    expect(bytes.equals(readFileSync(join(test.context.config.modelsDir, active.file)))).toBe(true);
    expect((await newest('model.exported'))!.subject).toBe(active.label);
    await viewer.get(`/models/${active.id}/file`).expect(403);

    const elsewhere = await createTestApp();
    await setUpOrganisation(elsewhere);
    const other = await signIn(elsewhere, 'admin');
    const sent = await sendModel(other, bytes, 'From the north.holdfast');
    expect([sent.status, sent.headers['location']]).toEqual([303, '/models/1']);
    const arrived = await getModel(elsewhere.context.db, 1);
    expect(arrived).toMatchObject({ name: 'From the north', state: 'candidate', sha256: active.sha256 });
    expect(arrived.evaluation).toEqual(active.evaluation);
    await postForm(other, '/models/1/activation');
    const csv = customersCsv(50, 21);
    const { scores: here } = await scoreFile(test, admin, csv);
    const { scores: there } = await scoreFile(elsewhere, other, csv);
    expect(there.size).toBe(50);
    expect(there).toEqual(here);

    const again = await sendModel(other, bytes, 'Once more.holdfast');
    expect(again.status).toBe(409);
    expect(errorsOf(again.text)).toEqual(['This model has already been imported: v1 From the north.']);
    await elsewhere.close();
  });

  const damaged = () => {
    const bytes = readFileSync(join(test.context.config.modelsDir, active.file));
    bytes[bytes.length >> 1]! ^= 1;
    return bytes;
  };
  it.each<[string, () => Buffer, RegExp]>([
    [
      'a pickle',
      () => Buffer.from('\x80\x04\x95cos\nsystem\n(S"id"\ntR.', 'latin1'),
      /not a Holdfast model file/,
    ],
    ['a zip', () => Buffer.from('PK\x03\x04\x14\0\0\0', 'latin1'), /not a Holdfast model file/],
    ['a gzip', () => gzipSync('model'), /not a Holdfast model file/],
    ['a CSV', () => Buffer.from('a,b\n1,2\n'), /not a Holdfast model file/],
    ['nothing', () => Buffer.alloc(0), /not a Holdfast model file/],
    ['one that was changed', damaged, /changed or damaged/],
    ['one that was cut off', () => damaged().subarray(0, 500), /cut off/],
  ])('that is %s is refused with a message and leaves no file', async (_what, make, words) => {
    const files = readdirSync(test.context.config.modelsDir);
    const count = (await listModels(test.context.db)).length;
    const { status, text } = await sendModel(admin, make(), 'model.holdfast');
    expect(status).toBe(422);
    expect(errorsOf(text)).toEqual([expect.stringMatching(words)]);
    expect(text).toContain('id="file-error"');
    expect(readdirSync(test.context.config.modelsDir)).toEqual(files);
    expect(readdirSync(test.context.config.uploadsDir).filter((name) => name.includes('model'))).toEqual([]);
    expect(await listModels(test.context.db)).toHaveLength(count);
  });

  it('that was forged is refused with a message, and the list still works', async () => {
    const bytes = readFileSync(join(test.context.config.modelsDir, active.file));
    const model = decodeModelFile(bytes, sha256);
    const forged = [
      { evaluation: {} },
      { provenance: null },
      { importance: [{}] },
      { schema: { features: [] } },
    ];
    for (const change of forged) {
      const file = encodeModelFile({ ...model, ...change } as unknown as Model, sha256);
      const { status, text } = await sendModel(admin, Buffer.from(file), 'm.holdfast');
      expect([status, errorsOf(text)]).toEqual([422, [expect.stringMatching(/does not fit together/)]]);
      await viewer.get('/models').expect(200);
    }
  });

  it('that is sent three times at once is imported once', async () => {
    const elsewhere = await createTestApp();
    await setUpOrganisation(elsewhere);
    const other = await signIn(elsewhere, 'admin');
    const bytes = readFileSync(join(test.context.config.modelsDir, active.file));
    const answers = await Promise.all([1, 2, 3].map(() => sendModel(other, bytes, 'm.holdfast')));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409, 409]);
    expect(await listModels(elsewhere.context.db)).toHaveLength(1);
    expect(readdirSync(elsewhere.context.config.modelsDir)).toHaveLength(1);
    await elsewhere.close();
  });

  it('needs to be chosen, and only administrators import it', async () => {
    const none = await postForm(admin, '/models');
    expect([none.status, errorsOf(none.text)]).toEqual([422, ['Choose a file first.']]);
    for (const agent of [analyst, viewer])
      expect((await sendModel(agent, Buffer.from('x'), 'm.holdfast')).status).toBe(403);
  });
});

describe('the state of a model', () => {
  it('is archived and restored, with an audit event, unless it is active', async () => {
    expect((await change(active.id, 'archiving')).status).toBe(409);
    expect((await stored(active.id)).state).toBe('active');
    expect((await change(candidate.id, 'archiving')).status).toBe(303);
    expect((await stored(candidate.id)).state).toBe('archived');
    expect((await newest('model.archived'))!.subject).toBe(candidate.label);
    expect((await viewer.get('/models')).text).toContain('Archived (1)');
    expect((await change(candidate.id, 'activation')).status).toBe(409);
    expect((await change(candidate.id, 'challenge')).status).toBe(409);
    await change(candidate.id, 'candidacy');
    expect((await stored(candidate.id)).state).toBe('candidate');
    const together = ['activation', 'archiving'].map((what) => change(candidate.id, what));
    const statuses = (await Promise.all(together)).map(({ status }) => status);
    // Whoever comes second is refused: no archived model scores.
    expect(statuses.toSorted()).toEqual([303, 409]);
    if (statuses[0] === 303) await change(active.id, 'activation');
    else await change(candidate.id, 'candidacy');
    expect((await stored(active.id)).state).toBe('active');
    for (const what of ['archiving', 'candidacy', 'challenge'])
      for (const agent of [analyst, viewer])
        expect((await postForm(agent, `/models/${candidate.id}/${what}`)).status).toBe(403);
  });

  it('can be challenger: it scores the next file too, and its card compares the two', async () => {
    expect((await change(active.id, 'challenge')).status).toBe(409);
    await change(candidate.id, 'challenge');
    expect((await viewer.get(`/models/${candidate.id}`)).text).toContain(
      'No customer has been scored by both yet.',
    );
    const { scores } = await scoreFile(test, analyst, customersCsv(40, 31));
    expect(scores.size).toBe(40);
    const { text } = await viewer.get(`/models/${candidate.id}`);
    expect(text).toMatch(/40 customers scored by both/);
    const models = new Set((await listScores(test)).map(({ modelId }) => modelId));
    expect(models, 'customers are scored by the active one alone').toEqual(new Set([active.id]));
  });

  it('is challenger for one model at a time', async () => {
    const other = await addCandidate(test, 'Another', ['Contract']);
    await change(other.id, 'challenge');
    expect((await findChallenger(test.context.db))?.id).toBe(other.id);
    expect((await stored(candidate.id)).state).toBe('candidate');
    await change(other.id, 'candidacy');
    expect(await findChallenger(test.context.db)).toBeUndefined();
  });
});
