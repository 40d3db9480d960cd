/** Figures as people read them on pages: the bins of a column, dates, and differences. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addCandidate } from '../helpers/models.ts';
import { createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { uploadDataset } from '../helpers/datasets.ts';
import type { Agent } from '../helpers/datasets.ts';

let test: TestApp;
let agent: Agent;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  agent = await signIn(test, 'analyst');
});
afterAll(() => test.close());

/** 600 customers who joined day after day from 1 January 2021; who visits seldom leaves. */
const csv = [
  'Customer,Joined,Visits,Spent,Score,Churn',
  ...Array.from({ length: 600 }, (_, row) => {
    const joined = new Date(Date.UTC(2021, 0, 1 + row)).toISOString().slice(0, 10);
    const visits = (row * 7) % 40;
    const spent = row === 7 ? 34_516 : 100 + row;
    const score = (0.99 + ((row * 13) % 600) * 1e-7).toFixed(8);
    return `c${row},${joined},${visits},${spent},${score},${visits < 12 ? 'Yes' : 'No'}`;
  }),
].join('\n');

const rowHeads = (text: string): string[] =>
  [...text.matchAll(/<th scope="row">([^<]*)<\/th>/g)].map(([, words]) => words!);

describe('the bins of a dataset', () => {
  let text: string;
  beforeAll(async () => {
    const dataset = await uploadDataset(test, agent, csv, 'visits.csv');
    text = (await agent.get(`/datasets/${dataset.id}`).expect(200)).text;
  });

  const binsOf = (column: string): string[] =>
    rowHeads(new RegExp(`<summary>${column}</summary>([\\s\\S]*?)</details>`).exec(text)![1]!);

  it('are dates where the column holds dates', () => {
    const bins = binsOf('Joined');
    expect(bins).toHaveLength(8);
    expect(bins[0]).toBe('1 Jan 2021 to 16 Mar 2021');
    expect(text).toContain('1 Jan 2021 to 23 Aug 2022');
    expect(text).not.toMatch(/1[89]\d{3} to/);
  });

  it('are whole numbers where the column holds whole numbers, none in two bins', () => {
    const bins = binsOf('Visits').map((name) => name.split(' to ').map(Number));
    expect(bins[0]![0]).toBe(0);
    expect(bins.at(-1)!.at(-1)).toBe(39);
    bins.slice(1).forEach(([from], i) => {
      expect(from).toBe(bins[i]!.at(-1)! + 1);
    });
  });

  it('end with the greatest value, to the last digit', () => {
    expect(binsOf('Spent').at(-1)).toMatch(/^\d+ to 34,516$/);
    expect(text).toContain('100 to 34,516');
  });

  it('have names of their own where values lie close together', () => {
    const bins = binsOf('Score');
    expect(bins).toHaveLength(8);
    expect(new Set(bins).size).toBe(8);
  });
});

describe('a model card', () => {
  it('tells groups of dates by dates, and limits as they are', async () => {
    const model = await addCandidate(test, 'visits', null, csv);
    const { text } = await agent.get(`/models/${model.id}`).expect(200);
    const heads = rowHeads(text);
    expect(
      heads.filter((head) => /^\d+ \w{3} 20\d\d to \d+ \w{3} 20\d\d$/.test(head)).length,
    ).toBeGreaterThan(2);
    expect(heads).toContain('0 to 10 %');
    expect(heads).toContain('100 %');
    expect(text).not.toMatch(/(&lt;|<|>|&gt;) ?\d+ % to/);
    expect(text).not.toContain('-0');
  });
});

describe('the form for one customer', () => {
  it('shows the training range to the last digit', async () => {
    const model = await addCandidate(test, 'form', null, csv);
    const { text } = await agent.get(`/predict?model=${model.id}`).expect(200);
    expect(text).toMatch(/Training range: 0\.99\d* to 0\.9900\d+\. /);
    expect(text).toMatch(/Training range: 10\d to 34,516\./);
    expect(text).not.toMatch(/range: 1[89],?\d{3}/);
  });
});
