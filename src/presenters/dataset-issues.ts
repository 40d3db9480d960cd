/** Findings about a dataset: errors and warnings need a decision, notes are good to know. */
import type { DataIssue } from '../ml/checks/data-checks.ts';
import type { ViewHelpers } from './view-helpers.ts';

type Severity = DataIssue['severity'];

export interface ShownIssue {
  readonly severity: string;
  readonly tagClass: string;
  readonly column: string;
  readonly message: string;
  readonly fix: string;
}

export interface ShownIssues {
  /** Errors, then warnings. */
  readonly decisions: readonly ShownIssue[];
  readonly notes: readonly ShownIssue[];
  readonly notesTitle: string;
}

const severityText: Readonly<Record<Severity, string>> = {
  blocks: 'Error',
  warns: 'Warning',
  tells: 'Note',
};
const tagClass: Readonly<Record<Severity, string>> = {
  blocks: 'tag-high',
  warns: 'tag-medium',
  tells: '',
};

export function presentIssues(h: ViewHelpers, issues: readonly DataIssue[]): ShownIssues {
  const shown = (severity: Severity): ShownIssue[] =>
    issues
      .filter((issue) => issue.severity === severity)
      .map(({ column, message, fix }) => ({
        severity: severityText[severity],
        tagClass: tagClass[severity],
        column: h.or(column),
        message,
        fix,
      }));
  const notes = shown('tells');
  return {
    decisions: [...shown('blocks'), ...shown('warns')],
    notes,
    notesTitle: h.plural(notes.length, 'note'),
  };
}
