/** What can be changed for customers, and what it costs: the list, the form, and the removal. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { asSpelled, getLever, leverProblem, removeLever, saveLever } from '../domain/levers/levers.ts';
import type { NewLever } from '../domain/levers/levers.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, optionalId, parseForm } from '../http/validate.ts';
import { presentLeverForm, presentLeverRemoval, presentLevers } from '../presenters/lever.ts';
import type { LeverFormData } from '../presenters/lever.ts';
import { costBases, leverChanges } from '../store/levers.ts';
import type { Lever } from '../store/levers.ts';
import { findActiveModel } from '../store/models.ts';
import { listRules } from '../store/retention-rules.ts';
import { getSettings } from '../store/settings.ts';

declare module '../http/render.ts' {
  interface Pages {
    'levers/list': PageData & ReturnType<typeof presentLevers>;
    'levers/edit': PageData & ReturnType<typeof presentLeverForm>;
    'levers/removal': PageData & ReturnType<typeof presentLeverRemoval>;
  }
}

const LeverForm = z.object({
  column: limitedText(200).min(1, 'Choose a column.'),
  change: z.enum(leverChanges, 'Choose how it changes.'),
  level: limitedText(200),
  cost: z
    .string()
    .trim()
    .regex(/^\d{1,9}([.,]\d{1,2})?$/, 'Enter a cost such as 25 or 12.50. Enter 0 if the change is free.')
    .transform((typed) => Number(typed.replace(',', '.'))),
  per: z.enum(costBases, 'Choose how it is paid.'),
  ruleId: optionalId,
});

const listPath = '/settings/levers';

export function createLeverHandlers({ db }: Context) {
  const readAround = async () => ({
    features: (await findActiveModel(db))?.schema.features,
    rules: await listRules(db),
  });

  const showForm = async (
    res: Response,
    form: Pick<LeverFormData, 'id' | 'values'>,
    errors: readonly FieldError[] = [],
  ) => {
    const around = await readAround();
    await render(res, 'levers/edit', (h) => ({ ...presentLeverForm(h, { ...form, ...around }), errors }));
  };

  const save = async (req: Request, res: Response, id: number | null) => {
    const form = parseForm(LeverForm, req.body);
    if (!form.ok) return showForm(res, { id, values: form.values }, form.errors);
    const lever = toLever(form.data);
    const { features = [], rules } = await readAround();
    const problem = leverProblem(lever, features);
    if (problem !== null) return showForm(res, { id, values: toValues(lever) }, [problem]);
    // A rule that was removed meanwhile offers nothing.
    const isKnown = rules.some((rule) => rule.id === lever.ruleId);
    const spelled = asSpelled(lever, features);
    await saveLever(db, currentUser(req), id, isKnown ? spelled : { ...spelled, ruleId: null });
    flash(req, 'success', 'Saved. Pages of customers show it from now on.');
    res.redirect(303, listPath);
  };

  return {
    list: async (_req: Request, res: Response) => {
      const { levers } = await getSettings(db);
      const around = await readAround();
      await render(res, 'levers/list', (h) => presentLevers(h, { levers, ...around }));
    },

    showNew: (_req: Request, res: Response) =>
      showForm(res, { id: null, values: { change: 'level', per: 'once' } }),

    create: (req: Request, res: Response) => save(req, res, null),

    showEdit: async (req: Request, res: Response) => {
      const lever = await getLever(db, idParam(req));
      await showForm(res, { id: lever.id, values: toValues(lever) });
    },

    save: async (req: Request, res: Response) => {
      const { id } = await getLever(db, idParam(req));
      await save(req, res, id);
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const lever = await getLever(db, idParam(req));
      await render(res, 'levers/removal', (h) => presentLeverRemoval(h, lever));
    },

    remove: async (req: Request, res: Response) => {
      await removeLever(db, currentUser(req), idParam(req));
      flash(req, 'success', 'Removed. Pages of customers no longer show it.');
      res.redirect(303, listPath);
    },
  };
}

function toLever({ level, ruleId, ...form }: z.infer<typeof LeverForm>): NewLever {
  return {
    ...form,
    level: form.change === 'level' ? level : null,
    ruleId: ruleId === '' ? null : ruleId,
  };
}

/** As they are typed. */
function toValues({ column, change, level, cost, per, ruleId }: Omit<Lever, 'id'>): Record<string, string> {
  return {
    column,
    change,
    level: level ?? '',
    cost: String(cost),
    per,
    ruleId: ruleId === null ? '' : String(ruleId),
  };
}
