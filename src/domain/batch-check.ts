/** Checking the whole file before anything is scored: what is ready, what will be noted, what cannot be read. */
import { join } from 'node:path';
import type { Db } from '../db.ts';
import { isBlank } from '../ml/values.ts';
import type { CellProblem } from '../ml/row-reader.ts';
import { addRow, clearRows, createRowBatch } from '../ml/row-reader.ts';
import type { BatchRecord } from '../store/batches.ts';
import { updateBatch } from '../store/batches.ts';
import { getModel } from '../store/models.ts';
import { customerIdOf, toCustomer, unreadable } from './batch-rows.ts';
import type { CsvFormat } from './csv/intake.ts';
import { readCsvChunks } from './csv/reader.ts';
import type { ColumnMapping } from './mapping.ts';

/** Rows that share a cause. */
export interface CheckGroup {
  readonly kind: 'problem' | 'missing' | 'unseen' | 'out-of-range' | 'duplicate';
  readonly column: string;
  /** What it is about: an unseen level, or what was expected. */
  readonly detail: string;
  readonly count: number;
  /** Spreadsheet rows of the first few. */
  readonly rows: readonly number[];
}

export interface CheckReport {
  readonly rowCount: number;
  readonly rejectedCount: number;
  readonly notedCount: number;
  readonly groups: readonly CheckGroup[];
  /** The first rows that cannot be scored. */
  readonly problems: readonly (CellProblem & { readonly row: number })[];
}

const rowsPerChunk = 2_000;
const maxGroups = 200;
const maxProblems = 100;
const rowsShown = 5;
const maxIdentifiers = 2_000_000;

export interface JobSteps {
  /** Called between chunks; answers whether to stop here. */
  readonly step: (done: number, total: number) => Promise<'go on' | 'stop' | 'cancel'>;
}

/** Reads every row as scoring would and stores the report with the batch. */
export async function checkBatch(
  db: Db,
  uploadsDir: string,
  batch: BatchRecord,
  steps: JobSteps,
): Promise<'done' | 'stopped' | 'cancelled'> {
  const mapping = batch.mapping as ColumnMapping;
  const format = batch.format as CsvFormat;
  const { schema } = await getModel(db, batch.modelId ?? 0);
  const reader = createRowBatch(schema.features, 1);
  const findings = createFindings();
  for (const chunk of readCsvChunks(
    join(uploadsDir, batch.file),
    format.delimiter,
    batch.header.length,
    rowsPerChunk,
  )) {
    for (const row of chunk.rows) {
      if (!row.reading.ok) {
        findings.reject(row.rowNumber, [unreadable(row)]);
        continue;
      }
      clearRows(reader);
      const { problems, notes } = addRow(
        reader,
        toCustomer(row.reading.cells, mapping).cells,
        format.decimal,
      );
      if (problems.length > 0) findings.reject(row.rowNumber, problems);
      else findings.accept(row.rowNumber, notes, customerIdOf(row.reading.cells, mapping));
    }
    const answer = await steps.step(findings.count(), batch.rowCount);
    if (answer === 'stop') return 'stopped';
    if (answer === 'cancel') return 'cancelled';
  }
  await updateBatch(db, batch.id, { report: findings.report(), state: 'checked' });
  return 'done';
}

interface Note {
  readonly column: string;
  readonly kind: 'missing' | 'unseen' | 'out-of-range';
  readonly found: string;
}

function createFindings() {
  const groups = new Map<
    string,
    { group: Omit<CheckGroup, 'count' | 'rows'>; count: number; rows: number[] }
  >();
  const problems: (CellProblem & { row: number })[] = [];
  const seen = new Set<string>();
  const counts = { rowCount: 0, rejectedCount: 0, notedCount: 0 };

  const addTo = (kind: CheckGroup['kind'], column: string, detail: string, row: number): void => {
    const key = `${kind}\0${column}\0${detail}`;
    const known = groups.get(key);
    if (known) {
      known.count++;
      if (known.rows.length < rowsShown) known.rows.push(row);
    } else if (groups.size < maxGroups)
      groups.set(key, { group: { kind, column, detail }, count: 1, rows: [row] });
  };

  return {
    count: () => counts.rowCount,
    reject: (row: number, found: readonly CellProblem[]) => {
      counts.rowCount++;
      counts.rejectedCount++;
      for (const problem of found) {
        addTo('problem', problem.column, problem.expected, row);
        if (problems.length < maxProblems)
          problems.push({ ...problem, found: problem.found.slice(0, 100), row });
      }
    },
    accept: (row: number, notes: readonly Note[], customerId: string | null) => {
      counts.rowCount++;
      let noted = notes.length > 0;
      for (const { kind, column, found } of notes)
        addTo(kind, column, kind === 'unseen' && !isBlank(found) ? found.slice(0, 60) : '', row);
      if (customerId !== null && seen.has(customerId)) {
        noted = true;
        addTo('duplicate', 'Customer', '', row);
      } else if (customerId !== null && seen.size < maxIdentifiers) seen.add(customerId);
      if (noted) counts.notedCount++;
    },
    report: (): CheckReport => ({
      ...counts,
      groups: [...groups.values()]
        .map(({ group, count, rows }) => ({ ...group, count, rows }))
        .sort((a, b) => b.count - a.count),
      problems,
    }),
  };
}
