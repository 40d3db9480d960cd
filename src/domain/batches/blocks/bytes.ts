/** Bytes of a CSV file by what they do. */

export const quote = 0x22;
export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;
const tab = 0x09;

/** Classes of bytes within a row; a cell is a run of ordinary ones. */
export const ordinary = 0;
export const separates = 1;
export const endsLine = 2;
/** A quotation mark inside a cell, NUL, or a byte that is no text: for the careful path. */
export const odd = 3;

/** Class of each byte. `isText`: all of the file's bytes are valid UTF-8. */
export function classesOf(separator: number, isText: boolean): Uint8Array {
  const classes = new Uint8Array(256);
  if (!isText) classes.fill(odd, 0x80);
  classes[0] = odd;
  classes[quote] = odd;
  classes[lineFeed] = endsLine;
  classes[carriageReturn] = endsLine;
  classes[separator] = separates;
  return classes;
}

/** What a cell may be by its first byte; 0: plain. */
export const quotedBegin = 1;
/** `= + - @`, a tab, and the first byte of their full-width forms. */
export const formulaBegin = 2;

export const begins = new Uint8Array(256);
for (const byte of [0x3d, 0x2b, 0x2d, 0x40, tab, 0xef]) begins[byte] = formulaBegin;
begins[quote] = quotedBegin;
