/**
 * RFM: customers by fifths of recency, frequency and spend (Hughes 1994), in the named groups that shops use. Frequency
 * and spend count together, as the mean of their scores.
 */
import { Conflict } from '../../errors.ts';
import { quintileEdges } from '../../ml/clusters/quintiles.ts';
import { isConstant } from '../../ml/data/table.ts';
import type { GroupingFindings } from '../../store/grouping-documents.ts';
import { fifthsTest } from '../../store/score-files/nearest-test.ts';
import type { TestedRows } from '../../store/score-files/row-filter.ts';
import type { FifthsPart } from '../../store/segment-documents.ts';
import { countGroup } from './rows.ts';
import type { GroupingRows } from './rows.ts';

/** For recency 5 (the last days) down to 1, the group of each mean of frequency and spend from 1 to 5. */
const grid: Readonly<Record<number, readonly string[]>> = {
  5: ['New customers', 'Potential loyalists', 'Potential loyalists', 'Champions', 'Champions'],
  4: ['Promising', 'Potential loyalists', 'Potential loyalists', 'Loyal customers', 'Loyal customers'],
  3: ['About to sleep', 'About to sleep', 'Need attention', 'Loyal customers', 'Loyal customers'],
  2: ['Hibernating', 'Hibernating', 'At risk', 'At risk', 'Cannot lose them'],
  1: ['Hibernating', 'Hibernating', 'At risk', 'At risk', 'Cannot lose them'],
};

export const fifthsGroups: readonly string[] = [
  'Champions',
  'Loyal customers',
  'Potential loyalists',
  'New customers',
  'Promising',
  'Need attention',
  'About to sleep',
  'At risk',
  'Cannot lose them',
  'Hibernating',
];

export function cellsOf(name: string): number[] {
  return [1, 2, 3, 4, 5].flatMap((recency) =>
    grid[recency]!.flatMap((group, i) => (group === name ? [5 * (recency - 1) + i] : [])),
  );
}

/** `names`: of the columns recency, frequency and spend. @throws Conflict where a column cannot be scored */
export function findFifths(rows: GroupingRows, names: readonly string[]): GroupingFindings {
  const { table, types, total } = rows;
  if (table.rowCount === 0) throw new Conflict('There are no customers to group.');
  const columns = names.map((name, place) => {
    const column = table.columns.find((one) => one.name === name);
    // The last date is the most recent; of a number of days the smallest is.
    return { name, edges: edgesOf(name, column), isReversed: place === 0 && types.get(name) !== 'date' };
  });
  const groups = fifthsGroups.map((name) => {
    const cells = cellsOf(name);
    return {
      name,
      cells,
      ...countGroup(rows, fifthsTest(testedRows(rows), { kind: 'fifths', columns, cells })),
    };
  });
  const grouped = groups.reduce((sum, { count }) => sum + count, 0);
  const fifths = { columns, groups, without: table.rowCount - grouped };
  return { rows: table.rowCount, total, notes: notesOf(rows, columns), clusters: null, fifths };
}

function edgesOf(name: string, column: GroupingRows['table']['columns'][number] | undefined): number[] {
  if (column?.kind !== 'number')
    throw new Conflict(`${name} is no number, so that it cannot be divided into fifths.`);
  if (column.values.every(Number.isNaN)) throw new Conflict(`${name} is not known of any customer.`);
  const edges = quintileEdges(column.values);
  if (isConstant(column)) throw new Conflict(`${name} is the same for all customers. Choose another column.`);
  return edges;
}

function notesOf({ words }: GroupingRows, columns: FifthsPart['columns']): string[] {
  const tied = columns.filter(({ edges }) => new Set(edges).size < edges.length);
  if (tied.length === 0) return [];
  const titles = tied.map(({ name }) => words.title(name)).join(', ');
  return [
    `Many customers have the same value, and customers with the same value get the same score, so that the fifths are not equally large: ${titles}.`,
  ];
}

function testedRows({ table, types }: GroupingRows): TestedRows {
  const { columns, rowCount } = table;
  return {
    key: null,
    rowCount,
    features: columns.map((column) => {
      const levels = column.kind === 'category' ? column.levels : [];
      return { name: column.name, type: types.get(column.name) ?? 'number', levels };
    }),
    probability: () => new Float64Array(rowCount),
    identifiers: () => ({ bytes: new Uint8Array(0), ends: new Uint32Array(rowCount) }),
    input: (place) => {
      const column = columns[place]!;
      return column.kind === 'number'
        ? { kind: 'number', values: column.values }
        : { kind: 'level', codes: column.codes, others: [] };
    },
  };
}
