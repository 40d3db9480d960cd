/** The form of a query: what it reads, what happens to its rows, and when it runs. */
import { z } from 'zod';
import { quotedTable } from '../domain/warehouse/table-name.ts';
import { tableHint } from '../domain/warehouse/score-writes.ts';
import type { FieldError } from '../errors.ts';
import { limitedText, optionalId, parseForm, textValues } from '../http/validate.ts';
import type { FormResult } from '../http/validate.ts';
import type { ChangeableTerms, QueryRecord, QueryTerms, WriteTarget } from '../store/queries.ts';
import { scheduleFields } from './schedule-form.ts';

const changeable = {
  name: limitedText(100).min(1, 'Give the query a name.'),
  scoreAtOnce: z.literal('yes').optional(),
  writeConnection: optionalId,
  writeTable: limitedText(200).default(''),
  ...scheduleFields,
};
const ChangeForm = z.object(changeable);
const NewForm = z.object({
  connection: z.coerce.number('Choose a connection.').int().positive('Choose a connection.'),
  statement: z
    .string()
    .trim()
    .min(1, 'Enter a SELECT statement.')
    .max(50_000, 'Use at most 50,000 characters.'),
  kind: z.enum(['customers', 'transactions']).optional(),
  ...changeable,
});

export const newQueryValues = { repeats: 'never', weekday: '1', atTime: '06:00' };

/** `isDataset`: its rows become a dataset; otherwise a file that is scored. */
export function readNewQuery(body: unknown, isDataset: boolean): FormResult<QueryTerms> {
  const form = parseForm(NewForm, body, tableErrors(body));
  if (!form.ok) return form;
  const { connection, statement, kind = 'customers', ...others } = form.data;
  const terms = { ...termsOf(others), connectionId: connection, statement };
  return { ok: true, data: { ...terms, datasetKind: isDataset ? kind : null } };
}

export function readQueryChange(body: unknown): FormResult<ChangeableTerms> {
  const form = parseForm(ChangeForm, body, tableErrors(body));
  return form.ok ? { ok: true, data: termsOf(form.data) } : form;
}

export function toQueryValues({
  name,
  scoresAtOnce,
  writeTo,
  schedule,
}: QueryRecord): Record<string, string> {
  return {
    name,
    scoreAtOnce: scoresAtOnce ? 'yes' : '',
    writeConnection: String(writeTo?.connectionId ?? ''),
    writeTable: writeTo?.table ?? '',
    repeats: schedule.repeats,
    weekday: String(schedule.weekday),
    atTime: schedule.atTime,
  };
}

function termsOf(form: z.infer<typeof ChangeForm>): ChangeableTerms {
  const { name, scoreAtOnce, repeats, weekday, atTime } = form;
  return {
    name,
    // Nobody looks at the check of what runs by itself.
    scoresAtOnce: scoreAtOnce === 'yes' || repeats !== 'never',
    writeTo: targetOf(form.writeConnection, form.writeTable),
    schedule: { repeats, weekday, atTime },
  };
}

function targetOf(connectionId: number | '', table: string): WriteTarget | null {
  return connectionId === '' || table === '' ? null : { connectionId, table };
}

/** Connection and table belong together. */
function tableErrors(body: unknown): FieldError[] {
  const { writeConnection = '', writeTable = '' } = textValues(body);
  const table = writeTable.trim();
  if (writeConnection === '')
    return table === '' ? [] : [{ field: 'writeConnection', message: 'Choose the connection of the table.' }];
  return quotedTable(table) === null ? [{ field: 'writeTable', message: tableHint }] : [];
}
