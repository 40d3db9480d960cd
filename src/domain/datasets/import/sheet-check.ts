/**
 * Measures the parts of a workbook before anything keeps their cells, and stops at the first limit: a few kilobytes
 * can name a cell in the last corner, or one long text a million times. A real XML parser reads them, so that
 * single quotes, prefixes, character references and other spellings make no difference.
 */
import { SaxesParser } from 'saxes';
import { AppError } from '../../../errors.ts';
import { countText } from '../../../format.ts';
import { maxColumns } from '../../csv/intake.ts';

/** Rows that a sheet of Excel can have, and characters that a cell can. */
const maxRows = 1_048_576;
const maxCellLength = 32_767;
/** A cell takes some 200 bytes while the sheet is read, whether there is anything in it or not. */
const maxCells = 10_000_000;
const maxSharedTexts = 4_000_000;
/** Text between two tags, or one tag: a cell's text is far shorter, however it is escaped. */
const maxPiece = 1_000_000;
const chunkBytes = 64 * 1024;

/** The length of each shared text. @throws AppError 422 when one is longer than Excel allows, or there are too many */
export function measureSharedTexts(content: Buffer): number[] {
  const lengths: number[] = [];
  let length = 0;
  readXml(content, {
    open: (name) => {
      if (name === 'si') length = 0;
    },
    text: (text) => {
      length += text.length;
      if (length > maxCellLength) throw longCell();
    },
    close: (name) => {
      if (name === 'si') lengths.push(length);
      if (lengths.length > maxSharedTexts) throw tooBig(lengths.length, 1);
    },
  });
  return lengths;
}

/**
 * @param maxText characters that all cells together may hold
 * @throws AppError 415 for broken XML, 422 when the sheet goes too far or would be written as too much
 */
export function checkSheet(content: Buffer, shared: readonly number[], maxText: number): void {
  const at = {
    row: 0,
    rows: 0,
    column: 0,
    columns: 0,
    type: '',
    isFilled: false,
    length: 0,
    value: '',
    text: 0,
  };
  const open = (name: string, attributes: Attributes): void => {
    if (name === 'row') at.row = Number(attributes['r'] ?? at.row + 1);
    if (name === 'row' && !(at.row <= maxRows)) throw tooBig(at.row, at.columns);
    if (name === 'row') at.column = 0;
    if (name === 'v' || name === 'is' || name === 'f') at.isFilled = true;
    if (name !== 'c') return;
    const address = /^\$?([A-Za-z]*)\$?(\d*)/.exec(attributes['r'] ?? '')!;
    at.column = address[1] === '' ? at.column + 1 : columnOf(address[1]!);
    if (address[2] !== '') at.row = Number(address[2]);
    if (!(at.row <= maxRows)) throw tooBig(at.row, at.columns);
    Object.assign(at, { type: attributes['t'] ?? '', isFilled: false, length: 0, value: '' });
  };
  const close = (name: string): void => {
    if (name !== 'c' || !at.isFilled) return;
    at.rows = Math.max(at.rows, at.row);
    at.columns = Math.max(at.columns, at.column);
    if (at.columns > maxColumns || at.rows * at.columns > maxCells) throw tooBig(at.rows, at.columns);
    at.text += at.type === 's' ? (shared[Number(at.value)] ?? 0) : at.length;
    if (at.text > maxText) throw tooMuchText();
  };
  const text = (piece: string): void => {
    at.length += piece.length;
    if (at.type === 's' && at.value.length < 20) at.value += piece;
    if (at.length > maxCellLength) throw longCell();
  };
  readXml(content, { open, text, close });
}

type Attributes = Readonly<Record<string, string>>;
interface XmlReader {
  readonly open: (name: string, attributes: Attributes) => void;
  readonly text: (text: string) => void;
  readonly close: (name: string) => void;
}

/** Names come without their prefix. Document types are refused: they define entities that grow when they are used. */
function readXml(content: Buffer, reader: XmlReader): void {
  const parser = new SaxesParser();
  let seen = 0;
  const note = <T extends unknown[]>(tell: (...args: T) => void) => {
    return (...args: T): void => {
      seen = parser.position;
      tell(...args);
    };
  };
  parser.on('error', () => {
    throw broken();
  });
  parser.on('doctype', () => {
    throw broken();
  });
  const isPadding = (text: string): boolean => /^[\r\n\t ]*$/.test(text) && text.includes('\n');
  parser.on(
    'text',
    note((text) => {
      if (!isPadding(text)) reader.text(text);
    }),
  );
  parser.on('cdata', note(reader.text));
  parser.on(
    'opentag',
    note(({ name, attributes }) => {
      reader.open(localName(name), attributes);
    }),
  );
  parser.on(
    'closetag',
    note(({ name }) => {
      reader.close(localName(name));
    }),
  );
  const decoder = new TextDecoder(encodingOf(content), { ignoreBOM: false });
  for (let from = 0; from < content.length; from += chunkBytes) {
    parser.write(decoder.decode(content.subarray(from, from + chunkBytes), { stream: true }));
    if (parser.position - seen > maxPiece) throw longCell();
  }
  parser.write(decoder.decode());
  parser.close();
}

function encodingOf(content: Buffer): string {
  if (content[0] === 0xff && content[1] === 0xfe) return 'utf-16le';
  return content[0] === 0xfe && content[1] === 0xff ? 'utf-16be' : 'utf-8';
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function columnOf(letters: string): number {
  return Array.from(letters.toUpperCase()).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
}

function tooBig(rows: number, columns: number): AppError {
  const size = `${countText(rows)} rows and ${countText(columns)} columns`;
  return new AppError(
    422,
    'sheet-too-big',
    `The first sheet extends to ${size}, which is too large. Delete the cells far from the table, or save the sheet as CSV, then upload that.`,
  );
}

function longCell(): AppError {
  return new AppError(
    422,
    'cell-too-long',
    'A cell of the workbook contains more than 32,767 characters, the limit of Excel. Shorten it, or save the sheet as CSV, then upload that.',
  );
}

function tooMuchText(): AppError {
  return new AppError(
    422,
    'too-much',
    'The cells of the first sheet contain far more text than expected for a file of this size. Save the sheet as CSV, then upload that.',
  );
}

function broken(): AppError {
  return new AppError(
    415,
    'broken-sheet',
    'A part of this workbook cannot be read. Open it in Excel, save it again, then upload that.',
  );
}
