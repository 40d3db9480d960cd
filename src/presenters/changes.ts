/** What has changed, in words: each line leads to what it counts. */
import type { ChangeKind, Changes } from '../domain/changes/changes.ts';
import { severities } from '../domain/monitoring/findings.ts';
import type { ModelRecord } from '../store/models.ts';
import { movedTotals } from './movement.ts';
import type { ViewHelpers } from './view-helpers.ts';

interface ChangeLine {
  readonly href: string;
  /** The link. */
  readonly text: string;
  /** What follows it; '' is nothing. */
  readonly note: string;
}

export interface ChangesData {
  readonly changes: Changes;
  /** The last visit; null: this is the first one. */
  readonly since: string | null;
  /** ISO 8601. */
  readonly now: string;
  /** When the newest score was made; null: there are none. */
  readonly newestScoreAt: string | null;
  readonly model: ModelRecord | undefined;
}

export function presentChanges(h: ViewHelpers, data: ChangesData) {
  const kinds = Object.keys(lineWriters) as ChangeKind[];
  const lines = kinds.flatMap((kind) => linesOf(h, kind, data.changes[kind]));
  return {
    intro:
      data.since === null
        ? 'This is your first visit. From the next one on, this list says what is new since the last.'
        : `Since your last visit on ${h.dateTime(data.since)}.`,
    lines,
    nothing: lines.length === 0 && data.since !== null ? 'Nothing has changed.' : null,
    isIncomplete: kinds.some((kind) => data.changes[kind] === null),
    ages: agesOf(h, data).join(' '),
  };
}

function linesOf<K extends ChangeKind>(h: ViewHelpers, kind: K, found: Changes[K]): readonly ChangeLine[] {
  return found == null ? [] : lineWriters[kind](h, found);
}

const mostCampaigns = 3;

/** In the order of the list. */
const lineWriters: {
  readonly [K in ChangeKind]: (h: ViewHelpers, found: NonNullable<Changes[K]>) => ChangeLine[];
} = {
  alerts: (h, alerts) =>
    countLine(alerts, {
      href: '/alerts',
      text: h.plural(alerts, 'alert is open', 'alerts are open'),
      note: '',
    }),
  files: (h, { files, customers }) => {
    const [newest] = files;
    if (!newest) return [];
    const counted = `with ${h.plural(customers, 'customer')}`;
    const isOne = files.length === 1;
    return [
      {
        href: `/batches/${newest.id}/results`,
        text: isOne ? `${newest.originalName} was scored` : `${h.count(files.length)} files were scored`,
        note: isOne
          ? `${counted} on ${h.date(newest.finishedAt)}`
          : `${counted}; the newest is ${newest.originalName}`,
      },
    ];
  },
  moved: (h, { later, earlier, movement }) => {
    const { rose, fell, isNew } = movedTotals(movement);
    const listOf = (there: string): string =>
      `/customers${h.query({ batch: later.id, compared: earlier.id, there })}`;
    const paid = rose.revenue === null ? '' : `; they pay ${h.money(rose.revenue)} a month`;
    return [
      ...countLine(rose.customers, {
        href: listOf('lower'),
        text: h.plural(rose.customers, 'customer'),
        note: `moved to a higher risk level since ${earlier.name}${paid}`,
      }),
      ...countLine(fell.customers, {
        href: listOf('higher'),
        text: h.plural(fell.customers, 'customer'),
        note: `moved to a lower risk level since ${earlier.name}`,
      }),
      ...countLine(isNew.customers, {
        href: listOf('none'),
        text: h.plural(isNew.customers, 'customer is new', 'customers are new'),
        note: `in ${later.originalName}`,
      }),
    ];
  },
  missing: (h, { batch, earlierName, customers }) => [
    {
      href: `/batches/${batch.id}/missing`,
      text: h.plural(customers, 'customer is missing', 'customers are missing'),
      note: `from ${batch.originalName}; they were in ${earlierName}`,
    },
  ],
  monitoring: (h, { batch, findings }) => {
    const { severity } = findings;
    if (severity === null || severity === 'note') return [];
    const columns = new Set(findings.findings.flatMap(({ column }) => column ?? [])).size;
    return [
      {
        href: `/batches/${batch.id}/monitoring`,
        text:
          columns === 0
            ? 'The scores differ from those of held-out customers'
            : h.plural(
                columns,
                'column differs from the training data',
                'columns differ from the training data',
              ),
        note: `in ${batch.originalName}${severity === severities[0] ? '; check the file before you use its scores' : ''}`,
      },
    ];
  },
  campaigns: (h, campaigns) => [
    ...campaigns.slice(0, mostCampaigns).map(({ id, name, endsOn }) => ({
      href: `/campaigns/${id}`,
      text: `The result of ${name} can be read`,
      note: `since ${h.date(endsOn)}`,
    })),
    ...countLine(campaigns.length - mostCampaigns, {
      href: '/campaigns',
      text: `${h.count(campaigns.length)} campaigns can be read`,
      note: 'in all',
    }),
  ],
  actions: (h, { overdue, dueThisWeek, own }) => [
    ...countLine(overdue, {
      href: '/actions?due=overdue',
      text: h.plural(overdue, 'action is overdue', 'actions are overdue'),
      note: '',
    }),
    ...countLine(dueThisWeek, {
      href: '/actions?due=week',
      text: h.plural(dueThisWeek, 'action is due', 'actions are due'),
      note: 'in the next 7 days',
    }),
    ...countLine(own, {
      href: '/actions?owner=me',
      text: h.plural(own, 'open action is yours', 'open actions are yours'),
      note: '',
    }),
  ],
};

function countLine(count: number, line: ChangeLine): ChangeLine[] {
  return count > 0 ? [line] : [];
}

/** 'The newest scores are 12 days old.' */
function agesOf(h: ViewHelpers, { now, newestScoreAt, model }: ChangesData): string[] {
  const age = (at: string): string => ageText(h, Date.parse(now) - Date.parse(at));
  return [
    ...(newestScoreAt === null ? [] : [`The newest scores are ${age(newestScoreAt)}.`]),
    ...(model ? [`The model ${model.label} is ${age(model.createdAt)}.`] : []),
  ];
}

const dayMs = 86_400_000;
const daysPerMonth = 30.4;

function ageText(h: ViewHelpers, ms: number): string {
  const days = Math.max(0, Math.floor(ms / dayMs));
  if (days === 0) return 'less than a day old';
  if (days < 60) return `${h.plural(days, 'day')} old`;
  return `${h.plural(Math.round(days / daysPerMonth), 'month')} old`;
}
