/**
 * Reading the cells of a table as the program reads a CSV file: blanks, levels whatever their case, plain numbers and dates,
 * the policies of the columns, and notes on what was imputed or not recognised. A row with a cell that cannot be read is
 * refused. Grouped numbers, decimal commas and dates of one-digit months are refused here, not guessed.
 */
import { largestAmount } from '../../scoring/customer-reading.ts';
import { noteWords, problemWords } from '../../scoring/explanations.ts';
import { foldName } from '../../csv/column-names.ts';
import { levelKey } from '../../../ml/data/levels.ts';
import { isNumeric, written, type CellNote } from '../../../ml/data/row-reader.ts';
import { usualPolicy, type Feature, type Schema } from '../../../ml/data/schema.ts';
import { MISSING, UNSEEN } from '../../../ml/data/table.ts';
import { blanks, isBlank, largestNumber } from '../../../ml/data/values.ts';
import type { Dialect } from './dialects.ts';
import { concatenated, identifier, literal, text } from './expressions.ts';
import type { Steps } from './steps.ts';

export interface CellColumns {
  /** One a feature: a number or NULL; the code of a level, of 'missing' or of 'unseen'. */
  readonly inputs: readonly string[];
  /** One a feature: the trimmed text of the cell. */
  readonly texts: readonly string[];
  /** '; ' before each note; empty without notes. */
  readonly notes: string;
  /** '; ' before each reason why the row cannot be scored; empty for a row that can. */
  readonly problems: string;
}

/** What is known of a cell once it has been read. */
interface Cell {
  readonly feature: Feature;
  /** Trimmed. */
  readonly text: string;
  /** 1 where there is nothing in it. */
  readonly blank: string;
  /** The number or NULL, or the code of the level. */
  readonly read: string;
  /** Numbers beyond it cannot be read. */
  readonly limit: number;
}

/** A condition, and what is said where it holds. */
interface Remark {
  readonly when: string;
  readonly words: string;
}

/** The first step: the key, and each cell as trimmed text. `from`: a table. */
export function sourceSql(dialect: Dialect, { features }: Schema, key: string, from: string): string {
  const columns = features.map(
    ({ name }, j) => `  ${dialect.trim(dialect.asText(identifier(dialect, name)))} AS r${j}`,
  );
  return `SELECT\n  ${key} AS k,\n${columns.join(',\n')}\nFROM ${from}`;
}

export function addCells(steps: Steps, { features, value }: Schema): CellColumns {
  const { dialect } = steps;
  const texts = features.map((_, j) => `r${j}`);
  const blank = steps.add(
    'b',
    texts.map((name, j) => blankSql(dialect, features[j]!, name)),
  );
  const keys = steps.add(
    'g',
    texts.map((name, j) => (isNumeric(features[j]!) ? 'NULL' : keySql(dialect, features[j]!, name))),
  );
  const read = steps.add(
    'v',
    features.map((feature, j) =>
      isNumeric(feature)
        ? numberSql(dialect, feature, texts[j]!)
        : codeSql(dialect, feature, texts[j]!, keys[j]!, blank[j]!),
    ),
  );
  const cells = features.map((feature, j): Cell => {
    const isAmount =
      value !== null && feature.type === 'number' && foldName(feature.name) === foldName(value);
    const limit = isAmount ? largestAmount : largestNumber;
    return { feature, text: texts[j]!, blank: blank[j]!, read: read[j]!, limit };
  });
  const inputs = steps.add(
    'f',
    cells.map((cell) => inputSql(dialect, cell)),
  );
  const [notes, problems] = steps.add('n', [
    remarksSql(
      dialect,
      cells.flatMap((cell) => notesOf(dialect, cell)),
    ),
    remarksSql(
      dialect,
      cells.flatMap((cell) => problemsOf(dialect, cell)),
    ),
  ]);
  return { inputs, texts, notes: notes!, problems: problems! };
}

/** A level may be written like a blank. */
function blankSql(dialect: Dialect, feature: Feature, name: string): string {
  const levels = feature.levels.filter(isBlank);
  const isLevel = levels.map((level) => `WHEN ${name} = ${text(dialect, level)} THEN 0 `).join('');
  const words = [...blanks].map((word) => text(dialect, word)).join(', ');
  return `CASE WHEN ${name} IS NULL THEN 1 ${isLevel}WHEN ${dialect.lower(name)} IN (${words}) THEN 1 ELSE 0 END`;
}

/** What levels are compared by: see levelKey. */
function keySql(dialect: Dialect, { levels }: Feature, name: string): string {
  const wholes = levels.map(levelKey).filter((key) => /^-?\d+$/.test(key));
  const cases = [...new Set(wholes)].map((key) => {
    const pointed = text(dialect, `${key}.`);
    return `WHEN ${dialect.trimZeros(name)} = ${pointed} AND ${name} <> ${pointed} THEN ${text(dialect, key)}`;
  });
  const folded = foldedSql(dialect, levels, name);
  return cases.length === 0 ? folded : `CASE ${cases.join(' ')} ELSE ${folded} END`;
}

