/**
 * A churn label from a rule over columns, such as 'no activity for 60 days', for data without a column that says it.
 *
 * A condition is unknown for a row whose cell is blank or cannot be read. A row is undecided when its known conditions
 * do not settle it: of 'all', one that fails settles it; of 'any', one that holds.
 */
import { z } from 'zod';
import { Unprocessable } from '../../../errors.ts';
import type { WholeCsv } from '../../csv/whole.ts';
import { textCells, unknown } from './condition-answers.ts';
import type { ConditionCells } from './condition-answers.ts';
import { conditionKinds, ProxyCondition } from './condition-kinds.ts';
import type { ConditionKind } from './condition-kinds.ts';

export const ProxyRule = z.object({
  match: z.enum(['all', 'any']),
  conditions: z.array(ProxyCondition).min(1).max(5),
});
export type ProxyRule = z.infer<typeof ProxyRule>;

/** The part of a file that labels are made from. */
export type TextTable = Pick<WholeCsv, 'header' | 'cells' | 'decimal'>;

export interface ProxyLabels {
  /** One a row: 1 left, 0 stayed, 255 undecided. */
  readonly labels: Uint8Array;
  readonly positive: number;
  readonly undecided: number;
  /** They make the churn label, so they must not be inputs. */
  readonly usedColumns: readonly string[];
}

/** Labels every row by the rule. @throws Unprocessable naming each column that is missing or unreadable */
export function applyProxy(rule: ProxyRule, { header, cells, decimal }: TextTable): ProxyLabels {
  return labelByRule(rule, header, ({ column }) =>
    textCells(column, cells[header.indexOf(column)]!, decimal),
  );
}

/**
 * As `applyProxy`, whatever form the cells have. `cellsOf` gets a condition and its place in the rule.
 * @throws Unprocessable as applyProxy
 */
export function labelByRule(
  rule: ProxyRule,
  header: readonly string[],
  cellsOf: (condition: ProxyCondition, place: number) => ConditionCells,
): ProxyLabels {
  refuseMissing(rule, header);
  const answers = rule.conditions.map((condition, place) =>
    testCondition(condition, cellsOf(condition, place)),
  );
  const labels = combine(answers, rule.match === 'any' ? 1 : 0);
  let positive = 0;
  let undecided = 0;
  for (const label of labels) {
    if (label === 1) positive++;
    else if (label === unknown) undecided++;
  }
  return { labels, positive, undecided, usedColumns: columnsOfRule(rule) };
}

export function columnsOfRule({ conditions }: ProxyRule): string[] {
  return [...new Set(conditions.map(({ column }) => column))];
}

function refuseMissing(rule: ProxyRule, header: readonly string[]): void {
  const missing = columnsOfRule(rule).filter((column) => !header.includes(column));
  if (missing.length === 0) return;
  const names = missing.map((column) => `'${column}'`).join(', ');
  const message = `The dataset has no column ${names}. Its columns are ${header.join(', ')}.`;
  throw new Unprocessable([{ field: 'column', message }]);
}

/** The rule in words, such as `No activity for 60 days or more (by last_login)`. */
export function describeProxy(rule: ProxyRule): string {
  const words = rule.conditions.map(describeCondition).join(rule.match === 'all' ? ', and ' : ', or ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function describeCondition<K extends ConditionKind>(condition: ProxyCondition<K>): string {
  return conditionKinds[condition.kind].describe(condition);
}

function testCondition<K extends ConditionKind>(
  condition: ProxyCondition<K>,
  cells: ConditionCells,
): Uint8Array {
  return conditionKinds[condition.kind].test(condition, cells);
}

/** `settling` is the answer by which one condition alone decides. */
function combine(answers: readonly Uint8Array[], settling: 0 | 1): Uint8Array {
  const labels = answers[0]!.slice();
  for (const one of answers.slice(1)) {
    for (let row = 0; row < labels.length; row++) {
      if (labels[row] === settling) continue;
      if (one[row] === settling) labels[row] = settling;
      else if (one[row] === unknown) labels[row] = unknown;
    }
  }
  return labels;
}
