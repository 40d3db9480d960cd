/**
 * What a column of a scored file says of its customers' earlier scores: read before the scoring ends, recorded in the
 * transaction that ends it, all or nothing. The scores do not depend on it.
 */
import { join } from 'node:path';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { updateBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import type { OutcomeColumn, OutcomeReport } from '../../store/batch-documents.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { getSettings } from '../../store/settings.ts';
import { today } from '../campaigns/days.ts';
import { findContradictions, recordOutcomes } from '../campaigns/outcomes.ts';
import { createCollection, mostOutcomes, readOutcomeRow } from '../campaigns/outcome-rows.ts';
import type { OutcomeInRow, OutcomeReader, RowProblem } from '../campaigns/outcome-rows.ts';
import { readScoredDays } from '../campaigns/scored-customers.ts';
import { readCsvChunks } from '../csv/reader.ts';
import { mappingOf } from './mapping.ts';
import { identifierOf } from './rows.ts';

/** Rows that a page names. */
const mostProblems = 20;
const rowsAtOnce = 1_000;

export interface BatchOutcomes {
  /** Of customers with an earlier score, from its day on. */
  readonly outcomes: readonly OutcomeInRow[];
  readonly counts: Pick<OutcomeReport, 'blank' | 'others' | 'early'>;
  readonly problems: readonly RowProblem[];
}

/**
 * Call before the scores of the batch count: the customers' latest scores are then the earlier ones. Null: the file has no such
 * column, or its outcomes were recorded before.
 */
export async function readBatchOutcomes(
  store: ScoreStore,
  batch: BatchRecord,
): Promise<BatchOutcomes | null> {
  const { outcome, identifier } = mappingOf(batch);
  // Rows that were fixed say what they said in the file that they are from.
  if (!outcome || identifier === null || batch.outcomes !== null || batch.correctsBatchId !== null)
    return null;
  const { timeZone } = await getSettings(store.db);
  const reader = {
    words: outcome,
    day: today(timeZone, new Date(batch.createdAt)),
    latest: today(timeZone, await timeOf(store.db)),
  };
  const { outcomes, blank, problems } = readColumn(join(store.folder, batch.file), batch, {
    outcome,
    reader,
  });
  const scoredOn = await readScoredDays(
    store,
    new Set(outcomes.map(({ customerId }) => customerId)),
    timeZone,
  );
  const isEarly = ({ customerId, seenOn }: OutcomeInRow): boolean => seenOn < scoredOn.get(customerId)!;
  const ofScored = outcomes.filter(({ customerId }) => scoredOn.has(customerId));
  const kept = ofScored.filter((one) => !isEarly(one));
  const others = outcomes.length - ofScored.length;
  return { outcomes: kept, counts: { blank, others, early: ofScored.length - kept.length }, problems };
}

interface Column {
  readonly outcome: OutcomeColumn;
  readonly reader: OutcomeReader;
}

function readColumn(path: string, batch: BatchRecord, { outcome, reader }: Column) {
  const { delimiter } = batch.format;
  const place = mappingOf(batch).identifier!;
  const found = createCollection();
  let blank = 0;
  let said = 0;
  const shape = { delimiter, columnCount: batch.header.length };
  for (const { rows } of readCsvChunks(path, shape, rowsAtOnce))
    for (const { rowNumber, reading } of rows) {
      if (!reading.ok) continue;
      const { cells } = reading;
      const row = readOutcomeRow(
        {
          customer: identifierOf(cells[place] ?? ''),
          left: cells[outcome.place],
          day: outcome.day === null ? undefined : cells[outcome.day],
        },
        reader,
      );
      if (row === null) blank++;
      else if (said++ < mostOutcomes) found.add(rowNumber, row);
    }
  const { outcomes, problems } = found.end();
  const tooMany = said > mostOutcomes ? [{ row: 0, kind: 'many' as const, found: '' }] : [];
  return { outcomes, blank, problems: [...tooMany, ...problems] };
}

/** Call in the transaction that ends the scoring. */
export async function recordBatchOutcomes(
  trx: Db,
  batch: BatchRecord,
  read: BatchOutcomes | null,
): Promise<void> {
  if (read === null) return;
  const { outcomes, counts } = read;
  const contradictions = await findContradictions(trx, outcomes);
  const problems = [
    ...read.problems.map(({ row, kind }) => ({ row, kind })),
    ...contradictions.map(({ row }) => ({ row, kind: 'known' as const })),
  ];
  const report = { ...counts, problemCount: problems.length, problems: problems.slice(0, mostProblems) };
  const recorded =
    problems.length > 0
      ? { recorded: 0, knownBefore: 0 }
      : await recordOutcomes(trx, { id: batch.userId }, { outcomes, source: batch.originalName });
  await updateBatch(trx, batch.id, { outcomes: { ...report, ...recorded } });
}
