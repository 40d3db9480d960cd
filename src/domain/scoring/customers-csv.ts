/** The list of customers as CSV: what a download holds. */
import { SpareMemory } from '../../spare-memory.ts';
import type { PredictionRecord } from '../../store/prediction-records.ts';
import { riskLevelOf } from '../../store/risk-levels.ts';
import type { RiskThresholds } from '../../store/risk-levels.ts';
import { reasonsPerRow } from '../../store/score-files/group.ts';
import { placeOfId } from '../../store/score-files/row-id.ts';
import { readSetLevels } from '../../store/set-levels.ts';
import type { SetLevel } from '../../store/set-levels.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { recordsAt, visitIds } from '../../store/score-files/visit-ids.ts';
import { getSettings } from '../../store/settings.ts';
import { ByteWriter } from '../batches/blocks/byte-writer.ts';
import { readDoNotContact, withoutContact } from '../campaigns/do-not-contact.ts';
import type { DoNotContact } from '../campaigns/do-not-contact.ts';
import { byteOrderMark, safeLine } from '../csv/writer.ts';
import { reasonWords } from './explanations.ts';
import { createListedLines } from './listed-lines.ts';
import type { WriteLine } from './listed-lines.ts';
import { openNotes } from './listed-notes.ts';
import type { BatchNotes } from './listed-notes.ts';

const header = [
  'customer',
  'churn_probability',
  'risk_level',
  'monthly_value',
  'reason_1',
  'reason_2',
  'reason_3',
  'recommended_action',
  'expected_saving',
  'model_version',
  'scored_at',
  'file',
  'row',
  'notes',
  'model_risk_level',
  'level_set_by',
  'level_set_until',
];

/** The first line, after the mark that makes spreadsheets read UTF-8. */
export const customersCsvHeader = byteOrderMark + safeLine(header);

const expectedBytes = 240;
/** Of the lines of one part, used again for the next. */
const spare = new SpareMemory();

/**
 * The lines of these scores, in this order; those that are gone are left out. Scores of batches are written group by
 * group, whatever the order, and put in their places afterwards: tens of thousands at once cost little more than one.
 */
export async function customersCsv(store: ScoreStore, ids: Float64Array): Promise<Uint8Array> {
  const thresholds = await getSettings(store.db);
  const controls = await readDoNotContact(store.db);
  const set = await readSetLevels(store.db);
  const out = new ByteWriter(spare);
  out.clear(ids.length * expectedBytes);
  const lines = createLines(ids.length);
  const singles = await writeRows(store, { ids, thresholds, controls, set, out, lines });
  for (const [place, record] of await recordsAt(store, ids, singles))
    lines.add(place, out, () => {
      const setLevel = set.get(record.customerId ?? '');
      out.text(predictionLine(withoutContact(record, controls), thresholds, setLevel));
    });
  const written = out.take();
  const ordered = lines.inOrder(written);
  spare.give(written);
  return ordered;
}

interface Listing {
  readonly ids: Float64Array;
  readonly thresholds: RiskThresholds;
  /** Customers who must not be contacted. */
  readonly controls: DoNotContact;
  /** Levels that people have set, by customer. */
  readonly set: ReadonlyMap<string, SetLevel>;
  readonly out: ByteWriter;
  readonly lines: ReturnType<typeof createLines>;
}

/** Gives the places of those that are no rows of batches. */
async function writeRows(
  store: ScoreStore,
  { ids, thresholds, controls, set, out, lines }: Listing,
): Promise<number[]> {
  const notes = new Map<number, BatchNotes>();
  const writers = new Map<number, WriteLine>();
  try {
    for (const batchId of batchesOf(ids)) notes.set(batchId, await openNotes(store, batchId));
    return await visitIds(store, ids, ({ batch, view, row, place }) => {
      let write = writers.get(batch.id);
      if (!write)
        writers.set(
          batch.id,
          (write = createListedLines(out, batch, view.header, { thresholds, controls, set })),
        );
      const isNoted = view.column('noted')[row] === 1;
      const noted = isNoted ? notes.get(batch.id)!.of(view, row) : [];
      lines.add(place, out, () => {
        write(view, row, noted);
      });
    });
  } finally {
    for (const one of notes.values()) one.close();
  }
}

function batchesOf(ids: Float64Array): Set<number> {
  const batches = new Set<number>();
  for (const id of ids) {
    const place = placeOfId(id);
    if (place) batches.add(place.batchId);
  }
  return batches;
}

/** Where each line stands among the bytes that were written. */
function createLines(count: number) {
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  return {
    add: (place: number, out: ByteWriter, write: () => void): void => {
      starts[place] = out.size;
      write();
      ends[place] = out.size;
    },
    inOrder: (bytes: Buffer): Uint8Array => {
      const ordered = Buffer.allocUnsafeSlow(bytes.length);
      let at = 0;
      for (let place = 0; place < count; place++) at += bytes.copy(ordered, at, starts[place], ends[place]);
      return ordered;
    },
  };
}

function predictionLine(
  row: PredictionRecord,
  thresholds: RiskThresholds,
  setLevel: SetLevel | undefined,
): string {
  const reasons = Array.from({ length: reasonsPerRow }, (_, i) =>
    row.reasons.strongest[i] ? reasonWords(row.reasons.strongest[i]) : '',
  );
  const modelLevel = riskLevelOf(row.probability, thresholds);
  return safeLine([
    row.customerId,
    row.probability,
    setLevel?.level ?? modelLevel,
    row.monthlyValue,
    ...reasons,
    row.recommendedAction,
    row.expectedSaving,
    row.modelLabel,
    row.createdAt,
    row.batchName,
    row.rowNumber,
    row.notes.join('; '),
    modelLevel,
    setLevel?.setBy ?? null,
    setLevel?.endsOn ?? null,
  ]);
}
