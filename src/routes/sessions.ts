/** Ending sessions: one's own, and as an administrator those of others. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { endOneSession, endSessions } from '../domain/people/accounts.ts';
import { currentUser, endSession } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { idParam, parseFields } from '../http/validate.ts';

const SessionForm = z.object({ session: z.string().regex(/^[0-9a-f]{64}$/) });

export function createSessionHandlers({ db }: Context) {
  const endOne = async (req: Request, userId: number): Promise<void> => {
    const { session } = parseFields(SessionForm, req.body);
    await endOneSession(db, currentUser(req), userId, session);
    flash(req, 'success', 'The device has been signed out.');
  };

  return {
    endOwn: async (req: Request, res: Response) => {
      await endOne(req, currentUser(req).id);
      res.redirect(303, '/account');
    },

    /** This one too. */
    endAllOwn: async (req: Request, res: Response) => {
      const by = currentUser(req);
      await endSessions(db, by, by.id);
      await endSession(req);
      res.redirect(303, '/sign-in?signed-out=yes');
    },

    end: async (req: Request, res: Response) => {
      const id = idParam(req);
      await endOne(req, id);
      res.redirect(303, `/admin/users/${id}`);
    },

    endAll: async (req: Request, res: Response) => {
      const id = idParam(req);
      await endSessions(db, currentUser(req), id);
      flash(req, 'success', 'The user has been signed out everywhere.');
      res.redirect(303, `/admin/users/${id}`);
    },
  };
}
