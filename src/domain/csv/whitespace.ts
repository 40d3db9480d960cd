/** Tables whose cells are separated by runs of spaces: known by their beginning, rewritten with a tab between cells. */
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { isBlank, parseDate, parseNumber } from '../../ml/data/values.ts';

const sampleLines = 200;

/**
 * Whether every line has as many words as the others, two or more, and a column of them is numbers or dates: lines of
 * names or sentences are no table.
 */
export function isSeparatedBySpaces(sample: Buffer, isWhole: boolean): boolean {
  const lines = sample.toString('utf8').split(/\r\n|\n|\r/);
  if (!isWhole) lines.pop();
  const rows = lines
    .filter((line) => line.trim() !== '')
    .slice(0, sampleLines)
    .map(wordsOf);
  const width = rows[0]?.length ?? 0;
  if (width < 2 || rows.length < 2 || rows.some((words) => words.length !== width)) return false;
  if (rows.flat().some((word) => word.includes('"'))) return false;
  return rows[0]!.some((_, j) => rows.slice(1).every((words) => isNumberOrDate(words[j]!)));
}

/** Replaces the file by one with tabs. */
export async function separateByTabs(path: string): Promise<void> {
  const written = `${path}.tabs`;
  const target = await open(written, 'w', 0o600);
  try {
    let text = '';
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      text += `${wordsOf(line).map(quoteCell).join('\t')}\n`;
      if (text.length < 1 << 20) continue;
      await target.writeFile(text);
      text = '';
    }
    await target.writeFile(text);
    await target.sync();
  } catch (error) {
    await target.close();
    await rm(written, { force: true });
    throw error;
  }
  await target.close();
  await rename(written, path);
}

function wordsOf(line: string): string[] {
  const trimmed = line.trim();
  return trimmed === '' ? [] : trimmed.split(/[ \t]+/);
}

function quoteCell(word: string): string {
  return word.includes('"') ? `"${word.replaceAll('"', '""')}"` : word;
}

function isNumberOrDate(word: string): boolean {
  return (
    !isBlank(word) &&
    (parseNumber(word, '.') !== null || parseNumber(word, ',') !== null || parseDate(word) !== null)
  );
}
