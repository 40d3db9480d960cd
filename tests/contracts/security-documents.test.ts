/** The documents in docs/security/ name what shows each promise: all of it has to be there. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The requirements of levels 1 and 2 of ASVS 5.0.0, by section. */
const requirements = `
1.1: 1 2
1.2: 1 2 3 4 5 6 7 8 9
1.3: 1 2 3 4 5 6 7 8 9 10 11
1.4: 1 2 3
1.5: 1 2
2.1: 1 2 3
2.2: 1 2 3
2.3: 1 2 3 4
2.4: 1
3.2: 1 2
3.3: 1 2 3 4
3.4: 1 2 3 4 5 6
3.5: 1 2 3 4 5
3.7: 1 2
4.1: 1 2 3
4.2: 1
4.3: 1 2
4.4: 1 2 3 4
5.1: 1
5.2: 1 2 3
5.3: 1 2
5.4: 1 2 3
6.1: 1 2 3
6.2: 1 2 3 4 5 6 7 8 9 10 11 12
6.3: 1 2 3 4
6.4: 1 2 3 4
6.5: 1 2 3 4 5
6.6: 1 2 3
6.8: 1 2 3 4
7.1: 1 2 3
7.2: 1 2 3 4
7.3: 1 2
7.4: 1 2 3 4 5
7.5: 1 2
7.6: 1 2
8.1: 1 2
8.2: 1 2 3
8.3: 1
8.4: 1
9.1: 1 2 3
9.2: 1 2 3 4
10.1: 1 2
10.2: 1 2
10.3: 1 2 3 4
10.4: 1 2 3 4 5 6 7 8 9 10 11
10.5: 1 2 3 4 5
10.6: 1 2
10.7: 1 2 3
11.1: 1 2
11.2: 1 2 3
11.3: 1 2 3
11.4: 1 2 3 4
11.5: 1
11.6: 1
12.1: 1 2 3
12.2: 1 2
12.3: 1 2 3 4
13.1: 1
13.2: 1 2 3 4 5
13.3: 1 2
13.4: 1 2 3 4 5
14.1: 1 2
14.2: 1 2 3 4
14.3: 1 2 3
15.1: 1 2 3
15.2: 1 2 3
15.3: 1 2 3 4 5 6 7
16.1: 1
16.2: 1 2 3 4 5
16.3: 1 2 3 4
16.4: 1 2 3
16.5: 1 2 3
17.1: 1
17.2: 1 2 3 4
17.3: 1 2
`;

/** The rows of all tables of a document, without their headers, as cells. */
function rowsOf(document: string): string[][] {
  const lines = read(`docs/security/${document}`).split('\n');
  const isHead = (i: number): boolean => lines[i + 1]?.startsWith('|---') ?? false;
  return lines
    .filter((line, i) => line.startsWith('|') && !line.startsWith('|---') && !isHead(i))
    .map((line) => line.slice(2, -2).split(' | '));
}

/** What a cell refers to that is not there. */
function missingIn(cell: string): string[] {
  return cell.split('<br>').flatMap((reference) => {
    const [, path, title] = /^`([\w./-]+)`(?: › (.+))?$/.exec(reference) ?? [];
    if (path === undefined) return [];
    if (!existsSync(join(root, path))) return [reference];
    const needsTitle = path.endsWith('.test.ts');
    if (needsTitle !== (title !== undefined)) return [reference];
    return title === undefined || isTitle(read(path), title) ? [] : [reference];
  });
}

const isTitle = (text: string, title: string): boolean =>
  [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => text.includes(quoted));

const refers = (cell: string): boolean => /^`[\w./-]+`(?: › |<br>|$)/.test(cell);

describe('promises.md', () => {
  const rows = rowsOf('promises.md');

  it('has no empty cell, and names only what is there', () => {
    expect(rows.length).toBeGreaterThan(50);
    for (const row of rows)
      expect([row, row.length, row.every((cell) => cell.trim() !== '')]).toEqual([row, 3, true]);
    expect(rows.flatMap((row) => missingIn(row[2]!))).toEqual([]);
  });

  it('shows each promise, bad input and fault by a test or a bench', () => {
    const text = read('docs/security/promises.md').split('## 4.')[0]!;
    const promised = rows.filter((row) => text.includes(`| ${row[0]} |`));
    expect(promised.filter((row) => !refers(row[2]!))).toEqual([]);
  });
});

describe('asvs.md', () => {
  const rows = rowsOf('asvs.md');

  it('has each requirement of levels 1 and 2 once, with its state and what shows it', () => {
    const ids = requirements
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [section, numbers] = line.split(': ');
        return numbers!.split(' ').map((number) => `${section}.${number}`);
      });
    expect(rows.map(([id]) => id)).toEqual(ids);
    for (const [id, level, words, state, shown] of rows) {
      expect([id, ['1', '2'].includes(level!), words !== '']).toEqual([id, true, true]);
      expect(['met', 'part', 'n/a', 'open'], id).toContain(state);
      if (state === 'met' || state === 'part') expect([id, refers(shown!)]).toEqual([id, true]);
      else expect(shown, id).toMatch(/\w.*\.$/);
    }
  });

  it('names only what is there', () => {
    expect(rows.flatMap((row) => missingIn(row[4]!))).toEqual([]);
  });

  it('counts its states', () => {
    const count = (state: string): number => rows.filter((row) => row[3] === state).length;
    expect(read('docs/security/asvs.md')).toContain(
      `${count('met')} are met, ${count('part')} in part, ${count('open')} are open, and ${count('n/a')} do not apply.`,
    );
  });
});
