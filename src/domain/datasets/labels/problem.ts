/** A column that is named like a churn label but cannot be used as one yet: why, and what to do next. */
import { isLabelName, isLeavingDateName, maxLevels } from '../../../ml/data/schema-inference.ts';
import type { InferredColumn } from '../../../ml/data/schema-inference.ts';

export interface LabelProblem {
  readonly column: string;
  readonly message: string;
  readonly fix: string;
}

type Column = Pick<InferredColumn, 'name' | 'type' | 'distinct' | 'levels' | 'missing'>;

/** The first column named like a churn label; null where there is none, or where it can be used. */
export function findLabelProblem(columns: readonly Column[]): LabelProblem | null {
  const named =
    columns.find(({ name }) => isLabelName(name)) ?? columns.find(({ name }) => isLeavingDateName(name));
  return named ? labelProblem(named) : null;
}

/** Why this column cannot be the churn label yet; null for one with two levels. */
export function labelProblem(column: Column): LabelProblem | null {
  const { name, type, distinct, levels } = column;
  const problem = (message: string, fix: string): LabelProblem => ({ column: name, message, fix });
  if (distinct === 2 && levels.length === 2) return null;
  if (distinct === 0)
    return problem(
      'It has no value in any row.',
      'Upload a file in which it is filled in, or define a rule.',
    );
  if (distinct === 1) return problem(oneValue(column), oneValueFix(column));
  if (type === 'date')
    return problem(
      'It has dates, not outcomes.',
      `If a date means that the customer left, use the rule “${name} has a value”. Otherwise use the rule “is a date at least … days ago”.`,
    );
  if (levels.length >= 3)
    return problem(
      `It has ${levels.length} levels: ${levels.slice(0, 6).join(', ')}${levels.length > 6 ? ' …' : ''}.`,
      'Choose the level that means left; every other level counts as stayed. To leave rows out, clear the cell in the file.',
    );
  if (distinct <= maxLevels)
    return problem(
      `It has ${distinct} different numbers.`,
      `Use the rule “${name} is …” with the number that means left, or make the column a category.`,
    );
  return problem(
    `It has more than ${maxLevels} different values, too many for a churn label.`,
    'Use a rule such as “is below …”, or upload a file with a column of two levels, such as Yes and No.',
  );
}

function oneValue({ levels, missing }: Column): string {
  const value = levels[0] === undefined ? 'one value only' : `one value only, ${levels[0]}`;
  return `It has ${value}${missing > 0 ? ', and blank cells' : ''}, so it does not separate customers who left from customers who stayed.`;
}

function oneValueFix({ name, missing }: Column): string {
  return missing > 0
    ? `If a blank cell means that the customer stayed, use the rule “${name} has a value”. Otherwise fill in the blank cells and upload the file again.`
    : 'Upload a file with customers who left and customers who stayed, or define a rule.';
}
