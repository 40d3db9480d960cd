/** Campaigns: the list, drafting one for the customers of a list, launching and closing it, and its result. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { actionOf } from '../domain/campaigns/arms.ts';
import {
  changeDraft,
  closeCampaign,
  controlShares,
  draftCampaign,
  launchLater,
  removeDraft,
} from '../domain/campaigns/campaigns.ts';
import type { CampaignResults } from '../domain/campaigns/results.ts';
import { retrainLater } from '../domain/campaigns/retraining.ts';
import { Conflict } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { sendCsv } from '../http/csv.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import type { KnownNames } from '../presenters/campaign-filter.ts';
import { idParam, optionalId, parseQuery, textValues } from '../http/validate.ts';
import {
  presentCampaign,
  presentCampaignForm,
  presentCampaignList,
  presentCampaignStep,
} from '../presenters/campaign.ts';
import type { CampaignFormData } from '../presenters/campaign.ts';
import { getCampaign, listCampaigns } from '../store/campaigns.ts';
import type { Campaign, CampaignFilter } from '../store/campaigns.ts';
import { listOwners } from '../store/users.ts';
import { getRule, listRules } from '../store/retention-rules.ts';
import { readTermsForm, termsOf, termsOfRule, toTermsValues, usualTerms } from './campaign-form.ts';
import type { TermsValues } from './campaign-form.ts';
import { FilterQuery, readFilter, readFilterNames, toFilter } from './customer-filter.ts';
import { createKeptResults } from './kept-results.ts';

declare module '../http/render.ts' {
  interface Pages {
    'campaigns/list': PageData & ReturnType<typeof presentCampaignList>;
    'campaigns/edit': PageData & ReturnType<typeof presentCampaignForm>;
    'campaigns/show': PageData & ReturnType<typeof presentCampaign>;
    'campaigns/removal': PageData & ReturnType<typeof presentCampaignStep>;
    'campaigns/closing': PageData & ReturnType<typeof presentCampaignStep>;
  }
}

const NewQuery = FilterQuery.extend({
  rule: optionalId,
});
const LaunchForm = z.object({
  share: z.coerce.number().refine((share) => (controlShares as readonly number[]).includes(share)),
});

export function createCampaignHandlers({ db, tasks }: Context) {
  const kept = createKeptResults<CampaignResults>();
  const readResults = async (id: number): Promise<CampaignResults> =>
    kept.get(await tasks.run('stateOfCampaignResults', { id }), () =>
      tasks.run('readCampaignResults', { id }),
    );

  const showForm = async (
    res: Response,
    data: Omit<CampaignFormData, keyof KnownNames>,
    errors: PageData['errors'] = [],
  ) => {
    const known = await readFilterNames(db);
    await render(res, 'campaigns/edit', (h) => ({
      ...presentCampaignForm(h, { ...data, ...known }),
      errors,
    }));
  };

  const showNewForm = async (
    res: Response,
    filter: CampaignFilter,
    filled: Pick<CampaignFormData, 'values' | 'rule'>,
    errors: PageData['errors'] = [],
  ) => showForm(res, { id: null, filter, isOfPlan: false, rules: await listRules(db), ...filled }, errors);

  const show = async (res: Response, campaign: Campaign, errors: PageData['errors'] = []) => {
    const { id, state } = campaign;
    const known = await readFilterNames(db);
    const plan = state === 'draft' ? await tasks.run('planCampaign', { id }) : null;
    const isLaunched = state === 'running' || state === 'closed';
    const results = isLaunched ? await readResults(id) : null;
    const revenue = results?.isOver === true ? await tasks.run('readRevenueChange', { id }) : null;
    const people = await listOwners(db);
    await render(res, 'campaigns/show', (h) => ({
      ...presentCampaign(h, { campaign, plan, results, revenue, people, ...known }),
      isWaiting: state === 'launching',
      errors,
    }));
  };

  return {
    list: async (_req: Request, res: Response) => {
      const campaigns = await listCampaigns(db);
      await render(res, 'campaigns/list', (h) => ({
        title: 'Campaigns',
        ...presentCampaignList(h, campaigns),
      }));
    },

    showNew: async (req: Request, res: Response) => {
      const { data } = parseQuery(NewQuery, req.query);
      const { rule, ...query } = data;
      const values = rule === '' ? usualTerms : termsOfRule(await getRule(db, rule));
      await showNewForm(res, toFilter(query), { values, rule });
    },

    /** `fill`: the form is shown again with the terms of a rule, and what was typed besides. */
    create: async (req: Request, res: Response) => {
      const filter = readFilter(req.body);
      const values = textValues(req.body);
      if (values['fill'] !== undefined) return showNewForm(res, filter, await fillIn(db, values));
      const form = readTermsForm(req.body);
      if (!form.ok) return showNewForm(res, filter, { values: form.values, rule: '' }, form.errors);
      const id = await draftCampaign(db, currentUser(req), { ...form.data, filter, planId: null });
      res.redirect(303, `/campaigns/${id}`);
    },

    showEdit: async (req: Request, res: Response) => {
      const draft = await getDraft(db, req);
      await showForm(res, formOf(draft, toTermsValues(draft)));
    },

    save: async (req: Request, res: Response) => {
      const draft = await getDraft(db, req);
      const form = readTermsForm(req.body, draft.planId === null ? undefined : termsOf(draft));
      if (!form.ok) {
        await showForm(res, formOf(draft, form.values), form.errors);
        return;
      }
      await changeDraft(db, currentUser(req), draft.id, form.data);
      res.redirect(303, `/campaigns/${draft.id}`);
    },

    show: async (req: Request, res: Response) => show(res, await getCampaign(db, idParam(req))),

    launch: async (req: Request, res: Response) => {
      const id = idParam(req);
      const form = LaunchForm.safeParse(req.body);
      if (!form.success) return show(res, await getCampaign(db, id), [noShare]);
      await launchLater(db, currentUser(req), id, form.data.share);
      res.redirect(303, `/campaigns/${id}`);
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const campaign = await getDraft(db, req);
      await render(res, 'campaigns/removal', presentCampaignStep(campaign, 'Remove'));
    },

    remove: async (req: Request, res: Response) => {
      await removeDraft(db, currentUser(req), await getDraft(db, req));
      flash(req, 'success', 'Draft removed.');
      res.redirect(303, '/campaigns');
    },

    confirmClosing: async (req: Request, res: Response) => {
      const campaign = await getCampaign(db, idParam(req));
      await render(res, 'campaigns/closing', presentCampaignStep(campaign, 'Close'));
    },

    close: async (req: Request, res: Response) => {
      const campaign = await getCampaign(db, idParam(req));
      await closeCampaign(db, currentUser(req), campaign);
      res.redirect(303, `/campaigns/${campaign.id}`);
    },

    retrain: async (req: Request, res: Response) => {
      const datasetId = await retrainLater(db, currentUser(req), await getLaunched(db, req));
      flash(
        req,
        'success',
        'The customers who were not contacted are being collected. Then a challenger is trained.',
      );
      res.redirect(303, `/datasets/${datasetId}`);
    },

    /** Customers to contact. The control group is in no file that somebody works with. */
    treatment: async (req: Request, res: Response) => {
      const campaign = await getLaunched(db, req);
      const { id } = campaign;
      const members = await tasks.run('listTreatedMembers', { id });
      const header = ['customer', 'action', 'churn_probability', 'monthly_value'];
      await sendCsv(
        res,
        `campaign-${id}_customers-to-contact.csv`,
        header,
        members.map(({ customerId, arm, probability, monthlyValue }) => [
          customerId,
          actionOf(campaign, arm).action,
          probability,
          Number.isNaN(monthlyValue) ? null : monthlyValue,
        ]),
      );
    },

    /** Customers of whom nobody knows yet whether they left: a file to complete and upload again. */
    unknown: async (req: Request, res: Response) => {
      const { id } = await getLaunched(db, req);
      const customers = await tasks.run('listUnknownMembers', { id });
      await sendCsv(
        res,
        `campaign-${id}_outcomes-not-known.csv`,
        ['customer', 'left', 'date'],
        customers.map((customerId) => [customerId, null, null]),
      );
    },
  };
}

