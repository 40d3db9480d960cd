/** Files as people really send them, made here: what is in them and what is to become of them. */

export interface CorpusFile {
  readonly name: string;
  readonly bytes: Buffer;
  /** The status of the upload: 303 when it is taken in. */
  readonly status: 303 | 413 | 415 | 422;
  /** A part of what the person is told, where it is refused. */
  readonly says?: RegExp;
  /** Rows scored and rejected, where it is taken in. */
  readonly scored?: number;
  readonly rejected?: number;
  /** Rows of empty cells; none where it is not said. */
  readonly blank?: number;
}

/** The columns of the test model: five choices and three numbers, identifier in front. */
export const header =
  'customerID,contract,onlinesecurity,techsupport,internetservice,onlinebackup,tenure,monthlycharges,totalcharges';
const row = (
  id: string,
  changes: Partial<Record<'contract' | 'tenure' | 'monthly' | 'total', string>> = {},
): string =>
  `${id},${changes.contract ?? 'Month-to-month'},No,No,DSL,Yes,${changes.tenure ?? '1'},${changes.monthly ?? '29.85'},${changes.total ?? '29.85'}`;
const csv = (...rows: string[]): string => `${[header, ...rows].join('\n')}\n`;
const semicolons = (text: string): string =>
  text.replaceAll('.', '§').replaceAll(',', ';').replaceAll('§', ',');

