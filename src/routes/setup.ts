/** The first administrator, by the one-time link that the server prints. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { getLink, isSetUp, setUp } from '../domain/people/accounts.ts';
import { currencies, timeZones } from '../domain/organisation/locale.ts';
import { minPasswordLength } from '../domain/people/passwords.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { signInSession } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseForm, textValues } from '../http/validate.ts';
import { organisationFields } from './organisation-form.ts';
import { emailField, nameField } from './people-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'setup/explain': PageData;
    'setup/show': PageData & {
      readonly token: string;
      readonly values: Readonly<Record<string, string>>;
      readonly minLength: number;
      readonly currencies: readonly string[];
      readonly timeZones: readonly string[];
    };
  }
}

const SetupForm = z.object({
  name: nameField,
  email: emailField,
  password: z.string(),
  ...organisationFields,
});

export function createSetupHandlers({ db }: Context) {
  return {
    explain: async (_req: Request, res: Response) => {
      if (await isSetUp(db)) res.redirect(303, '/sign-in');
      else await render(res, 'setup/explain', { title: 'Holdfast is not set up yet' });
    },

    show: async (req: Request, res: Response) => {
      const token = String(req.params['token']);
      await getLink(db, token, 'setup');
      await render(res, 'setup/show', setupPage(token, { currency: 'EUR', timeZone: 'UTC' }));
    },

    create: async (req: Request, res: Response) => {
      const token = String(req.params['token']);
      await getLink(db, token, 'setup');
      const refuse = (errors: readonly FieldError[]) =>
        render(res, 'setup/show', { ...setupPage(token, textValues(req.body)), errors }, 422);

      const form = parseForm(SetupForm, req.body);
      if (!form.ok) {
        await refuse(form.errors);
        return;
      }
      try {
        const user = await setUp(db, token, form.data, {
          organisation: form.data.organisation,
          currency: form.data.currency,
          timeZone: form.data.timeZone,
        });
        await signInSession(req, user);
        flash(
          req,
          'success',
          'Holdfast is set up. The sample shows what it can do; score your own file when you like.',
        );
        res.redirect(303, '/');
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await refuse(error.errors);
      }
    },
  };
}

function setupPage(token: string, values: Readonly<Record<string, string>>) {
  const title = 'Set up Holdfast';
  const scripts = ['show-password'];
  return { title, scripts, token, values, minLength: minPasswordLength, currencies, timeZones };
}
