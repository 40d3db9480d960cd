/** The audit log, as a page and as CSV. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { sendCsv } from '../http/csv.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseQuery } from '../http/validate.ts';
import { presentAudit } from '../presenters/audit.ts';
import { countEvents, listActions, listEvents } from '../store/audit.ts';
import type { AuditFilter } from '../store/audit.ts';
import { listUsers } from '../store/users.ts';

declare module '../http/render.ts' {
  interface Pages {
    'admin/audit': PageData & ReturnType<typeof presentAudit>;
  }
}

const day = z.union([z.literal(''), z.iso.date()]).default('');
const AuditQuery = z.object({
  action: z.string().max(60).default(''),
  user: z.union([z.literal(''), z.coerce.number().int().positive()]).default(''),
  from: day,
  to: day,
  verify: z.enum(['', 'yes']).default(''),
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
});

const eventsPerPage = 50;
const maxEventsInCsv = 100_000;
const csvHeader = ['at', 'who', 'action', 'subject', 'before', 'after'];

export function createAuditHandlers({ db, tasks }: Context) {
  return {
    list: async (req: Request, res: Response) => {
      const { data: asked, noted } = parseQuery(AuditQuery, req.query);
      const { verify, ...data } = asked;
      const filter = auditFilter(data);
      const total = await countEvents(db, filter);
      const pages = Math.max(1, Math.ceil(total / eventsPerPage));
      const query = { ...data, page: Math.min(data.page, pages) };
      const events = await listEvents(db, filter, eventsPerPage, (query.page - 1) * eventsPerPage);
      if (noted) flash(req, 'notice', 'Part of the address was not valid and has been ignored.');
      const input = {
        events,
        actions: await listActions(db),
        users: await listUsers(db),
        query,
        total,
        pages,
        chain: verify === '' ? null : await tasks.run('verifyAuditChain', {}),
      };
      const title = query.page > 1 ? `Audit log, page ${query.page}` : 'Audit log';
      await render(res, 'admin/audit', (h) => ({ title, ...presentAudit(h, input) }));
    },

    download: async (req: Request, res: Response) => {
      const filter = auditFilter(parseQuery(AuditQuery, req.query).data);
      const events = await listEvents(db, filter, maxEventsInCsv, 0);
      const rows = events.map(({ at, userName, action, subject, before, after }) => [
        at,
        userName,
        action,
        subject,
        before,
        after,
      ]);
      await sendCsv(res, `audit_${new Date().toISOString().slice(0, 10)}.csv`, csvHeader, rows);
    },
  };
}

function auditFilter(query: Omit<z.infer<typeof AuditQuery>, 'verify'>): AuditFilter {
  return {
    action: query.action || null,
    userId: query.user === '' ? null : query.user,
    from: query.from || null,
    to: query.to || null,
  };
}
