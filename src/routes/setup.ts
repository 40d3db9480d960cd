/** Set-up, opened with the one-time link that the server prints. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { currencies, timeZones } from '../domain/organisation/locale.ts';
import { getLink, isSetUp, setUp, toUser } from '../domain/people/accounts.ts';
import { minPasswordLength } from '../domain/people/passwords.ts';
import { describeSample, removeSample } from '../domain/sample/removal.ts';
import { Conflict, Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { signedInUser, signInSession } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseForm, textValues } from '../http/validate.ts';
import { presentSetup } from '../presenters/setup.ts';
import type { UserRecord } from '../store/users.ts';
import { organisationFields } from './organisation-form.ts';
import { emailField, nameField, newPasswordErrors } from './people-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'setup/explain': PageData;
    'setup/show': PageData & ReturnType<typeof presentSetup>;
  }
}

const SetupForm = z.object({
  name: nameField,
  email: emailField,
  password: z.string(),
  ...organisationFields,
  start: z.enum(['sample', 'own'], 'Choose what to start with.').default('sample'),
});

export function createSetupHandlers({ db, config }: Context) {
  const renderForm = async (
    req: Request,
    res: Response,
    input: Readonly<Record<string, string>>,
    errors: readonly FieldError[] | null = null,
  ) => {
    const token = tokenOf(req);
    const { files, isBeingRemoved } = await describeSample(db);
    const page = presentSetup({
      token,
      values: input,
      errors,
      hasSample: files > 0 && !isBeingRemoved,
      choices: { currencies, timeZones },
      minLength: minPasswordLength,
    });
    await render(res, 'setup/show', page, errors === null ? 200 : 422);
  };

  /** Redirects home, or removes the sample and redirects to the datasets. */
  const startWith = async (req: Request, user: UserRecord, start: 'sample' | 'own'): Promise<string> => {
    if (start === 'sample') {
      flash(req, 'success', 'Holdfast is set up. Look around the sample, then score a file of your own.');
      return '/';
    }
    flash(req, 'success', 'Holdfast is set up. Upload a dataset to train your first model.');
    try {
      await removeSample(db, config, toUser(user));
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      flash(req, 'notice', `${error.message} You can remove it under Settings, Sample data.`);
    }
    return '/datasets';
  };

  return {
    explain: async (_req: Request, res: Response) => {
      if (await isSetUp(db)) res.redirect(303, '/sign-in');
      else await render(res, 'setup/explain', { title: 'Holdfast is not set up yet' });
    },

    show: async (req: Request, res: Response) => {
      await getLink(db, tokenOf(req), 'setup');
      await renderForm(req, res, { currency: 'EUR', timeZone: 'UTC' });
    },

    create: async (req: Request, res: Response) => {
      await getLink(db, tokenOf(req), 'setup');
      const { name = '', email = '', organisation: company = '', ...values } = textValues(req.body);
      const typed = { name, email, organisation: company, ...values };
      const form = parseForm(SetupForm, req.body, newPasswordErrors(req.body, [name, email, company]));
      if (!form.ok) {
        await renderForm(req, res, typed, form.errors);
        return;
      }
      const { organisation, currency, timeZone, start } = form.data;
      try {
        const user = await setUp(db, tokenOf(req), form.data, { organisation, currency, timeZone });
        await signInSession(req, signedInUser(user));
        res.redirect(303, await startWith(req, user, start));
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await renderForm(req, res, typed, error.errors);
      }
    },
  };
}

function tokenOf(req: Request): string {
  return String(req.params['token']);
}
