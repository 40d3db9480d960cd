/** Plans for a budget: the list, asking for one for the customers of a list, what it says, and its file. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { membersInPart, planCsvHeader } from '../domain/plans/plan-csv.ts';
import { listPlanActions } from '../domain/plans/plan-actions.ts';
import { campaignOfPlan } from '../domain/plans/plan-campaign.ts';
import { askForPlan, removePlan } from '../domain/plans/plans.ts';
import { Conflict } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { sendCsvParts } from '../http/csv.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import type { KnownNames } from '../presenters/campaign-filter.ts';
import { idParam, optionalId, parseQuery } from '../http/validate.ts';
import { presentPlanList, presentPlanPage, presentPlanRemoval } from '../presenters/plan.ts';
import { presentPlanForm } from '../presenters/plan-form.ts';
import type { PlanFormData } from '../presenters/plan-form.ts';
import { findCampaignOfPlan } from '../store/campaigns.ts';
import { getPlan, listPlans } from '../store/plans.ts';
import { getSettings } from '../store/settings.ts';
import { FilterQuery, readFilter, readFilterNames, toFilter } from './customer-filter.ts';
import { readPlanForm, toPlanValues, usualPlan } from './plan-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'plans/list': PageData & ReturnType<typeof presentPlanList>;
    'plans/new': PageData & ReturnType<typeof presentPlanForm>;
    'plans/show': PageData & ReturnType<typeof presentPlanPage>;
    'plans/removal': PageData & ReturnType<typeof presentPlanRemoval>;
  }
}

const NewQuery = FilterQuery.extend({
  /** A plan to make again. */
  again: optionalId,
});

export function createPlanHandlers({ db, tasks }: Context) {
  const showForm = async (
    res: Response,
    data: Omit<PlanFormData, keyof KnownNames>,
    errors: PageData['errors'] = [],
  ) => {
    const names = await readFilterNames(db);
    await render(res, 'plans/new', (h) => ({ ...presentPlanForm(h, { ...data, ...names }), errors }));
  };

  return {
    list: async (_req: Request, res: Response) => {
      const plans = await listPlans(db);
      await render(res, 'plans/list', (h) => presentPlanList(h, plans));
    },

    showNew: async (req: Request, res: Response) => {
      const { again, ...query } = parseQuery(NewQuery, req.query).data;
      const actions = await listPlanActions(db);
      const plan = again === '' ? null : await getPlan(db, again);
      const values = plan ? toPlanValues(plan, actions) : usualPlan(actions, await getSettings(db));
      await showForm(res, { filter: plan?.filter ?? toFilter(query), values, actions });
    },

    create: async (req: Request, res: Response) => {
      const filter = readFilter(req.body);
      const actions = await listPlanActions(db);
      const form = readPlanForm(req.body, actions);
      if (!form.ok) {
        await showForm(res, { filter, values: form.values, actions }, form.errors);
        return;
      }
      const id = await askForPlan(db, currentUser(req), { ...form.data, filter });
      res.redirect(303, `/plans/${id}`);
    },

    show: async (req: Request, res: Response) => {
      const plan = await getPlan(db, idParam(req));
      const names = await readFilterNames(db);
      const campaign = (await findCampaignOfPlan(db, plan.id)) ?? null;
      await render(res, 'plans/show', (h) => ({
        ...presentPlanPage(h, { plan, campaign, ...names }),
        isWaiting: plan.state === 'working',
      }));
    },

    download: async (req: Request, res: Response) => {
      const { id, result } = await getPlan(db, idParam(req));
      if (result === null) throw new Conflict('This plan is not ready.');
      const parts = async function* () {
        yield planCsvHeader;
        for (let from = 0; from < result.planned; from += membersInPart)
          yield await tasks.run('planCsv', { id, from });
      };
      await sendCsvParts(res, `plan-${id}.csv`, parts());
    },

    createCampaign: async (req: Request, res: Response) => {
      const id = await campaignOfPlan(db, currentUser(req), await getPlan(db, idParam(req)));
      res.redirect(303, `/campaigns/${id}`);
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const plan = await getPlan(db, idParam(req));
      await render(res, 'plans/removal', presentPlanRemoval(plan));
    },

    remove: async (req: Request, res: Response) => {
      await removePlan(db, currentUser(req), await getPlan(db, idParam(req)));
      flash(req, 'success', 'Plan removed.');
      res.redirect(303, '/plans');
    },
  };
}
