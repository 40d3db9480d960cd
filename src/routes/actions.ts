/** The work queue: the list, one action, and giving actions to people. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { addAction, addCampaignActions, assignTo, changeAction } from '../domain/actions/actions.ts';
import { weekFrom } from '../domain/actions/waiting.ts';
import { addDays, isDay } from '../domain/campaigns/days.ts';
import { Unprocessable } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { chosenValues, idParam, limitedText, optionalId, parseForm, parseQuery } from '../http/validate.ts';
import { presentAction, presentActions } from '../presenters/action.ts';
import type { ActionsQuery } from '../presenters/action.ts';
import { actionResults } from '../store/action-results.ts';
import { actionStatuses, countActions, getAction, listActions } from '../store/actions.ts';
import type { ActionFilter, ActionRecord } from '../store/actions.ts';
import { getCampaign } from '../store/campaigns.ts';
import { listOwners } from '../store/users.ts';
import { dayNow } from '../domain/campaigns/seen-on.ts';

declare module '../http/render.ts' {
  interface Pages {
    'actions/list': PageData & ReturnType<typeof presentActions>;
    'actions/show': PageData & ReturnType<typeof presentAction>;
  }
}

const ListQuery = z.object({
  status: z.enum(['', ...actionStatuses]).default('open'),
  owner: z.union([z.enum(['', 'me', 'nobody']), z.coerce.number().int().positive()]).default(''),
  due: z.enum(['', 'overdue', 'week']).default(''),
  campaign: optionalId,
  customer: z.string().max(200).default(''),
  action: z.string().max(200).default(''),
  page: z.coerce.number().int().min(1).max(100_000).default(1),
});

const pageSize = 50;
const mostAssigned = 200;
/** Of an action that somebody adds without saying when. */
const usualDays = 7;

const owner = optionalId.transform((id) => (id === '' ? null : id));
const day = limitedText(20).refine((text) => text === '' || isDay(text), 'Enter a date such as 2026-11-20.');

const AddForm = z.object({
  customer: limitedText(200).min(1, 'Enter a customer ID.'),
  action: limitedText(200).min(1, 'Enter what to do.'),
});

const CampaignActionsForm = z.object({ owner, dueOn: day.default('') });

const ChangeForm = z.object({
  status: z.enum(actionStatuses, 'Choose a status.'),
  result: z.enum(['', ...actionResults]).default(''),
  owner,
  dueOn: day.refine((text) => text !== '', 'Enter a date.'),
  notes: limitedText(2_000),
});

export function createActionHandlers({ db }: Context) {
  const showAction = async (res: Response, action: ActionRecord, errors: PageData['errors'] = []) => {
    const people = await listOwners(db);
    const now = await dayNow(db);
    await render(res, 'actions/show', (h) => ({
      ...presentAction(h, { action, people, today: now }),
      errors,
    }));
  };

  return {
    list: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(ListQuery, req.query);
      const now = await dayNow(db);
      const filter = toFilter(query, currentUser(req).id, now);
      const total = await countActions(db, filter);
      const pages = Math.max(1, Math.ceil(total / pageSize));
      const page = Math.min(query.page, pages);
      const range = { limit: pageSize, offset: (page - 1) * pageSize };
      const actions = await listActions(db, filter, range);
      const data = { actions, total, page, pages, query, people: await listOwners(db), today: now };
      await render(res, 'actions/list', (h) => presentActions(h, data));
    },

    create: async (req: Request, res: Response) => {
      const form = parseForm(AddForm, req.body);
      if (!form.ok) throw new Unprocessable(form.errors);
      const { customer, action } = form.data;
      const user = currentUser(req);
      const dueOn = addDays(await dayNow(db), usualDays);
      await addAction(db, user, {
        customerId: customer,
        action,
        campaignId: null,
        ownerId: user.id,
        dueOn,
      });
      flash(req, 'success', `Added to your actions: ${action}.`);
      res.redirect(303, '/actions?owner=me');
    },

    createForCampaign: async (req: Request, res: Response) => {
      const campaign = await getCampaign(db, idParam(req));
      const form = parseForm(CampaignActionsForm, req.body);
      if (!form.ok) throw new Unprocessable(form.errors);
      const dueOn = form.data.dueOn || addDays(await dayNow(db), usualDays);
      const terms = { ownerId: form.data.owner, dueOn };
      const added = await addCampaignActions(db, currentUser(req), campaign, terms);
      flash(req, 'success', added === 1 ? '1 action added.' : `${added} actions added.`);
      res.redirect(303, `/actions?campaign=${campaign.id}`);
    },

    show: async (req: Request, res: Response) => {
      await showAction(res, await getAction(db, idParam(req)));
    },

    save: async (req: Request, res: Response) => {
      const action = await getAction(db, idParam(req));
      const form = parseForm(ChangeForm, req.body);
      if (!form.ok) return showAction(res, action, form.errors);
      const { owner: ownerId, result, ...change } = form.data;
      const isDone = change.status === 'done';
      await changeAction(db, currentUser(req), action.id, {
        ...change,
        ownerId,
        result: isDone && result !== '' ? result : null,
      });
      flash(req, 'success', 'Action saved.');
      res.redirect(303, '/actions?owner=me');
    },

    /** `ids`: one number for each box that was ticked. */
    assign: async (req: Request, res: Response) => {
      const { owner: to } = (req.body ?? {}) as Readonly<Record<string, unknown>>;
      const chosen = chosenValues(req.body, 'ids').map(Number).filter(Number.isInteger);
      const ownerId = owner.safeParse(to);
      if (chosen.length === 0 || chosen.length > mostAssigned || !ownerId.success) {
        flash(req, 'notice', 'Tick the actions to assign, and choose a person.');
        res.redirect(303, '/actions');
        return;
      }
      const assigned = await assignTo(db, currentUser(req), chosen, ownerId.data);
      flash(req, 'success', assigned === 1 ? '1 action assigned.' : `${assigned} actions assigned.`);
      res.redirect(303, '/actions');
    },
  };
}

function toFilter(query: ActionsQuery, userId: number, now: string): ActionFilter {
  const orNull = <T>(value: T | ''): T | null => (value === '' ? null : value);
  return {
    status: orNull(query.status),
    owner: query.owner === 'me' ? userId : orNull(query.owner),
    campaign: orNull(query.campaign),
    customer: orNull(query.customer.trim()),
    action: orNull(query.action),
    ...daysDue(query.due, now),
  };
}

function daysDue(due: ActionsQuery['due'], now: string): Pick<ActionFilter, 'dueFrom' | 'dueBefore'> {
  if (due === 'overdue') return { dueFrom: null, dueBefore: now };
  return due === 'week' ? weekFrom(now) : { dueFrom: null, dueBefore: null };
}
