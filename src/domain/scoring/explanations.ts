/** Reasons and notes in words. Reasons describe risk in similar customers; they never claim a cause. */
import { sizeText } from '../../format.ts';
import type { CellNote, CellProblem } from '../../ml/data/row-reader.ts';
import type { CellValue, DecimalSign } from '../../ml/data/values.ts';
import { labelOf } from '../csv/column-names.ts';

/** A feature's part in one prediction. */
export interface Reason {
  readonly feature: string;
  /** The value of the input; null where it is not known. */
  readonly value: CellValue;
  /** Signed, in probability: 0.12 raises the risk by 12 points. */
  readonly points: number;
}

/** 'Contract is Month-to-month: raises risk by 12 points'; numbers with the decimal sign of the file. */
export function reasonWords({ feature, value, points }: Reason, decimal: DecimalSign = '.'): string {
  return `${inputWords(feature, value, decimal)}: ${effectWords(points)}`;
}

/** 'Contract is Month-to-month', 'Tenure is not known'. */
export function inputWords(feature: string, value: CellValue, decimal: DecimalSign = '.'): string {
  const said = value === null ? 'is not known' : `is ${valueWords(value, decimal)}`;
  return `${labelOf(feature)} ${said}`;
}

function valueWords(value: string | number, decimal: DecimalSign): string {
  return typeof value === 'number' ? String(value).replace('.', decimal) : value;
}

/** 'raises risk by 12 points'. Of the points as they are stored, so that file, list and page round alike. */
export function effectWords(probability: number): string {
  const points = Math.fround(probability);
  if (Math.abs(points) < 0.0005) return 'hardly changes the risk';
  return `${points > 0 ? 'raises' : 'lowers'} risk by ${sizeText(points)}`;
}

/** What is noted on a score: first which values were read as others. */
export function noteTexts(renamed: readonly string[] | undefined, notes: readonly CellNote[]): string[] {
  return [...(renamed ?? []), ...notes.map(noteWords)];
}

export function noteWords({ column, kind, found, beyond, used }: CellNote): string {
  const said = shortened(found);
  switch (kind) {
    case 'missing':
      return used === undefined
        ? `${column} is missing; scored as an unknown value`
        : `${column} is missing; the typical value ${used} was used`;
    case 'unseen':
      return used === undefined
        ? `${column} '${said}' is not recognised; it has no effect on the score`
        : `${column} '${said}' is not recognised; scored as an unknown value`;
    case 'out-of-range':
      return `${column} ${said} is ${beyond ?? 'outside the training range'}${used === undefined ? '' : `; ${used} was used`}`;
  }
}

export function problemWords({ column, found, expected }: CellProblem): string {
  return `${column}: found '${shortened(found)}', expected ${expected}`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
