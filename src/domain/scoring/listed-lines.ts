/** Lines of the list of customers as bytes, straight from the columns of a score file: the text of `predictionLine`. */
import { riskLevelOf } from '../../store/risk-levels.ts';
import type { RiskThresholds } from '../../store/risk-levels.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import { reasonsPerRow } from '../../store/score-files/group.ts';
import type { ScoreFileHeader } from '../../store/score-files/group.ts';
import type { GroupView } from '../../store/score-files/group-view.ts';
import type { ScoredBatch } from '../../store/score-files/store.ts';
import type { SetLevel } from '../../store/set-levels.ts';
import type { ByteWriter, Word } from '../batches/blocks/byte-writer.ts';
import { createReasonCells } from '../batches/blocks/reason-cells.ts';
import { doNotContact } from '../campaigns/do-not-contact.ts';
import type { DoNotContact } from '../campaigns/do-not-contact.ts';
import { safeCell } from '../csv/writer.ts';

const delimiter = ',';
const decimal = '.';
const decimalByte = decimal.charCodeAt(0);

export type WriteLine = (view: GroupView, row: number, notes: readonly string[]) => void;

interface Joined {
  readonly thresholds: RiskThresholds;
  /** Customers who must not be contacted. */
  readonly controls: DoNotContact;
  /** Levels that people have set, by customer. */
  readonly set: ReadonlyMap<string, SetLevel>;
}

/** What the lines of a batch have in common is written once. */
export function createListedLines(
  out: ByteWriter,
  { name, modelLabel, createdAt }: ScoredBatch,
  { features, actions }: ScoreFileHeader,
  { thresholds, controls, set }: Joined,
): WriteLine {
  const cell = (text: string): Word => out.keep(`${delimiter}${safeCell(text, delimiter)}`);
  const separator = out.keep(delimiter);
  const levels = { low: cell('low'), medium: cell('medium'), high: cell('high') };
  const actionWords = [cell(''), ...actions.map(({ action }) => cell(action))];
  const control = cell(doNotContact);
  const origin = out.keep([modelLabel, createdAt, name].map((text) => `,${safeCell(text, ',')}`).join(''));
  const lineEnd = out.keep('\n');
  const nobody = out.keep(`${delimiter}${delimiter}`);
  const writeReason = createReasonCells(out, { features, format: { delimiter, decimal } });
  const writeNumber = (value: number): void => {
    out.word(separator);
    if (!Number.isNaN(value)) out.number(value, decimalByte);
  };
  const columnsOf = rememberingColumns();

  return (view, row, notes) => {
    const columns = columnsOf(view);
    const { probability, places, points } = columns;
    const customerId = textAt(columns.identifiers, row);
    const isControl = controls.has(customerId);
    const setLevel = set.get(customerId);
    const modelLevel = riskLevelOf(probability[row]!, thresholds);
    out.text(safeCell(customerId, delimiter));
    writeNumber(probability[row]!);
    out.word(levels[setLevel?.level ?? modelLevel]);
    writeNumber(columns.monthlyValue[row]!);
    for (let k = row * reasonsPerRow; k < (row + 1) * reasonsPerRow; k++)
      writeReason(columns.inputs, row, places[k]!, points[k]!);
    out.word(isControl ? control : actionWords[columns.actions[row]!]!);
    writeNumber(isControl ? NaN : columns.expectedSaving[row]!);
    out.word(origin);
    writeNumber(columns.rowNumbers[row]!);
    out.word(separator);
    if (notes.length > 0) out.text(safeCell(notes.join('; '), delimiter));
    out.word(levels[modelLevel]);
    if (setLevel === undefined) out.word(nobody);
    else out.text(`${delimiter}${safeCell(setLevel.setBy ?? '', delimiter)}${delimiter}${setLevel.endsOn}`);
    out.word(lineEnd);
  };
}

/** The columns of the group that is written. */
function rememberingColumns(): (view: GroupView) => ReturnType<typeof columnsOfGroup> {
  let known: GroupView | null = null;
  let columns: ReturnType<typeof columnsOfGroup>;
  return (view) => {
    if (view !== known) columns = columnsOfGroup(view);
    known = view;
    return columns;
  };
}

function columnsOfGroup(view: GroupView) {
  return {
    identifiers: view.identifiers(),
    probability: view.column('probability'),
    monthlyValue: view.column('monthlyValue'),
    places: view.column('reasonFeatures'),
    points: view.column('reasonPoints'),
    inputs: view.header.features.map((_, place) => view.input(place)),
    actions: view.column('actions'),
    expectedSaving: view.column('expectedSaving'),
    rowNumbers: view.column('rowNumbers'),
  };
}
