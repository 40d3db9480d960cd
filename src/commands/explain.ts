/** holdfast explain: scores with all their reasons, in percentage points that add up. */
import { explainFile } from '../domain/scoring/file.ts';
import type { ExplainedRow } from '../domain/scoring/file.ts';
import { loadModelFile } from '../domain/models/files.ts';
import { problemWords, reasonWords } from '../domain/scoring/explanations.ts';
import { rateText } from '../format.ts';
import { firstLineOf, required, wholeNumber } from './options.ts';
import type { Options } from './options.ts';
import { printJson } from './output.ts';

export async function explain(options: Options, file: string): Promise<void> {
  const model = await loadModelFile(required(options, 'model'));
  const rows = await explainFile(model, file, {
    limit: wholeNumber(options, 'rows', 5),
    customer: options.customer ?? null,
    allowMissing: options['allow-missing'],
    firstLine: firstLineOf(options),
  });
  if (options.json) printJson(rows.map(toJson));
  else process.stdout.write(rows.map(toText).join('\n'));
}

function toJson({ row, customer, result }: ExplainedRow): object {
  if (!result.ok) return { row, customer, problems: result.problems };
  const { probability, riskLevel, base, reasons, notes } = result.customer;
  return { row, customer, probability, riskLevel, base, reasons, notes };
}

function toText({ row, customer, result }: ExplainedRow): string {
  const customerText = `Row ${row}${customer === null ? '' : `, ${customer}`}`;
  if (!result.ok) return `${customerText}: ${result.problems.map(problemWords).join('; ')}\n`;
  const { probability, riskLevel, base, reasons, notes } = result.customer;
  const lines = [
    `${customerText}: ${rateText(probability)} likely to leave, ${riskLevel} risk; a typical customer is at ${rateText(base)}`,
    ...reasons.map((reason) => `  ${reasonWords(reason)}`),
    ...notes.map((note) => `  Note: ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}
