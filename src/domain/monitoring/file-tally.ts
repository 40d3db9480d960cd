/** What is counted of a file while it is scored: the counts of its blocks together, as they are stored. */
import { addTally, createTally, layoutOf, scoreSteps, thresholdSteps } from '../../ml/monitoring/tally.ts';
import type { CountedRows as Rows, TallyLayout } from '../../ml/monitoring/tally.ts';
import type { Reference } from '../../ml/monitoring/reference.ts';
import type { Model } from '../../ml/model/model.ts';
import type { BatchCounts, CountedRows } from '../../store/batch-count-documents.ts';
import { GroupView } from '../../store/score-files/group-view.ts';
import type { ScoreFile } from '../../store/score-files/reader.ts';

/** Null: the model does not say what it learned from, as those of earlier versions do not. */
export function openFileTally({ reference, schema }: Pick<Model, 'reference' | 'schema'>) {
  if (reference === undefined) return null;
  const layout = layoutOf(reference);
  const cells = new Float64Array(layout.size);
  const openTally = () =>
    createTally(
      reference,
      schema.features.map(({ levels }) => levels),
    );
  let tallyOfRows: ReturnType<typeof openTally> | null = null;
  return {
    /** Of a block, as `createTally` counts it. */
    add: (block: Float64Array): void => {
      addTally(cells, block);
    },
    /** Rows of a score file in front of this one, whose reasons are not stored. */
    addRowsBefore: (file: ScoreFile, rowCount: number): void => {
      const tally = openTally();
      for (const [group, { firstRow }] of file.groups.entries())
        if (firstRow < rowCount) addTally(cells, tally(storedRows(new GroupView(file, group))));
    },
    /** These rows of a group, in places of its columns; their reasons are not stored. */
    addRows: (view: GroupView, rows: Uint32Array): void => {
      tallyOfRows ??= openTally();
      addTally(cells, tallyOfRows(rowsOf(storedRows(view), rows)));
    },
    counts: (): BatchCounts => ({ reference, file: toCountedRows(cells, reference, layout) }),
  };
}

function storedRows(view: GroupView): Rows {
  return {
    rowCount: view.rowCount,
    inputs: view.header.features.map((_, j) => view.input(j)),
    probability: view.column('probability'),
    monthlyValue: view.column('monthlyValue'),
    contributions: null,
  };
}

function rowsOf(all: Rows, rows: Uint32Array): Rows {
  if (rows.length === all.rowCount) return all;
  const numbers = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  return {
    rowCount: rows.length,
    inputs: all.inputs.map((input) =>
      input.kind === 'number'
        ? { kind: input.kind, values: numbers(input.values) }
        : { kind: input.kind, codes: Int32Array.from(rows, (row) => input.codes[row]!) },
    ),
    probability: numbers(all.probability),
    monthlyValue: numbers(all.monthlyValue),
    contributions: null,
  };
}

function toCountedRows(cells: Float64Array, { features }: Reference, layout: TallyLayout): CountedRows {
  const part = (from: number, length: number): number[] => [...cells.subarray(from, from + length)];
  const sums = (from: number): number[] => part(from, thresholdSteps + 1).map(rounded);
  const [rowCount, explained] = [cells[layout.rows]!, cells[layout.explained]!];
  return {
    rowCount,
    features: features.map(({ counts }, j) => {
      const { bins, missing } = layout.features[j]!;
      const [without, fresh, below, above] = part(missing, 4) as [number, number, number, number];
      return { counts: part(bins, counts.length), missing: without, fresh, below, above };
    }),
    meanReasons:
      explained < rowCount || rowCount === 0
        ? null
        : part(layout.reasons, features.length).map((sum) => sum / explained),
    scores: part(layout.scores, scoreSteps + 1),
    probability: sums(layout.probability),
    value: sums(layout.value),
    squaredValue: sums(layout.squaredValue),
  };
}

/** Nine digits are enough, and need less space. */
function rounded(value: number): number {
  return Number(value.toPrecision(9));
}
