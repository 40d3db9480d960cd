/** Saved views: the list, saving what a page shows under a name, changing and removing a view. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { createMissingFinder } from '../domain/saved-views/missing.ts';
import {
  changeView,
  mayChange,
  mayShare,
  removeView,
  saveView,
  viewToChange,
} from '../domain/saved-views/saved-views.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, parseFields, parseForm, parseQuery } from '../http/validate.ts';
import { presentViewForm, presentViewList, presentViewRemoval, viewHref } from '../presenters/saved-view.ts';
import type { ViewFormData } from '../presenters/saved-view.ts';
import { listSavedViews, viewPaths } from '../store/saved-views.ts';
import type { SavedView, ViewQuery } from '../store/saved-views.ts';
import { sortKeys } from '../store/score-files/sort.ts';
import { filterFields, FilterQuery, readFilterNames, toFilter } from './customer-filter.ts';
import { askedValues } from './saved-view-menu.ts';

declare module '../http/render.ts' {
  interface Pages {
    'saved-views/list': PageData & ReturnType<typeof presentViewList>;
    'saved-views/edit': PageData & ReturnType<typeof presentViewForm>;
    'saved-views/removal': PageData & ReturnType<typeof presentViewRemoval>;
  }
}

const columnName = z.string().max(200).default('');

/** The address of a page that has views: `at` is its path. Fields of another page ask nothing. */
const ViewFields = z.object({
  ...filterFields,
  at: z.enum(viewPaths).default('/analytics'),
  columns: z.enum(['', 'all']).default(''),
  down: columnName,
  across: columnName,
  by: columnName,
  sort: z.enum(['', ...sortKeys]).default(''),
  order: z.enum(['', 'asc', 'desc']).default(''),
});

const ViewForm = z.object({
  name: limitedText(100).min(1, 'Enter a name.'),
  isShared: z.literal('yes').optional(),
});

type NewForm = Pick<ViewFormData, 'path' | 'query' | 'name' | 'isShared'>;

export function createSavedViewHandlers({ db }: Context) {
  const wordsOf = (query: ViewQuery) => toFilter(FilterQuery.parse(query));

  const showForm = async (req: Request, res: Response, form: NewForm, more: Partial<ViewFormData> = {}) => {
    const findMissing = await createMissingFinder(db);
    const data: ViewFormData = {
      id: null,
      errors: [],
      ...form,
      ...more,
      names: await readFilterNames(db),
      filter: wordsOf(form.query),
      missing: findMissing(form.query),
      mayShare: mayShare(currentUser(req)),
    };
    await render(res, 'saved-views/edit', (h) => presentViewForm(h, data));
  };

  const viewOf = (req: Request): Promise<SavedView> => viewToChange(db, currentUser(req), idParam(req));

  return {
    list: async (req: Request, res: Response) => {
      const user = currentUser(req);
      const findMissing = await createMissingFinder(db);
      const views = (await listSavedViews(db, user.id)).map((view) => ({
        ...view,
        filter: wordsOf(view.query),
        missing: findMissing(view.query),
        mayChange: mayChange(user, view),
      }));
      const names = await readFilterNames(db);
      await render(res, 'saved-views/list', (h) => presentViewList(h, { views, names, userId: user.id }));
    },

    showNew: async (req: Request, res: Response) => {
      const { at, ...query } = parseQuery(ViewFields, req.query).data;
      await showForm(req, res, { path: at, query: askedValues(query), name: '', isShared: false });
    },

    create: async (req: Request, res: Response) => {
      const { at, ...fields } = parseFields(ViewFields, req.body);
      const form = parseForm(ViewForm, req.body);
      const shown = { path: at, query: askedValues(fields) };
      if (!form.ok) {
        const { name = '', isShared } = form.values;
        return showForm(req, res, { ...shown, name, isShared: isShared === 'yes' }, { errors: form.errors });
      }
      const view = { ...shown, name: form.data.name, isShared: form.data.isShared === 'yes' };
      await saveView(db, currentUser(req), view);
      flash(req, 'success', 'View saved.');
      res.redirect(303, viewHref(view));
    },

    show: async (req: Request, res: Response) => {
      const view = await viewOf(req);
      await showForm(req, res, view, { id: view.id });
    },

    save: async (req: Request, res: Response) => {
      const view = await viewOf(req);
      const form = parseForm(ViewForm, req.body);
      if (!form.ok) {
        const { name = '', isShared } = form.values;
        const typed = { ...view, name, isShared: isShared === 'yes' };
        return showForm(req, res, typed, { id: view.id, errors: form.errors });
      }
      const change = { name: form.data.name, isShared: form.data.isShared === 'yes' };
      await changeView(db, currentUser(req), view, change);
      flash(req, 'success', 'View saved.');
      res.redirect(303, '/saved-views');
    },

    confirmRemoval: async (req: Request, res: Response) => {
      await render(res, 'saved-views/removal', presentViewRemoval(await viewOf(req)));
    },

    remove: async (req: Request, res: Response) => {
      await removeView(db, currentUser(req), await viewOf(req));
      flash(req, 'success', 'View removed.');
      res.redirect(303, '/saved-views');
    },
  };
}
