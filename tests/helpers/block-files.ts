/** Uploads of any kind with models to score them: what reading by blocks is tried with. */
import fc from 'fast-check';
import type { BlockSource } from '../../src/domain/batches/blocks/block-plan.ts';
import type { Feature, Policy } from '../../src/ml/data/schema.ts';

const usually = <T>(usual: fc.Arbitrary<T>, seldom: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: seldom });

const policy = fc.option(
  fc.record<Policy>({
    missing: fc.constantFrom('use', 'typical', 'refuse'),
    unseen: fc.constantFrom('use', 'missing', 'refuse'),
    outOfRange: fc.constantFrom('use', 'clip', 'refuse'),
  }),
  { nil: undefined },
);
const limit = fc.option(fc.constantFrom(-5, 0, 3, 20_000), { nil: null });
const levelTexts = ['Yes', 'No', 'yes', 'One year', '1', '0', '1.0', 'é', '-5', 'a;b', 'Fiber optic', 'x"y'];

const featureOf = (name: string): fc.Arbitrary<Feature> =>
  fc
    .record({
      type: fc.constantFrom('number', 'category', 'boolean', 'date'),
      levels: fc.uniqueArray(fc.constantFrom(...levelTexts), { minLength: 1 }),
      range: fc.option(fc.constant({ min: 0, max: 72, median: 29.5, integer: false }), { nil: null }),
      allowed: fc.option(fc.record({ min: limit, max: limit }), { nil: undefined }),
      policy,
    })
    .map(({ type, levels, range, allowed, policy: own }) => {
      const isNumber = type === 'number' || type === 'date';
      const days = range && { ...range, max: 20_000, median: 15_000 };
      return {
        name,
        type,
        levels: isNumber ? [] : levels,
        range: isNumber ? (type === 'date' ? days : range) : null,
        missingShare: 0,
        ...(isNumber && allowed && { allowed }),
        ...(own && { policy: own }),
        ...(isNumber ? {} : { mode: levels[0]! }),
      };
    });

export const columns = ['a', 'b', 'c', 'd', 'e'];

const source: fc.Arbitrary<BlockSource> = fc
  .tuple(
    fc.tuple(...['A', 'B', 'C'].map(featureOf)),
    fc.array(usually<number | null>(fc.nat(4), fc.constant(null)), { minLength: 3, maxLength: 3 }),
    fc.option(fc.nat(4), { nil: null }),
    fc.option(fc.nat(4), { nil: null }),
    fc.constantFrom('A', 'Value', null),
    fc.constantFrom(',', ';', '\t', '|'),
    fc.constantFrom('.', ','),
    fc.array(fc.tuple(fc.nat(2), fc.constantFrom('three year', 'ja', '5', '')), { maxLength: 3 }),
  )
  .map(([features, places, identifier, value, valueName, delimiter, decimal, mapped]) => ({
    schema: {
      features,
      label: { name: 'Churn', positive: 'Yes', negative: 'No' },
      identifier: null,
      value: valueName,
    },
    mapping: {
      features: places,
      identifier,
      value,
      levels: mapped.flatMap(([place, found]) => {
        const { name, levels } = features[place]!;
        return levels.length === 0 ? [] : [{ place, feature: name, meanings: { [found]: levels[0]! } }];
      }),
    },
    format: { delimiter, decimal },
    columnCount: columns.length,
  }));

const figure = fc.oneof(
  fc.integer({ min: -100, max: 100 }).map(String),
  fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map(String),
  fc
    .tuple(fc.nat(), fc.nat(), fc.constantFrom('.', ','), fc.constantFrom('', '-', '+', ' '))
    .map(([whole, part, sign, before]) => `${before}${whole}${sign}${part}`),
  fc.constantFrom('1e3', '1E+2', '00012', '.5', '5.', '-0', '-.5', '+7', '-', '.', '1.2.3', '−5', '12 345,6'),
  fc.constantFrom(
    '$1,234.50',
    '1.234,5',
    '49 €',
    '1e308',
    '0x1F',
    'NaN',
    '999999999.999',
    '12345678901234567',
  ),
  fc.constantFrom('123456789012345', '1234567890.12345', '0.1234567890123456', '1000000000', '1e-7'),
);
const word = fc.oneof(
  fc.constantFrom(...levelTexts, ...levelTexts.map((text) => ` ${text.toUpperCase()} `)),
  fc.constantFrom('', ' ', 'n/a', '\u00a0', 'NULL', 'None', 'Three year', 'ja', 'constructor', '１'),
  fc.constantFrom(
    '=1+1',
    '@x',
    '+x',
    '\tx',
    '＝1',
    '－5',
    '-5e3',
    '+1,5',
    '-1-1',
    '\ufeffx',
    'ä'.repeat(101),
  ),
  fc.constantFrom('2026-11-20', '2026/02/30', '20.11.2026', '0050-01-01', '2026-11-20T08:00', '1970-01-01'),
  fc.constantFrom('00123', '=HYPERLINK("x")', '<script>', 'x'.repeat(250), '  id 7 '),
);
/** The text of a cell; it may hold any delimiter. */
export const plainCell = fc.oneof(figure, word, fc.constantFrom('Yes', 'No', '5', '1'));

/** One cell as it may stand in a file. */
const writtenCell = usually(
  plainCell,
  fc.oneof(
    plainCell.map((text) => `"${text.replaceAll('"', '""')}"`),
    fc.constantFrom('"a\nb"', '"a\r\nb"', '"a,b;c"', '""', '" "', '"x"y', 'x"y', '\0', '"a""b"'),
  ),
);

/** Bytes of a file: mostly rows of the right number of cells. */
const content = (delimiter: string): fc.Arbitrary<Buffer> => {
  const cells = usually(fc.constant(columns.length), fc.nat(7)).chain((count) =>
    fc.array(writtenCell, { minLength: count, maxLength: count }),
  );
  const line = usually(
    cells.map((row) => Buffer.from(row.join(delimiter))),
    fc.oneof(
      fc
        .constantFrom('', delimiter.repeat(4), ' ', `"" ${delimiter}`, `""${delimiter}`)
        .map((text) => Buffer.from(text)),
      cells.map((row) => Buffer.concat([Buffer.from(row.join(delimiter)), Buffer.from([0xe9])])),
    ),
  );
  const lineEnd = usually(fc.constant('\n'), fc.constantFrom('\r\n', '\r', '\n\n'));
  return fc
    .tuple(fc.array(fc.tuple(line, lineEnd), { maxLength: 12 }), usually(fc.constant(''), fc.constant('a,b')))
    .map(([lines, rest]) =>
      Buffer.concat([
        Buffer.from(`${columns.join(delimiter)}\n`),
        ...lines.flatMap(([bytes, end]) => [bytes, Buffer.from(end)]),
        Buffer.from(rest),
      ]),
    );
};

/** `size`: of blocks. */
export const anyFile = source.chain((from) =>
  fc.record({
    from: fc.constant(from),
    bytes: content(from.format.delimiter),
    size: fc.integer({ min: 8, max: 400 }),
  }),
);
