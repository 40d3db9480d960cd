/** Versions of the retention rules: what changed, when and by whom, and the way back. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { restoreRules } from '../domain/retention/rules.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, optionalId, parseQuery } from '../http/validate.ts';
import { presentRuleVersion, presentRuleVersions } from '../presenters/rule-versions.ts';
import { listRules } from '../store/retention-rules.ts';
import {
  currentRuleVersion,
  getRuleVersion,
  hasRuleVersions,
  listRuleVersions,
} from '../store/rule-versions.ts';

declare module '../http/render.ts' {
  interface Pages {
    'rules/versions': PageData & ReturnType<typeof presentRuleVersions>;
    'rules/version': PageData & ReturnType<typeof presentRuleVersion>;
  }
}

const versionsPerPage = 20;
const ListQuery = z.object({ before: optionalId });

export function createRuleVersionHandlers({ db }: Context) {
  return {
    list: async (req: Request, res: Response) => {
      const { before } = parseQuery(ListQuery, req.query).data;
      const found = await listRuleVersions(db, {
        before: before === '' ? null : before,
        limit: versionsPerPage + 1,
      });
      const [shown, next] = [found.slice(0, versionsPerPage), found[versionsPerPage]];
      const data = { shown, next, current: await currentRuleVersion(db) };
      await render(res, 'rules/versions', (h) => ({
        title: 'Versions of the retention rules',
        ...presentRuleVersions(h, data),
      }));
    },

    show: async (req: Request, res: Response) => {
      // Scores name version 1 before it is stored.
      if (!(await hasRuleVersions(db))) {
        res.redirect(303, '/settings/rules/versions');
        return;
      }
      const version = await getRuleVersion(db, idParam(req));
      const [previous] = await listRuleVersions(db, { before: version.number, limit: 1 });
      const data = { version, previous, currentRules: await listRules(db) };
      await render(res, 'rules/version', (h) => presentRuleVersion(h, data));
    },

    restore: async (req: Request, res: Response) => {
      const number = idParam(req);
      await restoreRules(db, currentUser(req), number);
      flash(
        req,
        'success',
        `The rules are those of version ${number} again, for customers scored from now on.`,
      );
      res.redirect(303, '/settings/rules');
    },
  };
}
