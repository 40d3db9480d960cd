/**
 * How the SQL of databases differs, one entry each: quoting, types, reading text, and limits. Everything else that an
 * export writes is the same in all of them.
 */
export interface Dialect {
  readonly title: string;
  readonly identifierQuote: '"' | '`';
  /** In text, a backslash escapes the character after it. */
  readonly hasBackslashEscapes: boolean;
  /** Any value as text, as it would be written to a CSV file. */
  readonly asText: (sql: string) => string;
  /** Without white space at both ends, which is that of JavaScript's `trim`. */
  readonly trim: (text: string) => string;
  readonly trimZeros: (text: string) => string;
  /** In lower case; letters beyond ASCII may stay. */
  readonly lower: (text: string) => string;
  readonly length: (text: string) => string;
  /** `count` characters from place `from`, counted from 1. */
  readonly part: (text: string, from: number, count: number) => string;
  /** `2026-11-20` or `2026/11/20`; a time of day may follow. */
  readonly isIsoDate: (text: string) => string;
  /** `20.11.2026`. */
  readonly isDottedDate: (text: string) => string;
  /** A plain number of at most 1e15 on either side; NULL for any other text. */
  readonly toNumber: (text: string) => string;
  /** Digits as a number. */
  readonly toDouble: (text: string) => string;
  /** A number, as JavaScript writes it, as a double. */
  readonly literal: (digits: string) => string;
  readonly greatest: string;
  /** At the end of a step: its columns are computed once, instead of their formulas being copied into the next step. */
  readonly fence: string;
  /** Characters of one statement at most, and where that limit comes from. */
  readonly maxCharacters: number;
  readonly limitReason: string;
  readonly createView: (view: string) => string;
  /** Statements before the self-test. */
  readonly preparation: readonly string[];
  /** What a user of this database has to know, written at the top of the file. */
  readonly advice: readonly string[];
}

const numberPattern = '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$';
const isoPattern = '^[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}([T ][0-9].*)?$';
const dottedPattern = '^[0-9]{2}[.][0-9]{2}[.][0-9]{4}$';

/** What JavaScript's `trim` removes, as numbers of characters. */
const spaces = [
  9, 10, 11, 12, 13, 32, 160, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008,
  0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff,
];
const spacesAsEscapes = `'${spaces.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')}'`;
const spacesAsBytes = `'${[...Buffer.from(String.fromCodePoint(...spaces))].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}'`;

const million = 1_000_000;
/** Nothing of a larger size was executed. */
const largestTried = 64 * million;

/** Regular expressions that a function finds: the dates, and plain numbers within the limits. */
function byPattern(matches: (text: string, pattern: string) => string, cast: (text: string) => string) {
  const limited = (text: string) => {
    const number = cast(text);
    return `CASE WHEN ${matches(text, numberPattern)} AND ABS(${number}) <= 1e15 THEN ${number} END`;
  };
  return {
    isIsoDate: (text: string) => matches(text, isoPattern),
    isDottedDate: (text: string) => matches(text, dottedPattern),
    toNumber: limited,
    toDouble: cast,
  };
}

const usual = {
  identifierQuote: '"',
  hasBackslashEscapes: false,
  trimZeros: (text: string) => `RTRIM(${text}, '0')`,
  lower: (text: string) => `LOWER(${text})`,
  length: (text: string) => `LENGTH(${text})`,
  part: (text: string, from: number, count: number) => `SUBSTR(${text}, ${from}, ${count})`,
  literal: withPoint,
  greatest: 'GREATEST',
  fence: '',
  createView: (view: string) => `CREATE OR REPLACE VIEW ${view} AS`,
  preparation: [],
  advice: [],
} as const;

const postgres: Dialect = {
  ...usual,
  title: 'PostgreSQL',
  asText: (sql) => `CAST(${sql} AS text)`,
  trim: (text) => `BTRIM(${text}, U&${spacesAsEscapes.replaceAll('\\u', '\\')})`,
  // The C collation: whatever the language of the database, only A to Z change.
  lower: (text) => `LOWER(${text} COLLATE "C")`,
  isIsoDate: (text) => `${text} ~ '${isoPattern}'`,
  isDottedDate: (text) => `${text} ~ '${dottedPattern}'`,
  // A double that is too large or too small is an error, so that odd numbers are read as decimals first.
  toNumber: (text) =>
    `CASE WHEN ${text} ~ '^[+-]?[0-9]{1,15}([.][0-9]{0,40})?$' THEN CAST(${text} AS double precision) ` +
    `WHEN ${text} ~ '${numberPattern}' THEN CASE WHEN ABS(CAST(${text} AS numeric)) <= 1e15 ` +
    `THEN CAST(ROUND(CAST(${text} AS numeric), 320) AS double precision) END END`,
  toDouble: (text) => `CAST(${text} AS double precision)`,
  literal: (digits) => `${digits}::float8`,
  // A plain CTE is part of the query that reads it, row by row; OFFSET keeps its columns from being computed again.
  fence: 'OFFSET 0',
  maxCharacters: largestTried,
  limitReason: 'PostgreSQL was tried up to there',
  preparation: ['SET jit = off;'],
  advice: [
    'Switch JIT compilation off for sessions that read the view (SET jit = off, or ALTER ROLE … SET jit = off):',
    'compiling so many expressions takes longer than computing them.',
  ],
};

