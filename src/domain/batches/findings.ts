/** Findings of a check, grouped by cause. */
import { DamagedRecord } from '../../errors.ts';
import type { CheckGroup, CheckReport } from '../../store/batch-documents.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { addRows, causeKey, maxProblems } from './blocks/block-findings.ts';
import type { BlockFindings, Cause, FoundGroup, Problem } from './blocks/block-findings.ts';
import { createSeenHashes } from './blocks/text-hashes.ts';

export type { CheckGroup, CheckReport } from '../../store/batch-documents.ts';

/** @throws DamagedRecord for a batch that was not checked */
export function reportOf({ id, report }: Pick<BatchRecord, 'id' | 'report'>): CheckReport {
  if (report === null) throw new DamagedRecord(`batch ${id}`, 'it has no report of a check');
  return report;
}

/** For each kind, so that many unrecognised values cannot hide a problem. */
const maxGroups = 200;
const maxIdentifiers = 2_000_000;

/** The report of a check, from the findings of all blocks in the order of the file; `expected`: rows of it. */
export function createCheckReport(expected = 0) {
  const groups = new Map<string, FoundGroup>();
  const sizes = new Map<string, number>();
  const problems: Problem[] = [];
  const seen = createSeenHashes(maxIdentifiers, expected);
  const counts = { rowCount: 0, rejectedCount: 0, notedCount: 0 };

  const addGroup = (found: FoundGroup): void => {
    const key = causeKey(found.cause);
    const { kind } = found.cause;
    const group = groups.get(key);
    const size = sizes.get(kind) ?? 0;
    if (group) addRows(group, found);
    else if (size < maxGroups) {
      sizes.set(kind, size + 1);
      groups.set(key, found);
    }
  };
  const addRepeated = ({ idHashes, idRows, idNoted }: BlockFindings): void => {
    for (let i = 0; i < idRows.length; i++) {
      if (!seen.isRepeated(idHashes[2 * i]!, idHashes[2 * i + 1]!)) continue;
      addGroup({ cause: repeatedId, count: 1, rows: [idRows[i]!], found: [] });
      if (idNoted[i] === 0) counts.notedCount++;
    }
  };

  return {
    count: () => counts.rowCount,
    add: (block: BlockFindings): void => {
      counts.rowCount += block.rowCount;
      counts.rejectedCount += block.rejectedCount;
      counts.notedCount += block.notedCount;
      block.groups.forEach(addGroup);
      problems.push(...block.problems.slice(0, maxProblems - problems.length));
      addRepeated(block);
    },
    report: (): CheckReport => ({ ...counts, groups: listGroups([...groups.values()]), problems }),
  };
}

const repeatedId: Cause = { kind: 'duplicate', column: 'Customer ID', detail: '' } as const;

/** The largest first; of the same size in the order of their first rows. */
function listGroups(groups: readonly FoundGroup[]): CheckGroup[] {
  return [...groups]
    .sort((a, b) => b.count - a.count || a.rows[0]! - b.rows[0]!)
    .map(({ cause, count, rows, found }) => ({ ...cause, count, rows, ...(found.length > 0 && { found }) }));
}
