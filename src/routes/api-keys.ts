/** Keys of other programs: the list, a new one, shown once, and the end of one. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { timeOf } from '../db/clock.ts';
import { createApiKey, revokeApiKey, wholeKey } from '../domain/api-keys/api-keys.ts';
import { scopeNames } from '../domain/api-keys/scopes.ts';
import type { Scope } from '../domain/api-keys/scopes.ts';
import { addDays, isDay, startOfDay } from '../domain/campaigns/days.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { showLinkAt, shownToken } from '../http/shown-link.ts';
import { chosenValues, idParam, limitedText, parseForm, textValues } from '../http/validate.ts';
import { presentApiKeys } from '../presenters/api-keys.ts';
import type { FieldError } from '../errors.ts';
import { listApiKeys } from '../store/api-keys.ts';
import { getSettings } from '../store/settings.ts';
import { listUsers } from '../store/users.ts';

declare module '../http/render.ts' {
  interface Pages {
    'api-keys/list': PageData & ReturnType<typeof presentApiKeys>;
  }
}

const path = '/settings/api-keys';

const KeyForm = z.object({
  name: limitedText(100).min(1, 'Enter a name, such as that of the program.'),
  lastDay: z
    .string()
    .trim()
    .refine((day) => day === '' || isDay(day), 'Enter a day such as 2027-11-20, or leave it blank.')
    .default(''),
});

interface ShownForm {
  readonly values: Readonly<Record<string, string>>;
  readonly chosen: readonly string[];
  readonly errors: readonly FieldError[];
}

const blankForm: ShownForm = { values: {}, chosen: [], errors: [] };

export function createApiKeyHandlers({ db }: Context) {
  const show = async (req: Request, res: Response, form = blankForm) => {
    const token = shownToken(req);
    const data = {
      keys: await listApiKeys(db),
      users: await listUsers(db),
      now: await timeOf(db),
      newKey: token && (await wholeKey(db, token)),
    };
    await render(res, 'api-keys/list', (h) => presentApiKeys(h, data, form));
  };

  /** When the last day is over where the organisation is; null: never. */
  const endOf = async (lastDay: string): Promise<string | null> =>
    lastDay === '' ? null : startOfDay(addDays(lastDay, 1), (await getSettings(db)).timeZone);

  return {
    list: (req: Request, res: Response) => show(req, res),

    create: async (req: Request, res: Response) => {
      const chosen = chosenValues(req.body, 'scopes').filter(isScope);
      const lastDay = (textValues(req.body)['lastDay'] ?? '').trim();
      const expiresAt = isDay(lastDay) ? await endOf(lastDay) : null;
      const isPast = expiresAt !== null && Date.parse(expiresAt) <= (await timeOf(db));
      const form = parseForm(KeyForm, req.body, [
        ...(chosen.length === 0 ? [{ field: 'scopes', message: 'Choose what the key may do.' }] : []),
        ...(isPast ? [{ field: 'lastDay', message: 'Enter a day that is not over.' }] : []),
      ]);
      if (!form.ok) return show(req, res, { ...form, chosen });
      const terms = { name: form.data.name, scopes: chosen, expiresAt };
      showLinkAt(res, path, await createApiKey(db, currentUser(req), terms));
      flash(req, 'success', 'The key has been made. Copy it now.');
      res.redirect(303, path);
    },

    revoke: async (req: Request, res: Response) => {
      await revokeApiKey(db, currentUser(req), idParam(req));
      flash(req, 'success', 'The key has been revoked. It is refused from now on.');
      res.redirect(303, path);
    },
  };
}

function isScope(name: string): name is Scope {
  return (scopeNames as readonly string[]).includes(name);
}
