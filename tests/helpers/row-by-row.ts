/** Scores a prepared file as single customers are scored, row by row: what scoring by blocks has to agree with. */
import { customerIdOf, toCustomer, unreadable } from '../../src/domain/batches/rows.ts';
import { rejectedLine, unscoredLine } from '../../src/domain/batches/output.ts';
import type { ScoringPlan } from '../../src/domain/batches/blocks/score-block.ts';
import type { ColumnMapping } from '../../src/domain/batches/mapping.ts';
import type { CsvFormat } from '../../src/domain/csv/intake.ts';
import { readCsvChunks } from '../../src/domain/csv/reader.ts';
import { safeLine } from '../../src/domain/csv/writer.ts';
import { reasonWords } from '../../src/domain/scoring/explanations.ts';
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
        if (plan.isBatch) scored += unscoredLine(refused, plan);
        rejected += rejectedLine(refused, plan);
      }
    }
  return { scored, rejected, customers };
}

function scoredLine(
  cells: readonly string[],
  customer: ScoredCustomer,
  modelVersion: string,
  { delimiter, decimal }: CsvFormat,
): string {
  const number = (value: number): string => String(value).replace('.', decimal);
  const [action] = customer.actions;
  const appended = [
    customer.churn ? 'Churn' : 'No-churn',
    number(customer.probability),
    customer.riskLevel,
    ...[0, 1, 2].map((i) => (customer.reasons[i] ? reasonWords(customer.reasons[i], decimal) : '')),
    action?.action ?? '',
    action?.expectedSaving == null ? '' : number(Math.round(action.expectedSaving * 100) / 100),
    modelVersion,
    customer.notes.join('; '),
  ];
  return safeLine([...cells, ...appended], { delimiter, lineEnd: '\r\n' });
}
