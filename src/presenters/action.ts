/** The work queue as its pages show it. */
import type { ActionResult } from '../store/action-results.ts';
import type { ActionRecord, ActionStatus } from '../store/actions.ts';
import type { UserRecord } from '../store/users.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface ActionsQuery {
  readonly status: ActionStatus | '';
  readonly owner: number | 'me' | 'nobody' | '';
  readonly due: 'overdue' | 'week' | '';
  readonly campaign: number | '';
  readonly customer: string;
  readonly action: string;
  readonly page: number;
}

export interface ActionsData {
  readonly actions: readonly ActionRecord[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  readonly query: ActionsQuery;
  /** Who can have actions. */
  readonly people: readonly UserRecord[];
  /** The day that it is. */
  readonly today: string;
}

const statusWords: Readonly<Record<ActionStatus, string>> = {
  open: 'Open',
  done: 'Done',
  dropped: 'Dropped',
};
const resultWords: Readonly<Record<ActionResult, string>> = {
  accepted: 'Accepted',
  declined: 'Declined',
  'not-reached': 'Not reached',
};

export function presentActions(h: ViewHelpers, data: ActionsData) {
  const { query, total, people, today } = data;
  return {
    title: 'Actions',
    summary: `${h.plural(total, 'action')}${query.action === '' ? '' : `: ${query.action}`}`,
    query,
    page: data.page,
    pages: data.pages,
    isFiltered:
      query.status !== 'open' ||
      query.owner !== '' ||
      query.due !== '' ||
      query.customer !== '' ||
      query.action !== '',
    filters: [
      {
        name: 'owner',
        label: 'Owner',
        value: query.owner,
        options: [
          { value: '', label: 'Anybody' },
          { value: 'me', label: 'Me' },
          { value: 'nobody', label: 'Nobody' },
          ...optionsOf(people),
        ],
      },
      {
        name: 'status',
        label: 'Status',
        value: query.status,
        options: [{ value: '', label: 'All' }, ...statusOptions()],
      },
      {
        name: 'due',
        label: 'Due',
        value: query.due,
        options: [
          { value: '', label: 'At any time' },
          { value: 'overdue', label: 'Overdue' },
          { value: 'week', label: 'In the next 7 days' },
        ],
      },
    ],
    people: [{ value: '', label: 'Nobody' }, ...optionsOf(people)],
    actions: data.actions.map((action) => ({
      ...wordsOf(h, action, today),
      id: action.id,
      href: `/actions/${action.id}`,
    })),
  };
}

export interface ActionData {
  readonly action: ActionRecord;
  readonly people: readonly UserRecord[];
  readonly today: string;
}

export function presentAction(h: ViewHelpers, { action, people, today }: ActionData) {
  const { id, ownerId, ownerName } = action;
  // Somebody who has left the organisation stays the owner until the action is given to another.
  const isListed = ownerId === null || people.some((person) => person.id === ownerId);
  const former = isListed ? [] : [{ value: ownerId, label: ownerName ?? h.or(null) }];
  return {
    title: action.action,
    path: `/actions/${id}`,
    ...wordsOf(h, action, today),
    customerHref: `/customers?search=${encodeURIComponent(action.customerId)}`,
    values: action,
    statusOptions: statusOptions(),
    resultOptions: [
      { value: '', label: 'Not recorded' },
      ...Object.entries(resultWords).map(([value, label]) => ({ value, label })),
    ],
    people: [{ value: '', label: 'Nobody' }, ...optionsOf(people), ...former],
  };
}

function wordsOf(h: ViewHelpers, action: ActionRecord, today: string) {
  const { status, result, dueOn, campaignId, campaignName } = action;
  return {
    action: action.action,
    customer: action.customerId,
    owner: action.ownerName ?? 'Nobody',
    due: h.date(dueOn),
    isOverdue: status === 'open' && dueOn < today,
    status:
      result === null ? statusWords[status] : `${statusWords[status]}: ${resultWords[result].toLowerCase()}`,
    campaign: campaignId === null ? null : { href: `/campaigns/${campaignId}`, name: campaignName ?? '' },
    created: h.date(action.createdAt),
  };
}

function statusOptions() {
  return Object.entries(statusWords).map(([value, label]) => ({ value, label }));
}

function optionsOf(people: readonly UserRecord[]) {
  return people.map(({ id, name }) => ({ value: id, label: name }));
}
