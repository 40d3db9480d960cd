import { describe, expect, it } from 'vitest';
import { profileDataset } from '../../../../src/domain/datasets/profile/profile.ts';
import { readTrainingTable } from '../../../../src/domain/training/table.ts';
import { customersCsv } from '../../../helpers/app.ts';

describe('figures of a number', () => {
  it('have a median between the two middle values, and none where the number is a name', () => {
    const rows = [1, 2, 4, 8].map((x) => `C${x},${1000 + x},${x},${x > 2 ? 'Yes' : 'No'}`);
    const { columns, ...csv } = readTrainingTable(['note,id,amount,Churn', ...rows].join('\n'));
    const roles = { note: 'ignored', id: 'identifier', amount: 'feature' } as const;
    const given = columns.flatMap((column) =>
      column.name in roles ? [{ ...column, role: roles[column.name as keyof typeof roles] }] : [],
    );
    const profile = profileDataset(csv, given, null);
    expect(profile.columns.find(({ name }) => name === 'amount')!.numbers).toMatchObject({
      min: 1,
      q1: 1.75,
      median: 3,
      q3: 5,
      max: 8,
    });
    expect(profile.columns.find(({ name }) => name === 'id')!.numbers).toBeNull();
  });
});

describe('the correlation with churn', () => {
  const label = { kind: 'column', column: 'Churn', positive: 'Yes' } as const;
  const rows = Array.from({ length: 80 }, (_, i) => {
    const isLeft = i % 4 === 0;
    return [i % 7, isLeft ? i % 5 : '', isLeft ? '' : 'kept', isLeft ? 'Yes' : 'No'].join(',');
  });
  const csv = readTrainingTable(['usage,closing_fee,note,Churn', ...rows].join('\n'));
  const associationOf = (name: string) =>
    profileDataset(csv, csv.columns, label).columns.find((column) => column.name === name)!.association;

  it('is a figure where values and outcomes both vary', () => {
    expect(associationOf('usage')).toBeCloseTo(0, 1);
  });

  it('is not defined, rather than 0, where every customer with a value left or stayed', () => {
    expect([associationOf('closing_fee'), associationOf('note')]).toEqual([null, null]);
  });
});

describe('sample values', () => {
  it('are the first different values that are not blank', () => {
    const csv = readTrainingTable('city,Churn\n,Yes\nBonn,No\nBonn,No\nKiel,Yes\nUlm,No\nJena,No');
    const [city] = profileDataset(csv, csv.columns, null).columns;
    expect(city!.samples).toEqual(['Bonn', 'Kiel', 'Ulm']);
  });
});

describe('rows of transactions', () => {
  it('repeat one another only where the customer is the same', () => {
    const [header, ...rows] = customersCsv(50, 3, true).trimEnd().split('\n');
    const others = rows.map((row, i) => `X${i}${row.slice(row.indexOf(','))}`);
    const csv = readTrainingTable([header!, ...rows, ...others, ...rows.slice(0, 4)].join('\n'));
    expect(profileDataset(csv, csv.columns, null, 'customers').duplicateRows).toBe(54);
    expect(profileDataset(csv, csv.columns, null, 'transactions').duplicateRows).toBe(4);
  });
});

describe('rows that come again under another name', () => {
  const [header, ...rows] = customersCsv(400, 3, true).trimEnd().split('\n');
  const copies = rows.slice(0, 25).map((row, i) => `X${i}${row.slice(row.indexOf(','))}`);
  const csv = readTrainingTable([header!, ...rows, ...copies].join('\n'));

  it('are counted once, the same on the card as in the list of issues', () => {
    const label = { kind: 'column', column: 'Churn', positive: 'Yes' } as const;
    const { duplicateRows, issues } = profileDataset(csv, csv.columns, label);
    expect(duplicateRows).toBe(25);
    const issue = issues.find(({ kind }) => kind === 'duplicate-rows')!;
    expect(issue.figure).toBe(duplicateRows);
    expect(issue.message).toContain('25 rows are the same as an earlier one');
  });

  it('are counted before anything says who left, too', () => {
    expect(profileDataset(csv, csv.columns, null).duplicateRows).toBe(25);
  });
});
