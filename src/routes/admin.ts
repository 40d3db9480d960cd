/** People, what happened, and what is running. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { changeRole, inviteUser, resetPassword, setDisabled } from '../domain/people/accounts.ts';
import { lackOfSpace } from '../domain/jobs/disk-space.ts';
import { cancelJob } from '../domain/jobs/failure.ts';
import { roles } from '../domain/people/permissions.ts';
import { Unprocessable } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { sendCsv } from '../http/csv.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { isHttps } from '../http/session.ts';
import { idParam, parseForm, parseQuery, textValues } from '../http/validate.ts';
import { countEvents, listActions, listEvents } from '../store/audit.ts';
import type { AuditEvent, AuditFilter } from '../store/audit.ts';
import { listJobs } from '../store/jobs.ts';
import type { Job } from '../store/jobs.ts';
import { getUser, listUsers } from '../store/users.ts';
import type { UserRecord } from '../store/users.ts';
import { emailField, nameField } from './people-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'admin/users': PageData & {
      readonly users: readonly UserRecord[];
      readonly values: Readonly<Record<string, string>>;
    };
    'admin/user': PageData & { readonly person: UserRecord; readonly link: string | null };
    'admin/audit': PageData & {
      readonly events: readonly AuditEvent[];
      readonly actions: readonly string[];
      readonly users: readonly UserRecord[];
      readonly query: Readonly<Record<string, string | number>>;
      readonly total: number;
      readonly page: number;
      readonly pages: number;
    };
    'admin/jobs': PageData & { readonly jobs: readonly Job[]; readonly waitsFor: string | null };
  }
}

const InviteForm = z.object({ name: nameField, email: emailField, role: z.enum(roles, 'Choose a role.') });
const RoleForm = z.object({ role: z.enum(roles, 'Choose a role.') });

const day = z.union([z.literal(''), z.iso.date()]).default('');
const AuditQuery = z.object({
  action: z.string().max(60).default(''),
  user: z.union([z.literal(''), z.coerce.number().int().positive()]).default(''),
  from: day,
  to: day,
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
});

const eventsPerPage = 50;
const maxEventsInCsv = 100_000;

export function createAdminHandlers(context: Context) {
  const { db } = context;

  const showUsers = async (
    res: Response,
    extra: Partial<PageData> & { values?: Record<string, string> } = {},
    status = 200,
  ) => {
    await render(
      res,
      'admin/users',
      { title: 'People', users: await listUsers(db), values: {}, ...extra },
      status,
    );
  };
  const showLink = async (req: Request, res: Response, userId: number, token: string) => {
    const person = await getUser(db, userId);
    const link = `${baseUrl(context, req)}/password/${token}`;
    await render(res, 'admin/user', { title: person.name, person, link });
  };

  return {
    listUsers: async (_req: Request, res: Response) => {
      await showUsers(res);
    },

    invite: async (req: Request, res: Response) => {
      const form = parseForm(InviteForm, req.body);
      if (!form.ok) {
        await showUsers(res, { errors: form.errors, values: form.values }, 422);
        return;
      }
      try {
        const { user, token } = await inviteUser(db, currentUser(req), form.data);
        // The link is shown in this answer and never again, so there is nothing to redirect to.
        await showLink(req, res, user.id, token);
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await showUsers(res, { errors: error.errors, values: textValues(req.body) }, 422);
      }
    },

    showUser: async (req: Request, res: Response) => {
      const person = await getUser(db, idParam(req));
      await render(res, 'admin/user', { title: person.name, person, link: null });
    },

    changeRole: async (req: Request, res: Response) => {
      const id = idParam(req);
      const form = parseForm(RoleForm, req.body);
      if (!form.ok) throw new Unprocessable(form.errors);
      await changeRole(db, currentUser(req), id, form.data.role);
      flash(req, 'success', 'The role is changed. The person signs in again to use it.');
      res.redirect(303, `/admin/users/${id}`);
    },

    resetPassword: async (req: Request, res: Response) => {
      const id = idParam(req);
      await showLink(req, res, id, await resetPassword(db, currentUser(req), id));
    },

    disable: async (req: Request, res: Response) => {
      await setDisabled(db, currentUser(req), idParam(req), true);
      flash(
        req,
        'success',
        'The account is disabled and its sessions have ended. What the person did is kept.',
      );
      res.redirect(303, `/admin/users/${idParam(req)}`);
    },

    enable: async (req: Request, res: Response) => {
      await setDisabled(db, currentUser(req), idParam(req), false);
      flash(req, 'success', 'The account is enabled again.');
      res.redirect(303, `/admin/users/${idParam(req)}`);
    },

    listAudit: async (req: Request, res: Response) => {
      const { data, noted } = parseQuery(AuditQuery, req.query);
      const filter = auditFilter(data);
      const total = await countEvents(db, filter);
      const pages = Math.max(1, Math.ceil(total / eventsPerPage));
      const page = Math.min(data.page, pages);
      const events = await listEvents(db, filter, eventsPerPage, (page - 1) * eventsPerPage);
      if (noted) flash(req, 'notice', 'A part of the address made no sense and was left out.');
      const [actions, users] = [await listActions(db), await listUsers(db)];
      const title = page > 1 ? `Audit log, page ${page}` : 'Audit log';
      await render(res, 'admin/audit', { title, events, actions, users, query: data, total, page, pages });
    },

    downloadAudit: async (req: Request, res: Response) => {
      const filter = auditFilter(parseQuery(AuditQuery, req.query).data);
      const events = await listEvents(db, filter, maxEventsInCsv, 0);
      const rows = events.map((event) => [
        event.at,
        event.userName,
        event.action,
        event.subject,
        event.before,
        event.after,
      ]);
      await sendCsv(
        res,
        `audit_${new Date().toISOString().slice(0, 10)}.csv`,
        ['at', 'who', 'action', 'subject', 'before', 'after'],
        rows,
      );
    },

    listJobs: async (_req: Request, res: Response) => {
      await render(res, 'admin/jobs', {
        title: 'Jobs',
        jobs: await listJobs(db, 100),
        waitsFor: await lackOfSpace(context.config),
      });
    },

    cancelJob: async (req: Request, res: Response) => {
      await cancelJob(db, idParam(req));
      flash(req, 'success', 'The job ends within a few seconds.');
      res.redirect(303, '/admin/jobs');
    },
  };
}

function auditFilter(query: z.infer<typeof AuditQuery>): AuditFilter {
  return {
    action: query.action || null,
    userId: query.user === '' ? null : query.user,
    from: query.from || null,
    to: query.to || null,
  };
}

/** Where links lead; the Host header is believed only where no address is configured. */
function baseUrl({ config }: Context, req: Request): string {
  return (
    config.publicUrl ??
    `${isHttps(config) ? 'https' : 'http'}://${req.get('host') ?? `${config.host}:${config.port}`}`
  );
}