/** The terms of the chosen rule; the name and the time to read the result are the person's own. */
async function fillIn(
  db: Context['db'],
  values: TermsValues,
): Promise<Pick<CampaignFormData, 'values' | 'rule'>> {
  const { data: rule = '' } = optionalId.safeParse(values['rule']);
  if (rule === '') return { values, rule };
  const { name = '', horizonDays = '' } = values;
  return { values: { ...values, ...termsOfRule(await getRule(db, rule)), name, horizonDays }, rule };
}

const noShare = { field: 'share', message: 'Choose one of the control groups.' };

/** The form of a draft. */
function formOf({ id, filter, planId }: Campaign, values: TermsValues) {
  return { id, filter, values, isOfPlan: planId !== null, rules: [], rule: '' as const };
}

async function getDraft(db: Context['db'], req: Request): Promise<Campaign> {
  const campaign = await getCampaign(db, idParam(req));
  if (campaign.state !== 'draft')
    throw new Conflict('This campaign was launched. What was agreed at the launch cannot be changed.');
  return campaign;
}

async function getLaunched(db: Context['db'], req: Request): Promise<Campaign> {
  const campaign = await getCampaign(db, idParam(req));
  if (campaign.launchedOn === null) throw new Conflict('This campaign has not been launched yet.');
  return campaign;
}
