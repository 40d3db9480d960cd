/** What is done to each block of a file, here or in another thread: read, and then checked, scored, or both. */
import type { CsvFormat } from '../../csv/intake.ts';
import type { CsvPosition } from '../../csv/reader.ts';
import { ArrayMemory, SpareMemory } from '../../../spare-memory.ts';
import { encodeBlock } from './block-columns.ts';
import { findingsOf } from './block-findings.ts';
import type { BlockFindings } from './block-findings.ts';
import { createBlockPlan } from './block-plan.ts';
import type { BlockSource } from './block-plan.ts';
import { createColumnsReader } from './columns-reader.ts';
import { readBlock } from './scan.ts';
import { createBlockScorer } from './score-block.ts';
import type { ScoredBlock, ScoringPlan } from './score-block.ts';
import { rejectedLines } from './scored-lines.ts';
import type { RawBlock } from './typed-block.ts';

/** Plain data: it is sent to other threads. */
export interface BlockTask {
  readonly source: BlockSource & { readonly format: CsvFormat };
  /** null: the rows are not scored. */
  readonly scoring: ScoringPlan | null;
  /** Whether the findings of a check are wanted. */
  readonly isCheck: boolean;
  /** Whether the columns are wanted, for a scoring that comes later. */
  readonly keepsColumns: boolean;
}

/** Plain data and memory that can change hands. */
export interface BlockResult {
  /** Where the next block begins. */
  readonly after: CsvPosition;
  readonly rowCount: number;
  readonly rejectedCount: number;
  /** Lines of the file of rejected rows. */
  readonly rejected: Uint8Array;
  readonly findings: BlockFindings | null;
  /** The columns as a part of the file that keeps them. */
  readonly columns: Uint8Array | null;
  readonly scored: ScoredBlock | null;
}

/** `spare`: for the bytes of results. */
export function createBlockWork(
  { source, scoring, isCheck, keepsColumns }: BlockTask,
  spare = new SpareMemory(),
): (raw: RawBlock) => BlockResult {
  const plan = createBlockPlan(source);
  const score = scoring === null ? null : createBlockScorer(scoring, spare);
  const readBack = createColumnsReader(plan);
  const rows = new ArrayMemory();
  return (raw) => {
    const block = readBack(raw) ?? readBlock(plan, raw, rows);
    const { next, rowCount, rejects } = block;
    return {
      after: { offset: next, records: raw.records + raw.recordCount },
      rowCount,
      rejectedCount: rejects.length,
      rejected: rejectedLines(block, source),
      findings: isCheck ? findingsOf(block, plan) : null,
      columns: keepsColumns ? encodeBlock(block, raw, plan, spare) : null,
      scored: score === null ? null : score(block),
    };
  };
}

/** Of the result: what is large enough to be used again, or to be transferred. */
export function memoryOf({ scored, columns }: BlockResult): Uint8Array[] {
  return [scored?.lines, scored?.group, columns].filter((bytes) => bytes != null);
}
