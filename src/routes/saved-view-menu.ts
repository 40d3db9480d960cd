/** The saved views of a page, which its menu lists. */
import type { Request } from 'express';
import type { Db } from '../db.ts';
import { createMissingFinder } from '../domain/saved-views/missing.ts';
import { currentUser } from '../http/authenticate.ts';
import type { presentViewMenu, ViewMenuData } from '../presenters/saved-view.ts';
import { listSavedViews } from '../store/saved-views.ts';
import type { ViewPath, ViewQuery } from '../store/saved-views.ts';

/** Of the data of a page that has views. */
export interface WithViewMenu {
  readonly savedViews: ReturnType<typeof presentViewMenu>;
}

/** `query`: as the address has it, without the page of a list. */
export async function readViewMenu(
  db: Db,
  req: Request,
  path: ViewPath,
  query: Readonly<Record<string, string | number>>,
): Promise<ViewMenuData> {
  const views = (await listSavedViews(db, currentUser(req).id)).filter((view) => view.path === path);
  const findMissing = views.length === 0 ? () => [] : await createMissingFinder(db);
  return {
    path,
    query: askedValues(query),
    views: views.map((view) => ({ ...view, missing: findMissing(view.query) })),
  };
}

/** What is set, apart from which page of a list is shown. */
export function askedValues(query: Readonly<Record<string, string | number>>): ViewQuery {
  const isAsked = ([name, value]: [string, string | number]): boolean =>
    value !== '' && name !== 'page' && name !== 'size';
  return Object.fromEntries(Object.entries(query).filter(isAsked));
}
