/** Findings of a check, grouped by cause. */
import { DamagedRecord } from '../../errors.ts';
import type { CellNote, CellProblem } from '../../ml/data/row-reader.ts';
import { isNumeric } from '../../ml/data/row-reader.ts';
import type { Feature } from '../../ml/data/schema.ts';
import { isBlank } from '../../ml/data/values.ts';
import type { CheckGroup, CheckReport } from '../../store/batch-documents.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { addRows, causeKey, maxProblems as mostProblems } from './blocks/block-findings.ts';
import type { BlockFindings, FoundGroup, Problem } from './blocks/block-findings.ts';
import { createSeenHashes } from './blocks/text-hashes.ts';
import type { Renaming } from './rows.ts';

export type { CheckGroup, CheckReport } from '../../store/batch-documents.ts';

/** @throws DamagedRecord for a batch that was not checked */
export function reportOf({ id, report }: Pick<BatchRecord, 'id' | 'report'>): CheckReport {
  if (report === null) throw new DamagedRecord(`batch ${id}`, 'it has no report of a check');
  return report;
}

/** For each kind, so that many unrecognised values cannot hide a problem. */
const maxGroups = 200;
/** Longer values are cut, and cannot be mapped. */
const maxLevel = 201;
const maxProblems = 100;
const rowsShown = 5;
const foundShown = 3;
const maxIdentifiers = 2_000_000;

/** The report of a check, from the findings of all blocks in the order of the file; `expected`: rows of it. */
export function createCheckReport(expected = 0) {
  const groups = new Map<string, FoundGroup>();
  const sizes = new Map<string, number>();
  const problems: Problem[] = [];
  const seen = createSeenHashes(maxIdentifiers, expected);
  const counts = { rowCount: 0, rejectedCount: 0, notedCount: 0 };

  const addGroup = (found: FoundGroup): void => {
    const key = causeKey(found.cause);
    const { kind } = found.cause;
    const group = groups.get(key);
    const size = sizes.get(kind) ?? 0;
    if (group) addRows(group, found);
    else if (size < maxGroups) {
      sizes.set(kind, size + 1);
      groups.set(key, found);
    }
  };
  const addRepeated = ({ idHashes, idRows, idNoted }: BlockFindings): void => {
    for (let i = 0; i < idRows.length; i++) {
      if (!seen.isRepeated(idHashes[2 * i]!, idHashes[2 * i + 1]!)) continue;
      addGroup({ cause: repeatedId, count: 1, rows: [idRows[i]!], found: [] });
      if (idNoted[i] === 0) counts.notedCount++;
    }
  };

  return {
    count: () => counts.rowCount,
    add: (block: BlockFindings): void => {
      counts.rowCount += block.rowCount;
      counts.rejectedCount += block.rejectedCount;
      counts.notedCount += block.notedCount;
      block.groups.forEach(addGroup);
      problems.push(...block.problems.slice(0, mostProblems - problems.length));
      addRepeated(block);
    },
    report: (): CheckReport => ({ ...counts, groups: listGroups([...groups.values()]), problems }),
  };
}

const repeatedId: Cause = { kind: 'duplicate', column: 'Customer ID', detail: '' } as const;

/** The largest first; of the same size in the order of their first rows. */
function listGroups(groups: readonly FoundGroup[]): CheckGroup[] {
  return [...groups]
    .sort((a, b) => b.count - a.count || a.rows[0]! - b.rows[0]!)
    .map(({ cause, count, rows, found }) => ({ ...cause, count, rows, ...(found.length > 0 && { found }) }));
}

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
