/** Detects the delimiter and decimal sign of a CSV file from its first records. */
import type { DecimalSign } from '../../ml/data/values.ts';
import { createRecordSplitter, isBlankRecord, readRecord } from './records.ts';
import type { Delimiter } from './records.ts';

export interface Dialect {
  readonly delimiter: Delimiter;
  readonly decimal: DecimalSign;
}

/** What was found; `width` is the number of cells of the first record, 1 when no delimiter divides it. */
export interface DialectFinding extends Dialect {
  readonly width: number;
}

const delimiters: readonly Delimiter[] = [',', ';', '\t', '|'];
const sampleRecords = 200;

/** `sample`: the beginning of the file in UTF-8; `isWhole`: there is no more. Values in `known` are not detected. */
export function findDialect(sample: Buffer, isWhole: boolean, known: Partial<Dialect> = {}): DialectFinding {
  const possible = known.delimiter === undefined ? delimiters : [known.delimiter];
  const candidates = possible.map((delimiter) => ({
    delimiter,
    records: recordsBy(delimiter, sample, isWhole),
  }));
  const best = candidates.reduce((a, b) => (fitness(b.records) > fitness(a.records) ? b : a));
  const [header, ...rows] = best.records;
  const { delimiter } = best;
  const decimal = known.decimal ?? findDecimal(delimiter, rows);
  return { delimiter, decimal, width: header?.length ?? 0 };
}

/** How well a delimiter explains the records: their agreement with the header, then the number of cells. */
function fitness(records: readonly (readonly string[])[]): number {
  const width = records[0]?.length ?? 0;
  if (width < 2) return 0;
  const rows = records.slice(1);
  const agreeing = rows.filter((cells) => cells.length === width).length;
  return (rows.length === 0 ? 0.5 : agreeing / rows.length) * 1_000 + Math.min(width, 500) / 1_000;
}

function recordsBy(delimiter: Delimiter, sample: Buffer, isWhole: boolean): string[][] {
  let spans;
  try {
    spans = createRecordSplitter(delimiter).split(sample, 0, isWhole);
  } catch {
    return [];
  }
  return spans
    .filter((span) => !isBlankRecord(span))
    .slice(0, sampleRecords)
    .flatMap((span) => {
      const reading = readRecord(sample.subarray(span.start, span.end), delimiter, null);
      return reading.ok ? [[...reading.cells]] : [];
    });
}

/** A comma, where more cells are numbers with a decimal comma than with a point. */
function findDecimal(delimiter: Delimiter, rows: readonly (readonly string[])[]): DecimalSign {
  if (delimiter === ',') return '.';
  let commas = 0;
  let points = 0;
  for (const cell of rows.flat()) {
    if (/^\s*[-+]?(\d{1,3}(\.\d{3})+|\d+),\d+\s*$/.test(cell)) commas++;
    else if (/^\s*[-+]?\d+\.\d+\s*$/.test(cell)) points++;
  }
  return commas > points ? ',' : '.';
}
