/** Retention rules: the list, the form, and the removal. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { timeOf } from '../db/clock.ts';
import { today } from '../domain/campaigns/days.ts';
import { isModelOfSample } from '../domain/retention/example-rules.ts';
import type { RetentionRule } from '../domain/retention/matching.ts';
import { personas, proposeRule, proposeRules } from '../domain/retention/personas.ts';
import { removeRule, saveRule } from '../domain/retention/rules.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, parseQuery } from '../http/validate.ts';
import { presentProposals } from '../presenters/rule-proposals.ts';
import { presentRuleList } from '../presenters/rule.ts';
import type { RuleListData } from '../presenters/rule.ts';
import { findActiveModel } from '../store/models.ts';
import { getRule, listRules } from '../store/retention-rules.ts';
import { getSettings } from '../store/settings.ts';
import { showRuleForm } from './rule-form-page.ts';
import { readRuleForm, toFormValues } from './retention-rule-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'rules/list': PageData & ReturnType<typeof presentRuleList>;
    'rules/proposals': PageData & ReturnType<typeof presentProposals>;
    'rules/removal': PageData & { readonly rule: RetentionRule };
  }
}

const newRule = { enabled: 'yes', high: 'yes' };
const NewRuleQuery = z.object({ persona: z.enum(personas).optional() });
const listPath = '/settings/rules';

export function createRuleHandlers(context: Context) {
  const { db } = context;
  const save = async (req: Request, res: Response, rule: RetentionRule | null) => {
    const form = await readRuleForm(db, req.body);
    if (!form.ok) return showRuleForm(context, res, { rule, ...form });
    await saveRule(db, currentUser(req), rule?.id ?? null, form.data);
    flash(req, 'success', 'Rule saved. It applies to customers scored from now on.');
    res.redirect(303, listPath);
  };

  const readList = async (): Promise<RuleListData> => {
    const model = await findActiveModel(db);
    const isOfSample = model === undefined || (await isModelOfSample(db, model));
    const { timeZone } = await getSettings(db);
    const rules = await listRules(db);
    return {
      listed: rules.map((rule) => ({ rule, applies: isOfSample || !rule.isExample })),
      features: model?.schema.features,
      day: today(timeZone, await timeOf(db)),
    };
  };

  return {
    list: async (_req: Request, res: Response) => {
      const data = await readList();
      await render(res, 'rules/list', (h) => ({ title: 'Retention rules', ...presentRuleList(h, data) }));
    },

    /** `?persona=new`: as it is proposed for such customers. */
    showNew: async (req: Request, res: Response) => {
      const { persona } = parseQuery(NewRuleQuery, req.query).data;
      const place = (await listRules(db)).length;
      const schema = (await findActiveModel(db))?.schema;
      const proposed = persona && schema ? proposeRule(persona, schema, place).rule : null;
      const values = proposed ? toFormValues(proposed) : { ...newRule, position: String(place) };
      await showRuleForm(context, res, { rule: null, values });
    },

    showProposals: async (_req: Request, res: Response) => {
      const model = await findActiveModel(db);
      const proposals = model ? proposeRules(model.schema, 0) : null;
      await render(res, 'rules/proposals', (h) => presentProposals(h, proposals));
    },

    create: (req: Request, res: Response) => save(req, res, null),

    showEdit: async (req: Request, res: Response) => {
      const rule = await getRule(db, idParam(req));
      await showRuleForm(context, res, { rule, values: toFormValues(rule) });
    },

    save: async (req: Request, res: Response) => {
      await save(req, res, await getRule(db, idParam(req)));
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const rule = await getRule(db, idParam(req));
      await render(res, 'rules/removal', { title: 'Remove a retention rule', rule });
    },

    remove: async (req: Request, res: Response) => {
      await removeRule(db, currentUser(req), idParam(req));
      flash(req, 'success', 'Rule removed. Stored scores keep their recommendation.');
      res.redirect(303, listPath);
    },
  };
}
