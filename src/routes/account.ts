/** Your own name, theme and password. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { changeDetails, changePassword } from '../domain/people/accounts.ts';
import type { User } from '../domain/people/accounts.ts';
import { leastPasswordLength } from '../domain/people/passwords.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser, signedInUser, signInSession } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { createPasswordLimits } from '../http/rate-limit.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { currentSessionId, listUserSessions } from '../http/user-sessions.ts';
import { parseForm, textValues } from '../http/validate.ts';
import { presentSessions } from '../presenters/session.ts';
import { getSettings } from '../store/settings.ts';
import { getUser } from '../store/users.ts';
import { nameField, newPasswordErrors } from './people-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'account/show': PageData & {
      readonly values: Readonly<Record<string, string>>;
      readonly themes: readonly { readonly value: string; readonly label: string }[];
      readonly minLength: number;
      readonly hasSecondFactor: boolean;
      readonly sessions: ReturnType<typeof presentSessions>;
    };
  }
}

const themeNames: Record<User['theme'], string> = {
  system: 'Same as the system',
  light: 'Light',
  dark: 'Dark',
};
const themes = (Object.keys(themeNames) as User['theme'][]).map((value) => ({
  value,
  label: themeNames[value],
}));

const AccountForm = z.object({
  name: nameField,
  theme: z.enum(['system', 'light', 'dark'], 'Choose a theme.'),
});
const PasswordForm = z.object({
  currentPassword: z.string().min(1, 'Enter your current password.'),
  password: z.string(),
  repeated: z.string(),
});

export function createAccountHandlers(context: Context) {
  const { db } = context;
  const limits = createPasswordLimits(context);
  const showPage = async (req: Request, res: Response, errors: readonly FieldError[]) => {
    const page = accountPage(req);
    const values = errors.length > 0 ? { ...page.values, ...textValues(req.body) } : page.values;
    const sessions = await listUserSessions(db, await getUser(db, currentUser(req).id));
    const current = currentSessionId(req);
    await render(res, 'account/show', (h) => ({
      ...page,
      values,
      errors,
      sessions: presentSessions(h, sessions, current),
    }));
  };

  return {
    show: async (req: Request, res: Response) => {
      await showPage(req, res, []);
    },

    save: async (req: Request, res: Response) => {
      const form = parseForm(AccountForm, req.body);
      if (!form.ok) {
        await showPage(req, res, form.errors);
        return;
      }
      await changeDetails(db, currentUser(req), form.data);
      flash(req, 'success', 'Your account has been saved.');
      res.redirect(303, '/account');
    },

    changePassword: async (req: Request, res: Response) => {
      const { id, email, name } = currentUser(req);
      const { organisation } = await getSettings(db);
      const form = parseForm(
        PasswordForm,
        req.body,
        newPasswordErrors(req.body, [name, email, organisation], leastLength(req)),
      );
      if (!form.ok) {
        await showPage(req, res, form.errors);
        return;
      }
      try {
        // Limited too: somebody at an unattended session could guess the password.
        await limits.take(req, email);
        const user = await changePassword(db, id, form.data.currentPassword, form.data.password);
        await limits.giveBack(req, email);
        await signInSession(req, signedInUser(user));
        flash(req, 'success', 'Your password has been changed. You have been signed out everywhere else.');
        res.redirect(303, '/account');
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        if (error.errors.every(({ field }) => field !== 'currentPassword')) await limits.giveBack(req, email);
        await showPage(req, res, error.errors);
      }
    },
  };
}

function accountPage(req: Request) {
  const { name, theme } = currentUser(req);
  return {
    title: 'Your account',
    scripts: ['show-password'],
    values: { name, theme },
    themes,
    minLength: leastLength(req),
    hasSecondFactor: hasSecondFactor(req),
  };
}

function leastLength(req: Request): number {
  return leastPasswordLength(hasSecondFactor(req));
}

function hasSecondFactor(req: Request): boolean {
  return req.user?.hasSecondFactor ?? false;
}
