/** Settings of alerts: when they are raised, who is told, and what became of the messages. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { addReceiver, removeReceiver, sendTest } from '../domain/alerts/receivers.ts';
import { changeAlertTerms } from '../domain/alerts/terms.ts';
import { shownSecret } from '../domain/alerts/webhook-secrets.ts';
import { AppError, Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { showLinkAt, shownToken } from '../http/shown-link.ts';
import { idParam, limitedText, parseForm, textValues } from '../http/validate.ts';
import { presentAlertSettings } from '../presenters/alert-settings.ts';
import { listMessages } from '../store/alert-messages.ts';
import { channels, listReceivers } from '../store/alert-receivers.ts';
import { getSettings } from '../store/settings.ts';
import { AlertForm, toAlertFields } from './alert-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'alerts/settings': PageData & ReturnType<typeof presentAlertSettings>;
  }
}

const path = '/settings/alerts';
const mostMessages = 20;

const ReceiverForm = z
  .object({
    channel: z.enum(channels, 'Choose email or webhook.'),
    address: limitedText(1_000).min(1, 'Enter an address.'),
  })
  .refine(({ channel, address }) => channel !== 'email' || z.email().safeParse(address).success, {
    path: ['address'],
    message: 'Enter an email address such as name@example.com.',
  });

interface ShownForm {
  readonly values?: Readonly<Record<string, string>>;
  readonly errors?: readonly FieldError[];
}

export function createAlertSettingsHandlers({ db, config }: Context) {
  const show = async (req: Request, res: Response, { values = {}, errors = [] }: ShownForm = {}) => {
    const { alerts } = await getSettings(db);
    const token = shownToken(req);
    const data = {
      receivers: await listReceivers(db),
      messages: await listMessages(db, mostMessages),
      delivery: config.delivery,
      secret: token && (await shownSecret({ db, config }, Buffer.from(token, 'base64url'))),
    };
    const form = { values: { ...toAlertFields(alerts), ...values }, errors };
    await render(res, 'alerts/settings', (h) => presentAlertSettings(h, data, form));
  };

  return {
    show: (req: Request, res: Response) => show(req, res),

    save: async (req: Request, res: Response) => {
      const form = parseForm(AlertForm, req.body);
      if (!form.ok) return show(req, res, form);
      await changeAlertTerms(db, currentUser(req), form.data);
      flash(req, 'success', 'The alerts have been saved. The next check uses them.');
      res.redirect(303, path);
    },

    addReceiver: async (req: Request, res: Response) => {
      const form = parseForm(ReceiverForm, req.body);
      if (!form.ok) return show(req, res, form);
      try {
        const secret = await addReceiver({ db, config }, currentUser(req), form.data);
        if (secret) showLinkAt(res, path, secret.toString('base64url'));
        flash(req, 'success', 'The receiver has been added. Send a test message now.');
        res.redirect(303, path);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const errors =
          error instanceof Unprocessable ? error.errors : [{ field: 'address', message: error.message }];
        await show(req, res, { values: textValues(req.body), errors });
      }
    },

    sendTest: async (req: Request, res: Response) => {
      await sendTest(db, idParam(req));
      flash(req, 'success', 'A test message is being sent. Below you see what has become of it.');
      res.redirect(303, path);
    },

    removeReceiver: async (req: Request, res: Response) => {
      await removeReceiver(db, currentUser(req), idParam(req));
      flash(req, 'success', 'The receiver has been removed.');
      res.redirect(303, path);
    },
  };
}
