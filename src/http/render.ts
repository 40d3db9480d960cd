/**
 * Pages: a template inside the layout, with a whitelist of locals: the page's own data, `ui` (who, where,
 * token) and `h` (how figures look). Nothing of a request reaches a template by itself.
 */
import { join } from 'node:path';
import ejs from 'ejs';
import type { Response } from 'express';
import type { Context } from '../context.ts';
import type { User } from '../domain/people/accounts.ts';
import { can } from '../domain/people/permissions.ts';
import type { Permission } from '../domain/people/permissions.ts';
import type { FieldError } from '../errors.ts';
import { projectRoot } from '../paths.ts';
import { presentNavigation } from '../presenters/navigation.ts';
import type { Navigation } from '../presenters/navigation.ts';
import { viewHelpersFor } from '../presenters/view-helpers.ts';
import type { ViewHelpers } from '../presenters/view-helpers.ts';
import { getSettings } from '../store/settings.ts';
import { assetsVersion } from './assets.ts';
import { findCurrentUser } from './authenticate.ts';
import { csrfTokenOf } from './csrf.ts';
import { takeFlash } from './flash.ts';
import type { FlashMessage } from './session.ts';
import { hideLinkElsewhere } from './shown-link.ts';

export const viewsFolder = join(projectRoot, 'views');

/** What every page gives the layout. */
export interface PageData {
  readonly title: string;
  readonly errors?: readonly FieldError[];
  /** Names of ES modules in `public/js` that improve this page. */
  readonly scripts?: readonly string[];
  /** A job changes what the page shows: it looks again until that is done. */
  readonly isWaiting?: boolean;
  /** A script of the page looks again by itself; it is reloaded only where there is no JavaScript. */
  readonly looksItself?: boolean;
}

/**
 * View → data. Each router adds its pages beside its handlers.
 * @public
 */
export interface Pages {
  error: PageData & { readonly status: number; readonly message: string; readonly requestId: string | null };
}

export interface PageUi {
  readonly user: User | null;
  readonly can: (permission: Permission) => boolean;
  readonly csrfToken: string;
  readonly flash: readonly FlashMessage[];
  readonly path: string;
  readonly assetsVersion: string;
  /** Null for strangers. */
  readonly navigation: Navigation | null;
  readonly organisation: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly theme: 'system' | 'light' | 'dark';
  /** How people sign in; `singleSignOn` is the words of its button, null where there is none. */
  readonly signIn: { readonly hasPasswords: boolean; readonly singleSignOn: string | null };
}

const context = new WeakMap<object, Context>();

/** Gives `render` the context of the application that a response belongs to. */
export function useContext(app: object, value: Context): void {
  context.set(app, value);
}

/** Data of a page, or a function that makes it with `h`, which writes figures and dates as the organisation reads them. */
type PageInput<Page extends keyof Pages> = Pages[Page] | ((h: ViewHelpers) => Pages[Page]);

/** `status`: otherwise 422 for a page that shows errors of its form, and 200. */
export async function render<Page extends keyof Pages>(
  res: Response,
  page: Page,
  input: PageInput<Page>,
  status?: number,
): Promise<void> {
  const { ui, h } = await sharedLocals(res);
  const data = typeof input === 'function' ? input(h) : input;
  const locals = { ...data, ui, h };
  const body = await renderFile(page, locals);
  const html = await renderFile('layouts/page', { ...locals, page: data, body });
  hideLinkElsewhere(res);
  res
    .status(status ?? (data.errors?.length ? 422 : 200))
    .type('html')
    .send(html);
}

/** A piece of a page for a script that refreshes it. */
export async function renderFragment(
  res: Response,
  view: string,
  present: (h: ViewHelpers) => object,
): Promise<void> {
  const { ui, h } = await sharedLocals(res);
  const html = await renderFile(view, { ...present(h), ui, h });
  res.type('html').send(html);
}

/** What every template has beside its own data. */
async function sharedLocals(res: Response): Promise<{ readonly ui: PageUi; readonly h: ViewHelpers }> {
  const app = context.get(res.app);
  if (!app) throw new Error('The context of the application is not set.');
  const settings = await getSettings(app.db);
  const { req } = res;
  const user = findCurrentUser(req);
  const mayUse = (permission: Permission): boolean => user !== null && can(user, permission);
  const ui: PageUi = {
    user,
    can: mayUse,
    // Made where a form asks for it: a page without one sets no cookie.
    get csrfToken() {
      return csrfTokenOf(req);
    },
    flash: takeFlash(req),
    path: req.path,
    assetsVersion,
    navigation: user === null ? null : presentNavigation(req.path, mayUse),
    organisation: settings.organisation,
    currency: settings.currency,
    timeZone: settings.timeZone,
    theme: user?.theme ?? 'system',
    signIn: {
      hasPasswords: app.config.hasPasswords,
      singleSignOn: app.config.singleSignOn?.label ?? null,
    },
  };
  return { ui, h: viewHelpersFor(settings) };
}

function renderFile(view: string, locals: object): Promise<string> {
  return ejs.renderFile(
    viewFile(view),
    { ...locals },
    { cache: true, root: viewsFolder, rmWhitespace: true },
  );
}

function viewFile(view: string): string {
  return join(viewsFolder, `${view}.ejs`);
}
