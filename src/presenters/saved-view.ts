/** Saved views: the menu of a page, the list, and the form of one. */
import type { MissingPart } from '../domain/saved-views/missing.ts';
import type { FieldError } from '../errors.ts';
import type { CampaignFilter } from '../store/campaigns.ts';
import type { NewView, SavedView, ViewPath, ViewQuery } from '../store/saved-views.ts';
import { conditionWords } from './campaign-filter.ts';
import type { KnownNames } from './campaign-filter.ts';
import type { ViewHelpers } from './view-helpers.ts';

const pageNames: Readonly<Record<ViewPath, string>> = {
  '/analytics': 'Risk',
  '/analytics/pairs': 'Two columns',
  '/analytics/drivers': 'Reasons',
  '/analytics/movement': 'Movement',
  '/analytics/history': 'Over time',
  '/customers': 'Customers',
};

/** The page as it was saved. */
export function viewHref({ path, query }: Pick<NewView, 'path' | 'query'>): string {
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

type FoundView = SavedView & { readonly missing: readonly MissingPart[] };

export interface ViewMenuData {
  readonly path: ViewPath;
  readonly query: ViewQuery;
  readonly views: readonly FoundView[];
}

export function presentViewMenu(h: ViewHelpers, { path, query, views }: ViewMenuData) {
  return {
    summary: views.length === 0 ? 'Saved views' : `Saved views (${h.count(views.length)})`,
    views: views.map((view) => ({
      href: viewHref(view),
      name: view.name,
      isCurrent: isSame(view.query, query),
      problem: problemOf(h, view.missing),
    })),
    newHref: `/saved-views/new${h.query({ ...query, at: path })}`,
  };
}

function isSame(a: ViewQuery, b: ViewQuery): boolean {
  const names = Object.keys({ ...a, ...b });
  return names.every((name) => String(a[name] ?? '') === String(b[name] ?? ''));
}

/** Null: all that it asks for is there. */
function problemOf(h: ViewHelpers, missing: readonly MissingPart[]): string | null {
  if (missing.length === 0) return null;
  const things = missing.map((part) =>
    part.kind === 'column' ? `column ‘${h.label(part.name)}’` : part.kind,
  );
  return `No longer there: ${things.join(', ')}`;
}

export interface ViewListData {
  readonly views: readonly (FoundView & { readonly filter: CampaignFilter; readonly mayChange: boolean })[];
  readonly names: KnownNames;
  readonly userId: number;
}

export function presentViewList(h: ViewHelpers, { views, names, userId }: ViewListData) {
  return {
    title: 'Saved views',
    views: views.map((view) => ({
      href: viewHref(view),
      name: view.name,
      page: pageNames[view.path],
      shows: showsWords(h, view.filter, names),
      problem: problemOf(h, view.missing),
      from: fromWords(view, userId),
      changeHref: view.mayChange ? `/saved-views/${view.id}` : null,
    })),
  };
}

function fromWords({ ownerId, ownerName, isShared }: SavedView, userId: number): string {
  if (!isShared) return 'You';
  return ownerId === userId ? 'You, shared with everybody' : `${ownerName}, shared with everybody`;
}

function showsWords(h: ViewHelpers, filter: CampaignFilter, names: KnownNames): string {
  const words = conditionWords(h, filter, names);
  return words.length === 0 ? 'All customers' : `Customers with ${words.join(', ')}`;
}

export interface ViewFormData {
  /** Null: the view is new. */
  readonly id: number | null;
  readonly path: ViewPath;
  readonly query: ViewQuery;
  readonly name: string;
  readonly isShared: boolean;
  readonly filter: CampaignFilter;
  readonly missing: readonly MissingPart[];
  readonly names: KnownNames;
  readonly mayShare: boolean;
  readonly errors: readonly FieldError[];
}

export function presentViewForm(h: ViewHelpers, data: ViewFormData) {
  const { id, path, query, name, isShared, errors } = data;
  return {
    title: id === null ? 'Save this view' : 'Change a view',
    page: pageNames[path],
    shows: showsWords(h, data.filter, data.names),
    problem: problemOf(h, data.missing),
    action: id === null ? '/saved-views' : `/saved-views/${id}`,
    fields: id === null ? Object.entries({ ...query, at: path }) : [],
    name,
    sharing: data.mayShare ? { isShared } : null,
    openHref: viewHref(data),
    removalHref: id === null ? null : `/saved-views/${id}/removal`,
    errors,
  };
}

export function presentViewRemoval({ id, name }: SavedView) {
  return { title: `Remove ${name}?`, href: `/saved-views/${id}` };
}
