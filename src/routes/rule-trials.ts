/** A rule tried before it is saved: on the customers of the last file, and on one. The form is kept. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { timeOf } from '../db/clock.ts';
import { today } from '../domain/campaigns/days.ts';
import type { BatchTrial } from '../domain/retention/batch-trial.ts';
import { draftVersion, withDraft } from '../domain/retention/draft.ts';
import type { RuleDraft } from '../domain/retention/draft.ts';
import type { RetentionRule } from '../domain/retention/matching.ts';
import { Unavailable } from '../errors.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { optionalId, parseForm, scoreId, textValues } from '../http/validate.ts';
import { presentRuleTrial } from '../presenters/rule-trial.ts';
import { findActiveModel } from '../store/models.ts';
import { getRule, listRules } from '../store/retention-rules.ts';
import { getSettings } from '../store/settings.ts';
import { listOfferedCustomers } from './offered-customers.ts';
import { readRuleForm } from './retention-rule-form.ts';
import { showRuleForm } from './rule-form-page.ts';

declare module '../http/render.ts' {
  interface Pages {
    'rules/trial': PageData & ReturnType<typeof presentRuleTrial>;
  }
}

const TrialForm = z.object({ rule: optionalId, prediction: z.string().max(20).default('') });

export function createRuleTrialHandlers(context: Context) {
  const { db, tasks } = context;
  const ruleOf = async (body: unknown): Promise<RetentionRule | null> => {
    const form = parseForm(TrialForm, body);
    return form.ok && form.data.rule !== '' ? getRule(db, form.data.rule) : null;
  };

  /** Null: it takes too long. */
  const tryOnFile = async (draft: RuleDraft): Promise<{ readonly trial: BatchTrial | null } | null> => {
    try {
      return { trial: await tasks.run('tryOnLastBatch', { draft }) };
    } catch (error) {
      if (error instanceof Unavailable) return null;
      throw error;
    }
  };

  /** The one that was chosen, or the customer with the highest churn probability. */
  const tryOnCustomer = async (chosen: string | undefined, draft: RuleDraft) => {
    const recent = await listOfferedCustomers({ db, tasks });
    const id = scoreId(chosen) ?? recent[0]?.id ?? null;
    const prediction = id === null ? null : await tasks.run('findScore', { id });
    const tried = prediction && (await tasks.run('tryDraft', { prediction, draft }));
    return { recent, prediction, tried };
  };

  const readSurroundings = async (draft: RuleDraft) => {
    const rules = withDraft(await listRules(db), draft);
    const drafted = rules.find(({ version }) => version === draftVersion)!;
    const features = (await findActiveModel(db))?.schema.features;
    const { timeZone } = await getSettings(db);
    return { drafted, around: { rules, features, day: today(timeZone, await timeOf(db)) } };
  };

  return {
    show: async (req: Request, res: Response) => {
      const rule = await ruleOf(req.body);
      const form = await readRuleForm(db, req.body);
      if (!form.ok) return showRuleForm(context, res, { rule, ...form });
      const values = textValues(req.body);
      const draft = { id: rule?.id ?? null, rule: form.data };
      const data = {
        ...{ draft, values },
        ...(await readSurroundings(draft)),
        ...(await tryOnCustomer(values['prediction'], draft)),
        file: await tryOnFile(draft),
      };
      await render(res, 'rules/trial', (h) => presentRuleTrial(h, data));
    },

    /** The form as it was sent, to be changed. */
    showForm: async (req: Request, res: Response) => {
      await showRuleForm(context, res, { rule: await ruleOf(req.body), values: textValues(req.body) });
    },
  };
}