const sqlite: Dialect = {
  ...usual,
  title: 'SQLite',
  // Numbers stay numbers: as text they would lose digits.
  asText: (sql) => sql,
  trim: (text) =>
    `CASE TYPEOF(${text}) WHEN 'text' THEN TRIM(${text}, CHAR(${spaces.join(', ')})) ELSE ${text} END`,
  isIsoDate: (text) =>
    `(SUBSTR(${text}, 1, 10) GLOB '[0-9][0-9][0-9][0-9][-/][0-9][0-9][-/][0-9][0-9]' ` +
    `AND (LENGTH(${text}) = 10 OR SUBSTR(${text}, 11) GLOB '[T ][0-9]*'))`,
  isDottedDate: (text) => `${text} GLOB '[0-9][0-9].[0-9][0-9].[0-9][0-9][0-9][0-9]'`,
  // Text that is no number is above every number in such a comparison.
  toNumber: (text) =>
    `CASE WHEN ${text} >= CAST(-1e15 AS REAL) AND ${text} <= CAST(1e15 AS REAL) THEN CAST(${text} AS REAL) END`,
  toDouble: (text) => `CAST(${text} AS REAL)`,
  greatest: 'MAX',
  fence: 'LIMIT -1 OFFSET 0',
  maxCharacters: largestTried,
  limitReason: 'SQLite was tried up to there',
  createView: (view) => `DROP VIEW IF EXISTS ${view};\nCREATE VIEW ${view} AS`,
  advice: ['SQLite needs its mathematical functions (version 3.35 or later, as most builds have them).'],
};

const duckdb: Dialect = {
  ...usual,
  ...byPattern(
    (text, pattern) => `REGEXP_FULL_MATCH(${text}, '${pattern}')`,
    (text) => `TRY_CAST(${text} AS DOUBLE)`,
  ),
  title: 'DuckDB',
  asText: (sql) => `CAST(${sql} AS VARCHAR)`,
  trim: (text) => `TRIM(${text}, CONCAT(${spaces.map((code) => `CHR(${code})`).join(', ')}))`,
  // Without an exponent it would be a decimal of as many places.
  literal: (digits) => (digits.includes('e') ? digits : `${digits}e0`),
  maxCharacters: largestTried,
  limitReason: 'DuckDB was tried up to there',
};

const spark: Dialect = {
  ...usual,
  ...byPattern(
    (text, pattern) => `${text} RLIKE '${pattern}'`,
    (text) => `TRY_CAST(${text} AS DOUBLE)`,
  ),
  title: 'Spark SQL',
  identifierQuote: '`',
  hasBackslashEscapes: true,
  asText: (sql) => `CAST(${sql} AS STRING)`,
  trim: (text) => `TRIM(BOTH ${spacesAsEscapes} FROM ${text})`,
  trimZeros: (text) => `TRIM(TRAILING '0' FROM ${text})`,
  literal: (digits) => `${digits}D`,
  maxCharacters: 16 * million,
  limitReason: 'larger plans need more memory than a Spark driver has by default',
};

const bigquery: Dialect = {
  ...usual,
  ...byPattern(
    (text, pattern) => `REGEXP_CONTAINS(${text}, r'${pattern}')`,
    (text) => `SAFE_CAST(${text} AS FLOAT64)`,
  ),
  title: 'BigQuery',
  identifierQuote: '`',
  hasBackslashEscapes: true,
  asText: (sql) => `CAST(${sql} AS STRING)`,
  trim: (text) => `TRIM(${text}, ${spacesAsEscapes})`,
  maxCharacters: 1_024_000,
  limitReason: 'BigQuery takes queries of 1,024 K characters at most',
  advice: ['Run the self-test and the view one after the other, as two queries.'],
};

const snowflake: Dialect = {
  ...usual,
  ...byPattern(
    (text, pattern) => `REGEXP_LIKE(${text}, '${pattern}')`,
    (text) => `TRY_TO_DOUBLE(${text})`,
  ),
  title: 'Snowflake',
  hasBackslashEscapes: true,
  asText: (sql) => `TO_VARCHAR(${sql})`,
  trim: (text) => `TRIM(${text}, ${spacesAsEscapes})`,
  literal: (digits) => `${digits}::FLOAT`,
  maxCharacters: million,
  limitReason: 'Snowflake takes statements of 1 MB at most',
  advice: [
    'Names are quoted, so that upper and lower case matter: a table created without quotes has a name in capitals.',
  ],
};

const clickhouse: Dialect = {
  ...usual,
  ...byPattern(
    (text, pattern) => `match(${text}, '${pattern}')`,
    (text) => `toFloat64OrNull(${text})`,
  ),
  title: 'ClickHouse',
  identifierQuote: '`',
  hasBackslashEscapes: true,
  asText: (sql) => `toString(${sql})`,
  trim: (text) => `TRIM(BOTH ${spacesAsBytes} FROM ${text})`,
  trimZeros: (text) => `TRIM(TRAILING '0' FROM ${text})`,
  length: (text) => `lengthUTF8(${text})`,
  part: (text, from, count) => `substringUTF8(${text}, ${from}, ${count})`,
  maxCharacters: 16 * million,
  limitReason: 'larger queries need more memory than ClickHouse has by default',
  preparation: [
    'SET max_query_size = 100000000;',
    'SET max_ast_elements = 10000000;',
    'SET max_expanded_ast_elements = 10000000;',
    'SET max_parser_depth = 100000;',
  ],
  advice: ['The settings of the first lines are needed to create the view, and by sessions that read it.'],
};

export const dialects = { postgres, sqlite, duckdb, spark, bigquery, snowflake, clickhouse };
export type DialectName = keyof typeof dialects;
export const dialectNames = Object.keys(dialects) as DialectName[];

/** '1' → '1.0', so that it is not a whole number, and divides as a double. */
function withPoint(digits: string): string {
  return /[.e]/.test(digits) ? digits : `${digits}.0`;
}
