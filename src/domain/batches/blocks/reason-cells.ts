/**
 * The cells of reasons with the delimiter before them as bytes, the text of `reasonWords`: what the input is, then how far it moves the risk. Both
 * parts repeat from row to row, so they are words of the writer; only numbers are written anew.
 */
import type { CellValue } from '../../../ml/data/values.ts';
import type { InputColumn, ScoredFeature } from '../../../store/score-files/group.ts';
import { noReason } from '../../../store/score-files/group.ts';
import type { CsvFormat } from '../../csv/intake.ts';
import { safeCell } from '../../csv/writer.ts';
import { dateText } from '../../scoring/cell-values.ts';
import { effectWords, inputWords, reasonWords } from '../../scoring/explanations.ts';
import type { ByteWriter, Word } from './byte-writer.ts';

/** The delimiter and the beginning of a cell, whose end needs a quotation mark where it began with one. */
interface Head {
  readonly word: Word;
  readonly isQuoted: boolean;
}

export type WriteReason = (
  inputs: readonly InputColumn[],
  row: number,
  place: number,
  points: number,
) => void;

export function createReasonCells(
  out: ByteWriter,
  {
    features,
    format: { delimiter, decimal },
  }: {
    readonly features: readonly ScoredFeature[];
    readonly format: Pick<CsvFormat, 'delimiter' | 'decimal'>;
  },
): WriteReason {
  const headOf = (words: string): Head => {
    // What follows is plain text, whatever it is.
    const cell = safeCell(`${words}x`, delimiter);
    const isQuoted = cell.endsWith('"');
    return { word: out.keep(delimiter + cell.slice(0, isQuoted ? -2 : -1)), isQuoted };
  };
  const headsOfLevels = features.map(({ name, levels }) =>
    [null, ...levels].map((level) => headOf(`${inputWords(name, level)}: `)),
  );
  const headsOfNumbers = features.map(({ name }) => headOf(inputWords(name, '')));
  const headsOfDays = features.map(() => new Map<number, Head>());
  const writeEffect = createEffects(out);
  const colon = out.keep(': ');
  const separator = out.keep(delimiter);
  const sign = decimal.charCodeAt(0);

  const writeRare = (place: number, value: CellValue, points: number): void => {
    const { name: feature } = features[place]!;
    out.text(delimiter + safeCell(reasonWords({ feature, value, points }, decimal), delimiter));
  };
  const headOfDay = (place: number, day: number): Head => {
    let head = headsOfDays[place]!.get(day);
    if (head === undefined)
      headsOfDays[place]!.set(day, (head = headOf(`${inputWords(features[place]!.name, dateText(day))}: `)));
    return head;
  };

  return (inputs, row, place, points) => {
    if (place === noReason) {
      out.word(separator);
      return;
    }
    const column = inputs[place]!;
    const heads = headsOfLevels[place]!;
    if (column.kind === 'level') {
      // MISSING is −1.
      const head = heads[column.codes[row]! + 1];
      if (head === undefined) writeRare(place, column.others[column.codes[row]! + 1 - heads.length]!, points);
      else {
        out.word(head.word);
        writeEffect(points, head.isQuoted);
      }
      return;
    }
    const value = column.values[row]!;
    if (value !== value || features[place]!.type === 'date') {
      const head = value !== value ? heads[0]! : headOfDay(place, value);
      out.word(head.word);
      writeEffect(points, head.isQuoted);
    } else if (decimal === delimiter) writeRare(place, value, points);
    else {
      const head = headsOfNumbers[place]!;
      out.word(head.word);
      out.number(value, sign);
      out.word(colon);
      writeEffect(points, head.isQuoted);
    }
  };
}

/** Sizes are shown in tenths of a point below ten points, in whole points above; see `sizeText`. */
function createEffects(out: ByteWriter) {
  const largest = 1_200;
  const words = new Int32Array(4 * largest).fill(-1);
  const hardly = [out.keep(effectWords(0)), out.keep(`${effectWords(0)}"`)] as const;
  return (points: number, isQuoted: boolean): void => {
    const size = Math.abs(points * 100);
    if (Math.abs(points) < 0.0005) {
      out.word(hardly[isQuoted ? 1 : 0]);
      return;
    }
    const shown = size < 9.95 ? size * 10 : size;
    const key = Math.round(shown) + (size < 9.95 ? 0 : 100);
    const at = 4 * key + (points > 0 ? 0 : 2) + (isQuoted ? 1 : 0);
    // Halfway between two texts the digits decide, which only `effectWords` knows.
    if (key >= largest || Math.abs(shown - Math.floor(shown) - 0.5) < 1e-6) {
      out.text(isQuoted ? `${effectWords(points)}"` : effectWords(points));
      return;
    }
    if (words[at] === -1) words[at] = out.keep(isQuoted ? `${effectWords(points)}"` : effectWords(points));
    out.word(words[at]!);
  };
}
