/** Users: who may sign in, with which role. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import {
  changeRole,
  findPasswordLink,
  inviteUser,
  resetPassword,
  setDisabled,
} from '../domain/people/accounts.ts';
import { requireSecondFactor, resetSecondFactor } from '../domain/people/second-factor.ts';
import { roles } from '../domain/people/permissions.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { isHttps } from '../http/session.ts';
import { showLinkAt, shownToken } from '../http/shown-link.ts';
import { currentSessionId, listUserSessions } from '../http/user-sessions.ts';
import { idParam, parseFields, parseForm, textValues } from '../http/validate.ts';
import { presentSessions } from '../presenters/session.ts';
import { presentUser, presentUsers } from '../presenters/user.ts';
import { getSettings } from '../store/settings.ts';
import { getUser, listUsers } from '../store/users.ts';
import { emailField, nameField } from './people-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'admin/users': PageData & ReturnType<typeof presentUsers>;
    'admin/user': PageData &
      ReturnType<typeof presentUser> & { readonly sessions: ReturnType<typeof presentSessions> };
  }
}

const roleField = z.enum(roles, 'Choose a role.');
const InviteForm = z.object({ name: nameField, email: emailField, role: roleField });
const RequirementForm = z.object({ required: z.enum(['yes', 'no']) });
const requirementSaved: Record<'yes' | 'no', string> = {
  yes: 'Everybody who signs in with a password now needs a second factor, and sets it up at the next page.',
  no: 'A second factor is now up to each person.',
};
const RoleForm = z.object({ role: roleField });

export function createUserHandlers(context: Context) {
  const { db } = context;

  const usersInput = async () => ({
    users: await listUsers(db),
    requiresSecondFactor: (await getSettings(db)).requiresSecondFactor,
  });

  const refuseInvitation = async (req: Request, res: Response, errors: readonly FieldError[]) => {
    const input = { ...(await usersInput()), values: textValues(req.body), errors };
    await render(res, 'admin/users', (h) => ({ title: 'Users', errors, ...presentUsers(h, input) }));
  };

  return {
    list: async (_req: Request, res: Response) => {
      const input = { ...(await usersInput()), values: {}, errors: [] };
      await render(res, 'admin/users', (h) => ({ title: 'Users', ...presentUsers(h, input) }));
    },

    invite: async (req: Request, res: Response) => {
      const form = parseForm(InviteForm, req.body);
      if (!form.ok) {
        await refuseInvitation(req, res, form.errors);
        return;
      }
      try {
        const { user, token } = await inviteUser(db, currentUser(req), form.data);
        redirectToLink(res, user.id, token);
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await refuseInvitation(req, res, error.errors);
      }
    },

    show: async (req: Request, res: Response) => {
      const user = await getUser(db, idParam(req));
      const token = shownToken(req);
      const isOpen = token !== null && (await findPasswordLink(db, token))?.userId === user.id;
      const link = isOpen ? `${baseUrl(context, req)}/password/${token}` : null;
      const sessions = await listUserSessions(db, user);
      const current = currentSessionId(req);
      await render(res, 'admin/user', (h) => ({
        ...presentUser(h, user, link),
        sessions: presentSessions(h, sessions, current),
      }));
    },

    changeRole: async (req: Request, res: Response) => {
      const id = idParam(req);
      const form = parseForm(RoleForm, req.body);
      if (!form.ok) throw new Unprocessable(form.errors);
      await changeRole(db, currentUser(req), id, form.data.role);
      flash(req, 'success', 'The role has been changed. It applies when the user signs in again.');
      res.redirect(303, `/admin/users/${id}`);
    },

    resetPassword: async (req: Request, res: Response) => {
      const id = idParam(req);
      redirectToLink(res, id, await resetPassword(db, currentUser(req), id));
    },

    resetSecondFactor: async (req: Request, res: Response) => {
      const id = idParam(req);
      redirectToLink(res, id, await resetSecondFactor(db, currentUser(req), id));
    },

    requireSecondFactor: async (req: Request, res: Response) => {
      const { required } = parseFields(RequirementForm, req.body);
      await requireSecondFactor(context, currentUser(req), required === 'yes');
      flash(req, 'success', requirementSaved[required]);
      res.redirect(303, '/admin/users');
    },

    disable: async (req: Request, res: Response) => {
      await setDisabled(db, currentUser(req), idParam(req), true);
      flash(req, 'success', 'The account has been disabled and signed out everywhere. Its history is kept.');
      res.redirect(303, `/admin/users/${idParam(req)}`);
    },

    enable: async (req: Request, res: Response) => {
      await setDisabled(db, currentUser(req), idParam(req), false);
      flash(req, 'success', 'The account has been enabled.');
      res.redirect(303, `/admin/users/${idParam(req)}`);
    },
  };
}

function redirectToLink(res: Response, userId: number, token: string): void {
  const path = `/admin/users/${userId}`;
  showLinkAt(res, path, token);
  res.redirect(303, path);
}

/** The base of links; the Host header is used only if no public address is configured. */
function baseUrl({ config }: Context, req: Request): string {
  return (
    config.publicUrl ??
    `${isHttps(config) ? 'https' : 'http'}://${req.get('host') ?? `${config.host}:${config.port}`}`
  );
}
