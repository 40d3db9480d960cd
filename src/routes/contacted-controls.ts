/** The controls of a campaign who were contacted nevertheless, and recording one. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { contactPeriod, recordContact, takeBackContact } from '../domain/campaigns/contacted-controls.ts';
import { Conflict, Unprocessable } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, parseForm, textValues } from '../http/validate.ts';
import { presentContactedControls } from '../presenters/contacted-controls.ts';
import { getCampaign } from '../store/campaigns.ts';
import type { Campaign } from '../store/campaigns.ts';
import { countContactedControls, listContactedControls } from '../store/contacted-controls.ts';
import { getSettings } from '../store/settings.ts';

declare module '../http/render.ts' {
  interface Pages {
    'campaigns/contacted': PageData & ReturnType<typeof presentContactedControls>;
  }
}

const ContactForm = z.object({
  customer: z.string().trim().min(1, 'Enter the customer ID.').max(200, 'Use at most 200 characters.'),
  contactedOn: z.string().trim(),
});

const mostListed = 100;

export function createContactedControlHandlers({ db }: Context) {
  const show = async (
    res: Response,
    campaign: Campaign,
    values: Readonly<Record<string, string>> = {},
    errors: PageData['errors'] = [],
  ) => {
    if (campaign.launchedOn === null) throw new Conflict('This campaign has not been launched.');
    const period = contactPeriod(campaign, (await getSettings(db)).timeZone);
    const found = {
      campaign,
      controls: await listContactedControls(db, period, mostListed),
      count: await countContactedControls(db, period),
    };
    await render(res, 'campaigns/contacted', (h) => ({
      ...presentContactedControls(h, found),
      values,
      errors,
    }));
  };

  return {
    show: async (req: Request, res: Response) => show(res, await getCampaign(db, idParam(req))),

    create: async (req: Request, res: Response) => {
      const campaign = await getCampaign(db, idParam(req));
      const form = parseForm(ContactForm, req.body);
      if (!form.ok) return show(res, campaign, form.values, form.errors);
      const { customer, contactedOn } = form.data;
      try {
        await recordContact(db, currentUser(req), campaign, { customerId: customer, day: contactedOn });
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        return show(res, campaign, textValues(req.body), error.errors);
      }
      flash(req, 'success', `Recorded for customer ${customer}.`);
      res.redirect(303, `/campaigns/${campaign.id}/contacted`);
    },

    takeBack: async (req: Request, res: Response) => {
      const campaign = await getCampaign(db, idParam(req));
      const { customer = '' } = textValues(req.body);
      await takeBackContact(db, currentUser(req), campaign, customer);
      flash(req, 'success', `The contact of customer ${customer} is taken back.`);
      res.redirect(303, `/campaigns/${campaign.id}/contacted`);
    },
  };
}
