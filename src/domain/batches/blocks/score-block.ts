/** Scores a block of typed rows: its lines of the result files, and its group of the score file. */
import type { Feature } from '../../../ml/data/schema.ts';
import { scoreModel } from '../../../ml/model/model.ts';
import type { Model } from '../../../ml/model/model.ts';
import { createTally } from '../../../ml/monitoring/tally.ts';
import type { AddedCounts } from '../../../store/batches.ts';
import { encodeRows, encodeScores } from '../../../store/score-files/encoding.ts';
import type { ScoreFileHeader } from '../../../store/score-files/group.ts';
import type { CsvFormat } from '../../csv/intake.ts';
import { compileRules } from '../../retention/compiled-rules.ts';
import type { CompiledRules } from '../../retention/compiled-rules.ts';
import type { PastTable } from '../../retention/past/table.ts';
import type { SpareMemory } from '../../../spare-memory.ts';
import type { ScoringRules } from '../../scoring/scoring.ts';
import { rowColumnsOf } from './block-columns.ts';
import { strongestReasons } from './reasons.ts';
import { createScoredLines } from './scored-lines.ts';
import type { BlockScores } from './scored-lines.ts';
import type { TypedBlock } from './typed-block.ts';

/** What all blocks of a file are scored with. Plain data: it is sent to other threads. */
export interface ScoringPlan {
  /** With the threshold from which a customer counts as leaving. */
  readonly model: Model;
  readonly modelLabel: string;
  readonly rules: ScoringRules;
  /** What the rules ask about the past of customers. */
  readonly past: PastTable;
  readonly format: CsvFormat;
  readonly columnCount: number;
  /** Of a batch there is a score file as well, and rows that cannot be scored stand among the others. */
  readonly isBatch: boolean;
}

export interface ScoredBlock {
  /** Lines of the file of all rows. */
  readonly lines: Buffer;
  /** As it stands in the score file; null: no row was scored, or there is no such file. */
  readonly group: Buffer | null;
  readonly counts: AddedCounts;
  /** Rows by bin of what the model learned from (ml/monitoring/tally.ts); null: nothing is counted. */
  readonly tally: Float64Array | null;
}

/** `spare`: for the bytes of what was scored. */
export function createBlockScorer(plan: ScoringPlan, spare: SpareMemory): (block: TypedBlock) => ScoredBlock {
  const { model, modelLabel, rules, past, format, columnCount, isBatch } = plan;
  const { features } = model.schema;
  const compiled = compileRules(rules, features, past);
  const writeLines = createScoredLines({
    features,
    format,
    columnCount,
    listsRejected: isBatch,
    modelLabel,
    threshold: model.threshold,
    mediumFrom: rules.mediumFrom,
    highFrom: rules.highFrom,
    actions: compiled.rules.map(({ action }) => action),
    spare,
  });
  const tally = isBatch && model.reference ? createTally(model.reference, features.map(levelsOf)) : null;
  return (block) => {
    const scores = scoreRows(model, compiled, block);
    return {
      lines: writeLines(block, scores),
      group: !isBatch || block.rowCount === 0 ? null : encodeScored(block, scores, spare),
      counts: countsOf(block, scores, rules),
      tally: tally?.({ ...block, ...scores }) ?? null,
    };
  };
}

export function scoreFileHeader({ model, rules }: ScoringPlan): ScoreFileHeader {
  const { features } = model.schema;
  return {
    features: features.map(({ name, type, levels }) => ({ name, type, levels })),
    actions: compileRules(rules, features).rules.map(({ id, action }) => ({ ruleId: id, action })),
  };
}

interface ExplainedScores extends BlockScores {
  /** Row-major, one a feature. */
  readonly contributions: Float64Array;
}

function scoreRows(model: Model, rules: CompiledRules, block: TypedBlock): ExplainedScores {
  const { rowCount, monthlyValue, inputs } = block;
  const { probabilities: probability, explanation } = scoreModel(model, block.table);
  const { contributions, featureCount } = explanation;
  const rows = { rowCount, probability, monthlyValue, inputs, contributions, featureCount };
  const chosen = rules.choose({
    ...rows,
    contributions: () => contributions,
    identifiers: () => block.identifiers,
  });
  return { probability, contributions, ...chosen, ...strongestReasons(rows, rowCount) };
}

function levelsOf({ levels }: Feature): readonly string[] {
  return levels;
}

function encodeScored(block: TypedBlock, scores: BlockScores, spare: SpareMemory): Buffer {
  return encodeScores(block.encoded ?? encodeRows(rowColumnsOf(block)), scores, spare);
}

function countsOf(
  { rowCount, noted, rejects }: TypedBlock,
  { probability }: BlockScores,
  { mediumFrom, highFrom }: ScoringRules,
): AddedCounts {
  const counts = { notedCount: 0, lowCount: 0, mediumCount: 0, highCount: 0 };
  for (let row = 0; row < rowCount; row++) {
    counts.notedCount += noted[row]!;
    const p = probability[row]!;
    if (p >= highFrom) counts.highCount++;
    else if (p >= mediumFrom) counts.mediumCount++;
    else counts.lowCount++;
  }
  return { ...counts, scoredCount: rowCount, rejectedCount: rejects.length };
}
