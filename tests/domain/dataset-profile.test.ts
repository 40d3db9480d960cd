import { describe, expect, it } from 'vitest';
import { profileDataset } from '../../src/domain/dataset-profile.ts';
import { readTrainingTable } from '../../src/domain/training-table.ts';
import { customersCsv } from '../helpers/app.ts';

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
