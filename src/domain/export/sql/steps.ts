/**
 * The steps of a query: each is a common table expression that adds columns to those of the one before, so that a formula
 * is computed once and no expression becomes too deep for a database.
 */
import type { Dialect } from './dialects.ts';

export interface Steps {
  readonly dialect: Dialect;
  /** Adds a step; gives the names of its columns, which are new: `prefix` and a number. */
  add(prefix: string, expressions: readonly string[]): string[];
  /** All steps as common table expressions, the first of which is `source`, and the name of the last one. */
  finish(source: string): { readonly text: string; readonly last: string };
}

export function createSteps(dialect: Dialect): Steps {
  const steps: string[] = [];
  const counts = new Map<string, number>();
  const fence = dialect.fence && ` ${dialect.fence}`;
  const add = (prefix: string, expressions: readonly string[]): string[] => {
    if (expressions.length === 0) return [];
    const from = counts.get(prefix) ?? 0;
    counts.set(prefix, from + expressions.length);
    const names = expressions.map((_, i) => `${prefix}${from + i}`);
    const columns = expressions.map((sql, i) => `  ${sql} AS ${names[i]!}`);
    steps.push(`s${steps.length + 1} AS (SELECT *,\n${columns.join(',\n')}\nFROM s${steps.length}${fence})`);
    return names;
  };
  const finish = (source: string) => ({
    text: [`s0 AS (${source}${fence})`, ...steps].join(',\n'),
    last: `s${steps.length}`,
  });
  return { dialect, add, finish };
}

/** Adds one column. */
export function addColumn(steps: Steps, prefix: string, sql: string): string {
  return steps.add(prefix, [sql])[0]!;
}
