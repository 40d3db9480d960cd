/** The churn label of rows that were read as typed columns; see LabelDefinition. */
import { isSameLevel } from '../../../ml/data/levels.ts';
import { MISSING } from '../../../ml/data/table.ts';
import type { CategoryColumn, Column } from '../../../ml/data/table.ts';
import { unknown } from '../../datasets/labels/condition-answers.ts';
import type { ConditionCells } from '../../datasets/labels/condition-answers.ts';
import { conditionKinds } from '../../datasets/labels/condition-kinds.ts';
import type { LabelDefinition } from '../../datasets/labels/definition.ts';
import { labelByRule } from '../../datasets/labels/proxy-label.ts';
import type { ColumnSource } from './wanted.ts';

/** What the label is made of: one for a label column; one for each condition of a rule. */
export function labelSources(label: LabelDefinition): ColumnSource[] {
  if (label.kind === 'column') return [{ name: label.column, type: 'category', levels: [label.positive] }];
  return label.rule.conditions.map((condition) => ({
    name: condition.column,
    type: conditionKinds[condition.kind].reads,
    levels: condition.kind === 'equals' ? [condition.level.trim()] : [],
  }));
}

/** One a row: 1 left, 0 stayed, 255 undecided. `columns`: one for each source. @throws Unprocessable as applyProxy */
export function labelTypedRows(
  label: LabelDefinition,
  header: readonly string[],
  columns: readonly Column[],
): Uint8Array {
  if (label.kind === 'column') return areLevel(columns[0] as CategoryColumn, label.positive);
  return labelByRule(label.rule, header, ({ column }, place) => typedCells(column, columns[place]!)).labels;
}

function typedCells(name: string, column: Column): ConditionCells {
  const values = (): Float64Array => (column.kind === 'number' ? column.values : new Float64Array(0));
  return {
    column: name,
    numbers: values,
    days: values,
    areLevel: (level) => areLevel(column as CategoryColumn, level),
    areFilled: () => Uint8Array.from((column as CategoryColumn).codes, (code) => Number(code !== MISSING)),
  };
}

function areLevel({ levels, codes }: CategoryColumn, wanted: string): Uint8Array {
  const isWanted = levels.map((level) => Number(isSameLevel(level, wanted)));
  return Uint8Array.from(codes, (code) => (code === MISSING ? unknown : (isWanted[code] ?? 0)));
}
