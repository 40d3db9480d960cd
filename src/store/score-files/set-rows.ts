/** Where the customers are whose level a person has set: their rows in score files, found by the hashes of identifiers. */
import type { Db } from '../../db.ts';
import type { RiskLevel } from '../risk-levels.ts';
import { readSetLevels } from '../set-levels.ts';
import { hashOf } from './customers.ts';
import { textAt } from './encoding.ts';
import type { TextColumn } from './group.ts';

/** Bits of a hash that are looked at first: nearly all other customers are passed over by one look into a small table. */
const hashBits = 16;
const hashMask = (1 << hashBits) - 1;

interface NamedRows {
  readonly rowCount: number;
  identifiers(): TextColumn;
}

export interface SetRows {
  readonly isEmpty: boolean;
  readonly of: (customerId: string | null) => RiskLevel | undefined;
  /** By the place of the row in the view. Reads the identifiers, unless it is empty. */
  readonly inGroup: (view: NamedRows) => ReadonlyMap<number, RiskLevel>;
}

/** Those that count now. */
export async function readSetRows(db: Db): Promise<SetRows> {
  const set = await readSetLevels(db);
  return setRowsOf(new Map([...set].map(([customerId, { level }]) => [customerId, level])));
}

function setRowsOf(levels: ReadonlyMap<string, RiskLevel>): SetRows {
  const isHashed = hashTable([...levels.keys()]);
  return {
    isEmpty: levels.size === 0,
    of: (customerId) => (customerId === null ? undefined : levels.get(customerId)),
    inGroup: (view) => (levels.size === 0 ? noRows : rowsOf(view, levels, isHashed)),
  };
}

const noRows: ReadonlyMap<number, RiskLevel> = new Map();
export const noSetRows = setRowsOf(new Map());

function hashTable(customerIds: readonly string[]): Uint8Array {
  const table = new Uint8Array(1 << hashBits);
  for (const id of customerIds) {
    const bytes = Buffer.from(id);
    table[hashOf(bytes, 0, bytes.length) & hashMask] = 1;
  }
  return table;
}

function rowsOf(
  view: NamedRows,
  levels: ReadonlyMap<string, RiskLevel>,
  isHashed: Uint8Array,
): Map<number, RiskLevel> {
  const identifiers = view.identifiers();
  const { bytes, ends } = identifiers;
  const found = new Map<number, RiskLevel>();
  for (let row = 0, from = 0; row < view.rowCount; row++) {
    const until = ends[row]!;
    if (isHashed[hashOf(bytes, from, until) & hashMask] === 1) {
      const level = levels.get(textAt(identifiers, row));
      if (level !== undefined) found.set(row, level);
    }
    from = until;
  }
  return found;
}
