/**
 * What a check finds in one block, as plain data: blocks are checked in parallel, and their findings merged in the order
 * of the file (`createCheckReport`).
 */
import type { CellNote } from '../../../ml/data/row-reader.ts';
import { isNumeric } from '../../../ml/data/row-reader.ts';
import { isBlank } from '../../../ml/data/values.ts';
import type { CheckGroup, CheckReport } from '../../../store/batch-documents.ts';
import type { BlockPlan } from './block-plan.ts';
import type { ReadCell } from './cell-reading.ts';
import { hashTexts } from './text-hashes.ts';
import type { TypedBlock } from './typed-block.ts';

/** What rows have in common. */
export type Cause = Omit<CheckGroup, 'count' | 'rows' | 'found'>;

export type Problem = CheckReport['problems'][number];

/** Longer values are cut, and cannot be mapped. */
const maxLevel = 201;
const rowsShown = 5;
const foundShown = 3;
export const maxProblems = 100;

export interface BlockFindings {
  /** Rejected ones included. */
  readonly rowCount: number;
  readonly rejectedCount: number;
  /** Rows with notes, without those that only repeat a customer ID. */
  readonly notedCount: number;
  /** In the order of their first rows. */
  readonly groups: readonly FoundGroup[];
  /** The first `maxProblems`. */
  readonly problems: readonly Problem[];
  /** Of rows with a customer ID: hashes of these, two words each. */
  readonly idHashes: Uint32Array;
  readonly idRows: Uint32Array;
  /** 1: the row has notes. */
  readonly idNoted: Uint8Array;
}

export interface FoundGroup {
  readonly cause: Cause;
  count: number;
  /** The first `rowsShown` of them. */
  readonly rows: number[];
  /** Of problems: the first few different texts. */
  readonly found: string[];
}

function addRow(group: FoundGroup, row: number): void {
  group.count++;
  if (group.rows.length < rowsShown) group.rows.push(row);
}

/** The rows of a later block. */
export function addRows(group: FoundGroup, later: FoundGroup): void {
  group.count += later.count;
  group.rows.push(...later.rows.slice(0, rowsShown - group.rows.length));
  for (const text of later.found) addFound(group, text);
}

function addFound({ found }: FoundGroup, text: string): void {
  if (found.length < foundShown && !found.includes(text)) found.push(text);
}

/** What belongs to one group. */
export function causeKey({ kind, column, detail }: Cause): string {
  return `${kind}\0${column}\0${detail}`;
}

export function findingsOf(block: TypedBlock, plan: BlockPlan): BlockFindings {
  const { rowCount, rejects, noted } = block;
  const groups = createGroups();
  addNotes(groups, block, plan);
  const problems = addProblems(groups, block, plan);
  return {
    rowCount: rowCount + rejects.length,
    rejectedCount: rejects.length,
    notedCount: sumOf(noted),
    groups: groups.list(),
    problems,
    ...identifiersOf(block),
  };
}

function sumOf(flags: Uint8Array): number {
  let sum = 0;
  for (const flag of flags) sum += flag;
  return sum;
}

interface Groups {
  /** `place`: the order of causes within a row. */
  of: (cause: Cause, place: number) => FoundGroup;
  list: () => FoundGroup[];
}

function createGroups(): Groups {
  const groups = new Map<string, FoundGroup & { readonly place: number }>();
  return {
    of: (cause, place) => {
      const key = causeKey(cause);
      let group = groups.get(key);
      if (!group) {
        group = { cause, place, count: 0, rows: [], found: [] };
        groups.set(key, group);
      }
      return group;
    },
    list: () =>
      [...groups.values()]
        .filter(({ count }) => count > 0)
        .sort((a, b) => a.rows[0]! - b.rows[0]! || a.place - b.place)
        .map(({ cause, count, rows, found }) => ({ cause, count, rows, found })),
  };
}

function addNotes(groups: Groups, { rowCount, rowNumbers, noteCodes }: TypedBlock, plan: BlockPlan): void {
  const { ends, codes, cells, everywhere } = noteCodes;
  for (const group of everywhere.flatMap((cell) => groupsOf(groups, cell, plan))) {
    group.count += rowCount;
    group.rows.push(...rowNumbers.subarray(0, rowsShown));
  }
  const groupsOfCode = cells.map((cell) => groupsOf(groups, cell, plan));
  let at = 0;
  for (let row = 0; row < rowCount; row++) {
    const end = ends[row]!;
    for (; at < end; at++) for (const group of groupsOfCode[codes[at]!]!) addRow(group, rowNumbers[row]!);
  }
}

/** A row's notes are in the order of the features, and before the levels that were mapped to others. */
function groupsOf(groups: Groups, cell: ReadCell, { features, renamingOrder }: BlockPlan): FoundGroup[] {
  const { feature, note, renamings } = cell;
  const place = features.length + renamingOrder.indexOf(feature);
  return [
    ...(note === null ? [] : [groups.of(causeOf(note), feature)]),
    ...renamings.map(({ feature: column, found, level }) =>
      groups.of({ kind: 'renamed', column, detail: found.slice(0, maxLevel), used: level }, place),
    ),
  ];
}

function causeOf({ kind, column, found, beyond, used }: CellNote): Cause {
  const detail = kind === 'unseen' ? found.slice(0, maxLevel) : (beyond ?? '');
  return { kind, column, detail, ...(used === undefined ? {} : { used }) };
}

function addProblems(groups: Groups, { rejects }: TypedBlock, { features }: BlockPlan): Problem[] {
  const choices = new Set(features.filter((feature) => !isNumeric(feature)).map(({ name }) => name));
  const first: Problem[] = [];
  for (const { rowNumber: row, problems } of rejects) {
    let place = 0;
    for (const { column, found, expected } of problems) {
      const group = groups.of({ kind: 'problem', column, detail: expected }, place++);
      addRow(group, row);
      addFound(group, found.slice(0, 40));
      if (choices.has(column) && !isBlank(found))
        addRow(groups.of({ kind: 'refused-level', column, detail: found.slice(0, maxLevel) }, place++), row);
      if (first.length < maxProblems) first.push({ column, expected, found: found.slice(0, 100), row });
    }
  }
  return first;
}

function identifiersOf({ rowCount, rowNumbers, noted, identifiers }: TypedBlock) {
  const { ends } = identifiers;
  const rows = new Uint32Array(rowCount);
  let count = 0;
  for (let row = 0; row < rowCount; row++) if (ends[row]! > (ends[row - 1] ?? 0)) rows[count++] = row;
  const idRows = new Uint32Array(count);
  const idNoted = new Uint8Array(count);
  // Not by `map` and `from`, which call a function a row.
  for (let i = 0; i < count; i++) {
    idRows[i] = rowNumbers[rows[i]!]!;
    idNoted[i] = noted[rows[i]!]!;
  }
  return { idHashes: hashTexts(identifiers, rows.subarray(0, count)), idRows, idNoted };
}
