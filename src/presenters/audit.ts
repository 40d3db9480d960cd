/** The audit log: what was done in words, and of each change only the fields that differ. */
import { numberText } from '../format.ts';
import type { AuditChain } from '../domain/audit/verification.ts';
import type { AuditEvent } from '../store/audit.ts';
import type { UserRecord } from '../store/users.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface AuditQuery {
  readonly action: string;
  readonly user: number | '';
  readonly from: string;
  readonly to: string;
  readonly page: number;
}

export interface AuditInput {
  readonly events: readonly AuditEvent[];
  readonly actions: readonly string[];
  readonly users: readonly UserRecord[];
  readonly query: AuditQuery;
  readonly total: number;
  readonly pages: number;
  /** Null: nobody asked whether the log is as it was written. */
  readonly chain: AuditChain | null;
}

export function presentAudit(h: ViewHelpers, input: AuditInput) {
  const { events, actions, users, query, total, pages, chain } = input;
  const current = { ...query };
  return {
    verifyHref: `/admin/audit${h.query(current, { verify: 'yes' })}`,
    chain: chain && { isBroken: chain.brokenAt !== null, words: chainWords(h, chain) },
    summary: h.plural(total, 'event'),
    downloadHref: `/admin/audit.csv${h.query(current, { page: null })}`,
    actionField: {
      name: 'action',
      label: 'Action',
      value: query.action,
      options: [
        { value: '', label: 'All actions' },
        ...actions.map((name) => ({ value: name, label: actionText(name) })),
      ],
    },
    userField: {
      name: 'user',
      label: 'User',
      value: query.user,
      options: [
        { value: '', label: 'All users' },
        ...users.map(({ id, name }) => ({ value: id, label: name })),
      ],
    },
    events: events.map((event) => ({
      at: h.dateTime(event.at),
      user: event.userName ?? 'Holdfast',
      action: actionText(event.action),
      subject: event.subject,
      changes: changesBetween(event.before, event.after),
    })),
    query: current,
    page: query.page,
    pages,
  };
}

/** What the check of the log found. */
function chainWords(h: ViewHelpers, { events, unchained, erased, lastHash, brokenAt }: AuditChain): string {
  if (brokenAt !== null)
    return `Event ${brokenAt} is not as it was written, or an event before it is missing. Compare the log with a backup.`;
  const sentences = [
    `All ${h.plural(events, 'event')} are as they were written, and none between them is missing.`,
    erased > 0 && `In ${h.plural(erased, 'event')} a customer was erased, which is on record.`,
    unchained > 0 && `The last ${h.plural(unchained, 'event')} will be covered with the next one.`,
    lastHash !== null &&
      `Note the hash of the last event elsewhere to see later whether events were taken from the end: ${lastHash}`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(' ');
}

/** `user.role-changed` → 'User: role changed'. */
function actionText(action: string): string {
  const [noun = '', verb = ''] = action.split('.');
  const words = (text: string): string => text.replaceAll('-', ' ');
  return `${words(noun).replace(/^./, (letter) => letter.toUpperCase())}: ${words(verb)}`;
}

export interface Change {
  readonly field: string;
  /** Null where there was nothing. */
  readonly before: string | null;
  readonly after: string;
}

/** Fields that a record has for the program and nobody changes. */
const bookkeeping: ReadonlySet<string> = new Set(['id', 'version']);

/** Of objects the fields that differ, in the order of the later one; of anything else the whole value. */
export function changesBetween(before: string | null, after: string | null): Change[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...Object.keys(now), ...Object.keys(old)])].filter(
    (name) => !bookkeeping.has(name),
  );
  return names
    .filter((name) => valueText(old[name]) !== valueText(now[name]))
    .map((name) => ({
      field: fieldText(name),
      before: Object.hasOwn(old, name) ? valueText(old[name]) : null,
      after: valueText(now[name]),
    }));
}

function fieldsOf(json: string | null): Readonly<Record<string, unknown>> {
  const value: unknown = json === null ? {} : parsed(json);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : { value };
}

/** An event of an earlier version may hold plain text. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

const abbreviations: Readonly<Record<string, string>> = { rocAuc: 'ROC AUC' };

/** `valueMonths` → 'Value months'. */
function fieldText(name: string): string {
  const abbreviation = abbreviations[name];
  if (abbreviation !== undefined) return abbreviation;
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
  return words.replace(/^./, (letter) => letter.toUpperCase());
}

function valueText(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return value.map(valueText).join(', ') || '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