export const corpus: readonly CorpusFile[] = [
  {
    name: 'as it should be',
    bytes: Buffer.from(csv(row('a'), row('b'))),
    status: 303,
    scored: 2,
    rejected: 0,
  },
  { name: 'empty', bytes: Buffer.alloc(0), status: 422, says: /empty/ },
  { name: 'header only', bytes: Buffer.from(`${header}\n`), status: 422, says: /no rows/ },
  {
    name: 'byte order mark',
    bytes: Buffer.from(`\ufeff${csv(row('a'))}`),
    status: 303,
    scored: 1,
    rejected: 0,
  },
  {
    name: 'UTF-16 little endian with BOM',
    bytes: Buffer.from(`\ufeff${csv(row('ä'))}`, 'utf16le'),
    status: 303,
    scored: 1,
    rejected: 0,
  },
  {
    name: 'UTF-16 little endian without BOM',
    bytes: Buffer.from(csv(row('a')), 'utf16le'),
    status: 303,
    scored: 1,
    rejected: 0,
  },
  {
    name: 'UTF-16 big endian',
    bytes: Buffer.from(`\ufeff${csv(row('a'))}`, 'utf16le').swap16(),
    status: 303,
    scored: 1,
    rejected: 0,
  },
  {
    name: 'Windows-1252',
    bytes: Buffer.from(csv(row('Zoë'), row('b')), 'latin1'),
    status: 303,
    scored: 2,
    rejected: 0,
  },
  {
    name: 'one bad byte late in a UTF-8 file',
    bytes: Buffer.concat([
      Buffer.from(csv(row('é'), row('ü'))),
      Buffer.from([0xff]),
      Buffer.from(`${row('c')}\n`),
    ]),
    status: 303,
    scored: 2,
    rejected: 1,
  },
  {
    name: 'semicolons with decimal commas',
    bytes: Buffer.from(semicolons(csv(row('a'), row('b')))),
    status: 303,
    scored: 2,
    rejected: 0,
  },
  {
    name: 'tabs',
    bytes: Buffer.from(csv(row('a')).replaceAll(',', '\t')),
    status: 303,
    scored: 1,
    rejected: 0,
  },
  {
    name: 'carriage returns only',
    bytes: Buffer.from(csv(row('a'), row('b')).replaceAll('\n', '\r')),
    status: 303,
    scored: 2,
    rejected: 0,
  },
  {
    name: 'mixed line ends, none at the end',
    bytes: Buffer.from(`${header}\r\n${row('a')}\n${row('b')}\r${row('c')}`),
    status: 303,
    scored: 3,
    rejected: 0,
  },
  {
    name: 'line end inside quotes',
    bytes: Buffer.from(csv(row('"a\nb"'), row('c'))),
    status: 303,
    scored: 2,
    rejected: 0,
  },
  {
    name: 'unclosed quote',
    bytes: Buffer.from(csv(row('a'), row('"b'), row('c'))),
    status: 422,
    says: /line 3/,
  },
  {
    name: 'stray quotes',
    bytes: Buffer.from(csv(row('a'), row('b"c'), row('"d"e'), row('f'))),
    status: 303,
    scored: 2,
    rejected: 2,
  },
  {
    name: 'ragged rows',
    bytes: Buffer.from(csv(row('a'), 'b,No', `${row('c')},more`, row('d'))),
    status: 303,
    scored: 2,
    rejected: 2,
  },
  {
    name: 'duplicate headers',
    bytes: Buffer.from(`tenure,${header}\n1,${row('a')}\n`),
    status: 422,
    says: /more than once.*tenure/,
  },
  {
    name: 'a column without a name',
    bytes: Buffer.from(`${header},\n${row('a')},x\n`),
    status: 303,
    scored: 1,
    rejected: 0,
  },
  {
    name: '__proto__ as a column',
    bytes: Buffer.from(`${header},__proto__,constructor\n${row('a')},x,y\n`),
    status: 303,
    scored: 1,
    rejected: 0,
  },
  {
    name: 'other case, spaces and underscores',
    bytes: Buffer.from(
      csv(row('a')).replace(
        header,
        'Customer ID,CONTRACT,Online Security,tech_support,Internet-Service,OnlineBackup,Tenure,Monthly_Charges,total charges',
      ),
    ),
    status: 303,
    scored: 1,
    rejected: 0,
  },
  {
    name: 'a hundred thousand columns',
    bytes: Buffer.from(`${Array.from({ length: 100_000 }, (_, i) => `c${i}`).join(',')}\n1\n`),
    status: 422,
    says: /more than 2,000 columns/,
  },
  {
    name: 'a cell of two megabytes',
    bytes: Buffer.from(csv(row('a'), row('x'.repeat(2_000_000)), row('b'))),
    status: 303,
    scored: 2,
    rejected: 1,
  },
  {
    name: 'NUL in a cell',
    bytes: Buffer.from(csv(row('a'), row('b\0c'), row('d'))),
    status: 303,
    scored: 2,
    rejected: 1,
  },
  {
    name: 'blank numbers',
    bytes: Buffer.from(csv(row('a', { total: '' }), row('b', { total: ' ' }))),
    status: 303,
    scored: 2,
    rejected: 0,
  },
  {
    name: 'money as people write it',
    bytes: Buffer.from(csv(row('a', { total: '"$1,234.50"' }))),
    status: 303,
    scored: 1,
    rejected: 0,
  },
  {
    name: 'numbers that are none',
    bytes: Buffer.from(
      csv(
        row('a', { total: '1e999' }),
        row('b', { total: 'Infinity' }),
        row('c', { total: '0x1F' }),
        row('d', { total: 'abc' }),
        row('e'),
      ),
    ),
    status: 303,
    scored: 1,
    rejected: 4,
  },
  {
    name: 'an unseen category',
    bytes: Buffer.from(csv(row('a', { contract: 'Three year' }))),
    status: 303,
    scored: 1,
    rejected: 0,
  },
  {
    name: 'out of range',
    bytes: Buffer.from(csv(row('a', { tenure: '-5' }), row('b', { tenure: '900' }))),
    status: 303,
    scored: 2,
    rejected: 0,
  },
  {
    name: 'duplicate identifiers',
    bytes: Buffer.from(csv(row('a'), row('a'))),
    status: 303,
    scored: 2,
    rejected: 0,
  },
  {
    name: 'identifiers like numbers',
    bytes: Buffer.from(csv(row('00123'), row('1.2E+15'))),
    status: 303,
    scored: 2,
    rejected: 0,
  },
  {
    name: 'formulas and markup',
    bytes: Buffer.from(
      csv(row('"=HYPERLINK(""http://evil"")"'), row('<script>alert(1)</script>'), row('@x'), row('-5')),
    ),
    status: 303,
    scored: 4,
    rejected: 0,
  },
  {
    name: 'blank lines between rows',
    bytes: Buffer.from(`\n${header}\n\n${row('a')}\n\n\n${row('b')}\n\n`),
    status: 303,
    scored: 2,
    rejected: 0,
  },
  {
    name: 'rows of nothing but delimiters, spaces and empty quotes',
    bytes: Buffer.from(`${csv(row('a'), ',,,,,,,,', row('b'))} , ,"",,," ",,,\n,,,,,,,,`),
    status: 303,
    scored: 2,
    rejected: 0,
    blank: 3,
  },
  { name: 'every row bad', bytes: Buffer.from(csv('a,b', 'c,d')), status: 303, scored: 0, rejected: 2 },
  {
    name: 'the beginning of an Excel workbook',
    bytes: Buffer.from('PK\u0003\u0004\u0014\u0000\u0006\u0000xl/workbook.xml', 'latin1'),
    status: 415,
    says: /incomplete or damaged/,
  },
  {
    name: 'a PNG picture',
    bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
    status: 415,
    says: /PNG/,
  },
  {
    name: 'a program',
    bytes: Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7) % 256)),
    status: 415,
    says: /binary/,
  },
];
