/** Which columns are excluded, and why, so that automatic decisions are visible. */
import type { DataIssue, IssueKind } from '../../../ml/checks/data-checks.ts';
import { isNamedAfterLeaving, isNamedLikeIdentifier, maxLevels } from '../../../ml/data/schema-inference.ts';
import type { DatasetColumn } from '../../../store/datasets.ts';
import { columnsOf } from '../labels/definition.ts';
import type { LabelDefinition } from '../labels/definition.ts';

/** Findings that exclude a column from training runs unless somebody decides otherwise. */
const excludingReasons: Partial<Record<IssueKind, string>> = {
  leak: 'May leak the outcome',
  'near-copy': 'May leak the outcome',
  identifier: 'Looks like an identifier',
  'duplicate-column': 'Says the same as another column',
  'all-missing': 'Has no values',
};

/** Column name → why training runs exclude it by default, though it is set to be an input. */
export function excludedByDefault(issues: readonly DataIssue[]): ReadonlyMap<string, string> {
  return new Map(
    issues.flatMap(({ kind, column }): [string, string][] => {
      const reason = excludingReasons[kind];
      return column === null || reason === undefined ? [] : [[column, reason]];
    }),
  );
}

/** Why a column with the role 'ignored' is one. */
export function exclusionReason(column: DatasetColumn, label: LabelDefinition | null): string {
  const { name, type, distinct, missing } = column;
  if (label?.kind === 'proxy' && columnsOf(label).includes(name)) return 'Used by the churn rule';
  if (distinct === 0) return 'Has no values';
  if (distinct === 1) return missing > 0 ? 'Has one value only' : 'Has the same value in every row';
  if (isNamedAfterLeaving(name)) return 'Named after the outcome, so it may leak it';
  if (isNamedLikeIdentifier(name)) return 'Named like an identifier';
  if (type === 'text') return `Free text: more than ${maxLevels} different values`;
  return 'Excluded in the step “Columns”';
}
