/** The findings of a check as they are collected row by row: what checking by blocks has to agree with. */
import type { CellNote, CellProblem } from '../../src/ml/data/row-reader.ts';
import { isNumeric } from '../../src/ml/data/row-reader.ts';
import type { Feature } from '../../src/ml/data/schema.ts';
import { isBlank } from '../../src/ml/data/values.ts';
import type { Renaming } from '../../src/domain/batches/rows.ts';
import type { CheckGroup, CheckReport } from '../../src/store/batch-documents.ts';

const maxGroups = 200;
const maxLevel = 201;
const maxProblems = 100;
const rowsShown = 5;
const foundShown = 3;
const maxIdentifiers = 2_000_000;

export function createFindings(features: readonly Feature[]) {
  const choices = new Set(features.filter((feature) => !isNumeric(feature)).map(({ name }) => name));
  const groups = createGroups();
  const problems: (CellProblem & { row: number })[] = [];
  const seen = new Set<string>();
  const counts = { rowCount: 0, rejectedCount: 0, notedCount: 0 };

  const isRepeated = (customerId: string | null): boolean => {
    if (customerId === null) return false;
    if (seen.has(customerId)) return true;
    if (seen.size < maxIdentifiers) seen.add(customerId);
    return false;
  };

  return {
    count: () => counts.rowCount,
    reject: (row: number, found: readonly CellProblem[]) => {
      counts.rowCount++;
      counts.rejectedCount++;
      for (const { column, found: text, expected } of found) {
        groups.add(row, { kind: 'problem', column, detail: expected }, text);
        if (choices.has(column) && !isBlank(text))
          groups.add(row, { kind: 'refused-level', column, detail: text.slice(0, maxLevel) });
        if (problems.length < maxProblems)
          problems.push({ column, expected, found: text.slice(0, 100), row });
      }
    },
    accept: (
      row: number,
      notes: readonly CellNote[],
      renamings: readonly Renaming[],
      customerId: string | null,
    ) => {
      counts.rowCount++;
      for (const note of notes) groups.add(row, groupOf(note));
      for (const { feature, found, level } of renamings)
        groups.add(row, { kind: 'renamed', column: feature, detail: found.slice(0, maxLevel), used: level });
      const repeated = isRepeated(customerId);
      if (repeated) groups.add(row, { kind: 'duplicate', column: 'Customer ID', detail: '' });
      if (notes.length > 0 || renamings.length > 0 || repeated) counts.notedCount++;
    },
    report: (): CheckReport => ({ ...counts, groups: groups.list(), problems }),
  };
}

type Cause = Omit<CheckGroup, 'count' | 'rows' | 'found'>;

function groupOf({ kind, column, found, beyond, used }: CellNote): Cause {
  const detail = kind === 'unseen' ? found.slice(0, maxLevel) : (beyond ?? '');
  return { kind, column, detail, ...(used === undefined ? {} : { used }) };
}

function createGroups() {
  const groups = new Map<string, { cause: Cause; count: number; rows: number[]; found: string[] }>();
  const sizes = new Map<string, number>();
  return {
    add: (row: number, cause: Cause, text?: string): void => {
      const key = `${cause.kind}\0${cause.column}\0${cause.detail}`;
      let group = groups.get(key);
      if (!group) {
        const size = sizes.get(cause.kind) ?? 0;
        if (size === maxGroups) return;
        sizes.set(cause.kind, size + 1);
        group = { cause, count: 0, rows: [], found: [] };
        groups.set(key, group);
      }
      group.count++;
      if (group.rows.length < rowsShown) group.rows.push(row);
      const shown = text?.slice(0, 40);
      if (shown !== undefined && group.found.length < foundShown && !group.found.includes(shown))
        group.found.push(shown);
    },
    list: (): CheckGroup[] =>
      [...groups.values()]
        .map(({ cause, count, rows, found }) => ({
          ...cause,
          count,
          rows,
          ...(found.length > 0 ? { found } : {}),
        }))
        .sort((a, b) => b.count - a.count),
  };
}