/** Lower case, of letters beyond ASCII as far as levels have them. */
function foldedSql(dialect: Dialect, levels: readonly string[], name: string): string {
  const letters = new Set(
    levels
      .join('')
      .toLowerCase()
      .replace(/[\0-\x7f]/g, ''),
  );
  return [...letters].reduce((sql, letter) => {
    const upper = letter.toUpperCase();
    const changes = upper !== letter && upper.toLowerCase() === letter;
    return changes ? `REPLACE(${sql}, ${text(dialect, upper)}, ${text(dialect, letter)})` : sql;
  }, dialect.lower(name));
}

/** Levels are found as written, then by key where that is unambiguous. */
function codeSql(dialect: Dialect, { levels }: Feature, name: string, key: string, blank: string): string {
  const keys = levels.map(levelKey);
  const isAlone = (code: number) => keys.indexOf(keys[code]!) === keys.lastIndexOf(keys[code]!);
  const exact = levels.flatMap((level, code) =>
    isAlone(code) ? [] : [`WHEN ${name} = ${text(dialect, level)} THEN ${code} `],
  );
  const folded = levels.flatMap((_, code) =>
    isAlone(code) ? [`WHEN ${text(dialect, keys[code]!)} THEN ${code} `] : [],
  );
  const other = folded.length === 0 ? String(UNSEEN) : `CASE ${key} ${folded.join('')}ELSE ${UNSEEN} END`;
  return `CASE WHEN ${blank} = 1 THEN ${MISSING} ${exact.join('')}ELSE ${other} END`;
}

function numberSql(dialect: Dialect, { type }: Feature, name: string): string {
  if (type !== 'date') return dialect.toNumber(name);
  const iso = daysSql(dialect, name, { year: 1, month: 6, day: 9 });
  const dotted = daysSql(dialect, name, { year: 7, month: 4, day: 1 });
  return `CASE WHEN ${dialect.isIsoDate(name)} THEN ${iso} WHEN ${dialect.isDottedDate(name)} THEN ${dotted} END`;
}

/**
 * Days since 1970-01-01 by arithmetic (Hinnant 2013, days_from_civil), the year beginning in March; NULL where there is no
 * such day. The day of the year that follows it from its month and day must be smaller than that of the next month.
 */
function daysSql(
  dialect: Dialect,
  name: string,
  at: { readonly year: number; readonly month: number; readonly day: number },
): string {
  const digits = (from: number, count: number) => dialect.toDouble(dialect.part(name, from, count));
  const month = digits(at.month, 2);
  const day = digits(at.day, 2);
  const isEarly = `CASE WHEN ${month} <= 2 THEN 1 ELSE 0 END`;
  const year = `(${digits(at.year, 4)} - ${isEarly})`;
  const shifted = `(${month} - 3 + 12 * ${isEarly})`;
  const dayOfYear = `(FLOOR((153 * ${shifted} + 2) / 5) + ${day} - 1)`;
  const days = `365 * ${year} + FLOOR(${year} / 4) - FLOOR(${year} / 100) + FLOOR(${year} / 400) + ${dayOfYear} - 719468`;
  return `CASE WHEN ${existsSql(dialect, name, at)} THEN ${days} END`;
}

function existsSql(
  dialect: Dialect,
  name: string,
  at: { readonly year: number; readonly month: number; readonly day: number },
): string {
  const month = dialect.part(name, at.month, 2);
  const day = dialect.part(name, at.day, 2);
  const year = dialect.toDouble(dialect.part(name, at.year, 4));
  const dividedBy = (n: number) => `FLOOR(${year} / ${n}) * ${n} = ${year}`;
  const isLeap = `${dividedBy(4)} AND (NOT ${dividedBy(100)} OR ${dividedBy(400)})`;
  const last =
    `CASE WHEN ${month} = '02' THEN CASE WHEN ${isLeap} THEN '29' ELSE '28' END ` +
    `WHEN ${month} IN ('04', '06', '09', '11') THEN '30' ELSE '31' END`;
  return `${month} BETWEEN '01' AND '12' AND ${day} BETWEEN '01' AND ${last}`;
}

/** After the policies. */
function inputSql(dialect: Dialect, { feature, blank, read, limit }: Cell): string {
  const { missing, unseen, outOfRange } = feature.policy ?? usualPolicy;
  if (isNumeric(feature)) {
    const typical = missing === 'typical' ? feature.range?.median : undefined;
    const filled = typical === undefined ? '' : `WHEN ${blank} = 1 THEN ${literal(dialect, typical)} `;
    const { below, above } = limitsOf(dialect, feature, read);
    const clips =
      outOfRange === 'clip'
        ? [...below, ...above].map(({ when, bound }) => `WHEN ${when} THEN ${bound} `)
        : [];
    return `CASE ${filled}${clips.join('')}WHEN ABS(${read}) <= ${literal(dialect, limit)} THEN ${read} END`;
  }
  const typical = missing === 'typical' ? typicalCode(feature) : MISSING;
  return `CASE WHEN ${read} = ${MISSING} THEN ${typical} WHEN ${read} = ${UNSEEN} THEN ${unseen === 'missing' ? MISSING : UNSEEN} ELSE ${read} END`;
}

