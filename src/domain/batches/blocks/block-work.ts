/** What is done to each block of a file, here or in another thread: read, and then checked, scored, or both. */
import type { CsvFormat } from '../../csv/intake.ts';
import type { CsvPosition } from '../../csv/reader.ts';
import { ArrayMemory, SpareMemory } from '../../../spare-memory.ts';
import { findingsOf } from './block-findings.ts';
import type { BlockFindings } from './block-findings.ts';
import { createBlockPlan } from './block-plan.ts';
import type { BlockSource } from './block-plan.ts';
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
  readonly scored: ScoredBlock | null;
}

/** `spare`: for the bytes of results. */
export function createBlockWork(
  { source, scoring, isCheck }: BlockTask,
  spare = new SpareMemory(),
): (raw: RawBlock) => BlockResult {
  const plan = createBlockPlan(source);
  const score = scoring === null ? null : createBlockScorer(scoring, spare);
  const rows = new ArrayMemory();
  return (raw) => {
    const block = readBlock(plan, raw, rows);
    const { next, rowCount, rejects } = block;
    return {
      after: { offset: next, records: raw.records + raw.recordCount },
      rowCount,
      rejectedCount: rejects.length,
      rejected: rejectedLines(block, source),
      findings: isCheck ? findingsOf(block, plan) : null,
      scored: score === null ? null : score(block),
    };
  };
}

/** Of the result: what is large enough to be used again, or to be transferred. */
export function memoryOf({ scored }: BlockResult): Uint8Array[] {
  return [scored?.lines, scored?.group].filter((bytes) => bytes != null);
}
