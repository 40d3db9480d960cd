/** Scores a prepared file as single customers are scored, row by row: what scoring by blocks has to agree with. */
import { customerIdOf, toCustomer, unreadable } from '../../src/domain/batches/rows.ts';
import { rejectedLine, scoredLine, unscoredLine } from '../../src/domain/batches/output.ts';
import type { ScoringPlan } from '../../src/domain/batches/blocks/score-block.ts';
import type { ColumnMapping } from '../../src/domain/batches/mapping.ts';
import { readCsvChunks } from '../../src/domain/csv/reader.ts';
import type { ScoredCustomer } from '../../src/domain/scoring/scoring.ts';
import { createScorer, scoreCustomers } from '../../src/domain/scoring/scoring.ts';

export interface RowByRow {
  /** Lines of the file of all rows, and of that of the rejected ones, without headers. */
  readonly scored: string;
  readonly rejected: string;
  readonly customers: readonly {
    readonly rowNumber: number;
    readonly customerId: string | null;
    readonly score: ScoredCustomer;
  }[];
}

export function scoreRowByRow(path: string, plan: ScoringPlan, mapping: ColumnMapping): RowByRow {
  const { format, columnCount, model } = plan;
  const scorer = createScorer(model, plan.rules);
  let scored = '';
  let rejected = '';
  const customers: RowByRow['customers'][number][] = [];
  for (const { rows } of readCsvChunks(path, { delimiter: format.delimiter, columnCount }, 500))
    for (const row of rows) {
      const { ok, cells } = row.reading;
      const [result] = ok
        ? scoreCustomers(scorer, [toCustomer(cells, mapping)], format.decimal)
        : [{ ok: false as const, problems: [unreadable(row)] }];
      if (result!.ok) {
        scored += scoredLine(cells, result!.customer, plan.modelLabel, format);
        const customerId = customerIdOf(cells, mapping);
        customers.push({ rowNumber: row.rowNumber, customerId, score: result!.customer });
      } else {
        const refused = { rowNumber: row.rowNumber, cells, problems: result!.problems };
        scored += unscoredLine(refused, plan);
        rejected += rejectedLine(refused, plan);
      }
    }
  return { scored, rejected, customers };
}