/** The most frequent level; of models from before it was kept, the first. */
function typicalCode({ levels, mode }: Feature): number {
  return mode === undefined ? (levels.length > 0 ? 0 : MISSING) : levels.indexOf(mode);
}

/** When a number is beyond its limits, and the nearest number within them. */
interface Beyond {
  readonly when: string;
  readonly bound: string;
  /** As it is written in notes. */
  readonly limit: string;
}

function limitsOf(dialect: Dialect, feature: Feature, read: string): { below: Beyond[]; above: Beyond[] } {
  const { min = null, max = null } = feature.allowed ?? feature.range ?? {};
  const beyond = (sign: '<' | '>', limit: number | null): Beyond[] => {
    if (limit === null) return [];
    const bound = literal(dialect, limit);
    return [{ when: `${read} ${sign} ${bound}`, bound, limit: written(limit, feature, '.') }];
  };
  return { below: beyond('<', min), above: beyond('>', max) };
}

function notesOf(dialect: Dialect, { feature, text: found, blank, read }: Cell): Remark[] {
  const { missing, unseen, outOfRange } = feature.policy ?? usualPolicy;
  const note = (when: string, words: Omit<CellNote, 'column' | 'found'>): Remark => ({
    when,
    words: withFound(dialect, noteWords({ column: feature.name, found: placeholder, ...words }), found),
  });
  const typical = missing === 'typical' ? typicalWords(feature) : undefined;
  const notes =
    missing === 'refuse'
      ? []
      : [note(`${blank} = 1`, { kind: 'missing', ...(typical === undefined ? {} : { used: typical }) })];
  if (!isNumeric(feature))
    return unseen === 'refuse'
      ? notes
      : [
          ...notes,
          note(`${read} = ${UNSEEN}`, { kind: 'unseen', ...(unseen === 'missing' ? { used: '' } : {}) }),
        ];
  if (outOfRange === 'refuse') return notes;
  const range = feature.allowed ? 'allowed' : 'training';
  const isPlain = feature.policy === undefined && feature.allowed === undefined;
  const outside = (side: string, { when, limit }: Beyond) => {
    const words = {
      beyond: `${side} the ${range} range (${limit})`,
      ...(outOfRange === 'clip' ? { used: limit } : {}),
    };
    return note(when, { kind: 'out-of-range', ...(isPlain ? {} : words) });
  };
  const { below, above } = limitsOf(dialect, feature, read);
  return [
    ...notes,
    ...below.map((one) => outside('below', one)),
    ...above.map((one) => outside('above', one)),
  ];
}

function problemsOf(dialect: Dialect, { feature, text: found, blank, read, limit }: Cell): Remark[] {
  const { missing, unseen, outOfRange } = feature.policy ?? usualPolicy;
  const problem = (when: string, expected: string): Remark => ({
    when,
    words: withFound(dialect, problemWords({ column: feature.name, found: placeholder, expected }), found),
  });
  const problems = missing === 'refuse' ? [problem(`${blank} = 1`, 'a value')] : [];
  if (!isNumeric(feature))
    return unseen === 'refuse'
      ? [...problems, problem(`${read} = ${UNSEEN}`, 'a level of the model')]
      : problems;
  const unread = `${blank} = 0 AND (${read} IS NULL OR ABS(${read}) > ${literal(dialect, limit)})`;
  const expected = feature.type === 'date' ? 'a date such as 2026-11-20' : 'a number such as 29.85';
  problems.push(problem(unread, expected));
  if (outOfRange !== 'refuse') return problems;
  const { below, above } = limitsOf(dialect, feature, read);
  return [
    ...problems,
    ...below.map(({ when, limit: least }) => problem(when, `at least ${least}`)),
    ...above.map(({ when, limit: most }) => problem(when, `at most ${most}`)),
  ];
}

function typicalWords(feature: Feature): string | undefined {
  if (isNumeric(feature))
    return feature.range === null ? undefined : written(feature.range.median, feature, '.');
  return feature.levels[typicalCode(feature)];
}

/** Stands in words for what a cell says. */
const placeholder = '\0';

function withFound(dialect: Dialect, words: string, found: string): string {
  const shortened =
    `CASE WHEN ${found} IS NULL THEN ${text(dialect, '')} WHEN ${dialect.length(found)} > 60 THEN (${dialect.part(found, 1, 57)} || ${text(dialect, '…')}) ` +
    `ELSE ${dialect.asText(found)} END`;
  const parts = words.split(placeholder).map((part) => text(dialect, part));
  return concatenated([
    text(dialect, '; '),
    ...parts.flatMap((part, i) => (i === 0 ? [part] : [shortened, part])),
  ]);
}

/** All that holds, each after '; '. */
function remarksSql(dialect: Dialect, remarks: readonly Remark[]): string {
  if (remarks.length === 0) return text(dialect, '');
  return concatenated(
    remarks.map(({ when, words }) => `CASE WHEN ${when} THEN ${words} ELSE ${text(dialect, '')} END`),
  );
}
