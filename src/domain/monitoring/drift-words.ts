import { countText } from '../../format.ts';
import type { FileFindings } from './findings.ts';

/** Columns that are named. */
const mostColumns = 3;

/** 'Expected profit of these customers: €1,200 less. Changed: tenure, Contract.' */
export function describeDrift({ harm, findings }: FileFindings, money: (x: number) => string): string {
  if (findings.length === 0) return 'They look like the training data.';
  const columns = [...new Set(findings.flatMap(({ column }) => (column === null ? [] : [column])))];
  const named = columns.slice(0, mostColumns).join(', ');
  const others = columns.length > mostColumns ? ` and ${countText(columns.length - mostColumns)} more` : '';
  const profit =
    harm?.money == null
      ? []
      : [
          `Expected profit of these customers: ${money(Math.abs(harm.money))} ${harm.money < 0 ? 'less' : 'more'}.`,
        ];
  return [...profit, named === '' ? 'The scores have changed.' : `Changed: ${named}${others}.`].join(' ');
}
