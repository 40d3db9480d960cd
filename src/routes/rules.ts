/** Retention rules: listed, edited, tried on a customer. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { operators } from '../domain/retention/matching.ts';
import type { AttributeCondition, Conditions, RetentionRule } from '../domain/retention/matching.ts';
import { typedNumber } from '../domain/scoring/cell-values.ts';
import { foldName } from '../domain/csv/column-names.ts';
import { currentPopulation } from '../domain/analytics/population.ts';
import type { RuleTrial } from '../domain/retention/rule-trial.ts';
import { removeRule, saveRule } from '../domain/retention/rules.ts';
import { riskLevels } from '../domain/risk/levels.ts';
import type { FieldError } from '../errors.ts';
import { typedPercent } from '../format.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, parseForm, textValues } from '../http/validate.ts';
import { findActiveModel } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { getPrediction, noFilter } from '../store/predictions.ts';
import type { PredictionRecord } from '../store/predictions.ts';
import { getRule, listRules } from '../store/retention-rules.ts';

declare module '../http/render.ts' {
  interface Pages {
    'rules/list': PageData & {
      readonly rules: readonly (RetentionRule & { readonly unknownColumns: readonly string[] })[];
    };
    'rules/edit': PageData & {
      readonly id: number | null;
      readonly values: Readonly<Record<string, string>>;
      readonly columns: readonly string[];
      readonly operators: readonly string[];
      readonly slots: readonly number[];
    };
    'rules/test': PageData & {
      readonly prediction: PredictionRecord | null;
      readonly recent: readonly PredictionRecord[];
      readonly results: readonly RuleTrial[];
    };
    'rules/removal': PageData & { readonly rule: RetentionRule };
  }
}

/** How many attribute conditions the form offers. */
const slots = [0, 1, 2];
const amount = z
  .string()
  .trim()
  .regex(/^\d{1,9}([.,]\d{1,2})?$/, 'Enter an amount such as 25 or 12.50.')
  .transform((text) => Number(text.replace(',', '.')));

const column = limitedText(200);
const operator = z.enum(operators, 'Choose a comparison.');
const value = limitedText(200);
const attributeFields = {
  ...{ column0: column, operator0: operator, value0: value },
  ...{ column1: column, operator1: operator, value1: value },
  ...{ column2: column, operator2: operator, value2: value },
};

const RuleForm = z.object({
  action: limitedText(200).min(1, 'Say what is to be done.'),
  why: limitedText(500).min(1, 'Say why, in a sentence that a colleague understands.'),
  cost: amount,
  saveRate: z
    .string()
    .trim()
    .regex(/^\d{1,3}([.,]\d+)?$/, 'Enter a percentage such as 10.')
    .transform((text) => Number(text.replace(',', '.')) / 100)
    .refine((share) => share <= 1, 'Enter at most 100 percent.'),
  position: z
    .string()
    .trim()
    .regex(/^\d{1,9}$/, 'Enter a whole number, 0 or more.')
    .transform(Number)
    .refine((place) => place <= 1_000, 'Enter at most 1,000.'),
  enabled: z.enum(['yes']).optional(),
  low: z.enum(['yes']).optional(),
  medium: z.enum(['yes']).optional(),
  high: z.enum(['yes']).optional(),
  minMonthlyValue: z
    .string()
    .trim()
    .regex(/^(\d{1,9}([.,]\d{1,2})?)?$/, 'Enter an amount such as 25 or 12.50, or leave it empty.')
    .transform((text) => (text === '' ? null : Number(text.replace(',', '.')))),
  reason: limitedText(200).transform((text) => text || null),
  ...attributeFields,
});

export function createRuleHandlers({ db, tasks }: Context) {
  const edit = async (
    res: Response,
    id: number | null,
    values: Readonly<Record<string, string>>,
    errors: PageData['errors'] = [],
  ) => {
    const model = await findActiveModel(db);
    const columns = model?.schema.features.map((feature) => feature.name) ?? [];
    const title = id === null ? 'Add a rule' : 'Change a rule';
    await render(
      res,
      'rules/edit',
      { title, id, values, columns, operators, slots, errors },
      errors.length > 0 ? 422 : 200,
    );
  };
  const save = async (req: Request, res: Response, id: number | null) => {
    const form = parseForm(RuleForm, req.body);
    const values = textValues(req.body);
    const errors = [...(form.ok ? [] : form.errors), ...comparisonErrors(values)];
    if (!form.ok || errors.length > 0) {
      await edit(res, id, values, errors);
      return;
    }
    await saveRule(db, currentUser(req), id, toRule(form.data));
    flash(req, 'success', 'The rule is saved. It applies to what is scored from now on.');
    res.redirect(303, '/settings/rules');
  };

  return {
    list: async (_req: Request, res: Response) => {
      const model = await findActiveModel(db);
      const rules = await listRules<Conditions>(db);
      await render(res, 'rules/list', {
        title: 'Retention rules',
        rules: rules.map((rule) => ({ ...rule, unknownColumns: unknownColumns(rule, model) })),
      });
    },

    showNew: async (_req: Request, res: Response) => {
      await edit(res, null, { position: String((await listRules(db)).length), enabled: 'yes', high: 'yes' });
    },

    create: (req: Request, res: Response) => save(req, res, null),

    showEdit: async (req: Request, res: Response) => {
      const rule = await getRule<Conditions>(db, idParam(req));
      await edit(res, rule.id, toValues(rule));
    },

    save: async (req: Request, res: Response) => {
      const rule = await getRule(db, idParam(req));
      await save(req, res, rule.id);
    },

    /** `?prediction=ID`: what each rule says of this customer, as the rules are now. */
    test: async (req: Request, res: Response) => {
      const id = Number(req.query['prediction']);
      const prediction =
        Number.isSafeInteger(id) && id > 0 ? await getPrediction(db, id).catch(() => null) : null;
      const { filter: population } = await currentPopulation(db);
      const recent = await tasks.run('listPredictions', {
        filter: { ...noFilter, population },
        sort: { key: 'probability', descending: true },
        limit: 20,
        offset: 0,
      });
      const results = prediction ? await tasks.run('tryRules', { prediction }) : [];
      await render(res, 'rules/test', { title: 'Try the rules on a customer', prediction, recent, results });
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const rule = await getRule<Conditions>(db, idParam(req));
      await render(res, 'rules/removal', { title: 'Remove a rule', rule });
    },

    remove: async (req: Request, res: Response) => {
      await removeRule(db, currentUser(req), idParam(req));
      flash(req, 'success', 'The rule is removed. Scores that named it keep their recommendation.');
      res.redirect(303, '/settings/rules');
    },
  };
}

/** A comparison that could never hold is a slip, not a rule. */
function comparisonErrors(values: Readonly<Record<string, string>>): FieldError[] {
  return slots.flatMap((i) => {
    const asked = (values[`value${i}`] ?? '').trim();
    const comparison = values[`operator${i}`];
    if (!values[`column${i}`]?.trim() || comparison === 'missing') return [];
    if (asked === '') return [{ field: `value${i}`, message: 'Say what the column is compared with.' }];
    if ((comparison === 'below' || comparison === 'above') && typedNumber(asked) === null)
      return [{ field: `value${i}`, message: 'Enter a number: below and above compare numbers.' }];
    return [];
  });
}

/** Columns that the rule asks for and the active model does not have: such a rule matches nobody. */
function unknownColumns({ conditions }: RetentionRule, model: ModelRecord | undefined): string[] {
  const known = new Set(model?.schema.features.map((feature) => foldName(feature.name)));
  const asked = [
    ...conditions.attributes.map(({ column }) => column),
    ...(conditions.reason === null ? [] : [conditions.reason]),
  ];
  return [...new Set(asked.filter((column) => !known.has(foldName(column))))];
}

function toRule(form: z.infer<typeof RuleForm>) {
  const attributes = [
    { column: form.column0, operator: form.operator0, value: form.value0 },
    { column: form.column1, operator: form.operator1, value: form.value1 },
    { column: form.column2, operator: form.operator2, value: form.value2 },
  ]
    .filter((condition) => condition.column !== '')
    .map(withPlainNumber);
  const conditions: Conditions = {
    riskLevels: riskLevels.filter((level) => form[level] === 'yes'),
    minMonthlyValue: form.minMonthlyValue,
    reason: form.reason,
    attributes,
  };
  return {
    action: form.action,
    why: form.why,
    cost: form.cost,
    saveRate: form.saveRate,
    position: form.position,
    enabled: form.enabled === 'yes',
    conditions,
  };
}

/** '1,234' can be read in two ways: the rule keeps, and shows from then on, the number that it was read as. */
function withPlainNumber(condition: AttributeCondition): AttributeCondition {
  const { operator: comparison, value: asked } = condition;
  return comparison === 'below' || comparison === 'above'
    ? { ...condition, value: String(typedNumber(asked) ?? asked) }
    : condition;
}

function toValues(rule: RetentionRule): Record<string, string> {
  const { conditions } = rule;
  const values: Record<string, string> = {
    action: rule.action,
    why: rule.why,
    cost: String(rule.cost),
    saveRate: typedPercent(rule.saveRate),
    position: String(rule.position),
    minMonthlyValue: conditions.minMonthlyValue === null ? '' : String(conditions.minMonthlyValue),
    reason: conditions.reason ?? '',
  };
  if (rule.enabled) values['enabled'] = 'yes';
  for (const level of conditions.riskLevels) values[level] = 'yes';
  conditions.attributes.forEach(({ column, operator, value }, i) =>
    Object.assign(values, { [`column${i}`]: column, [`operator${i}`]: operator, [`value${i}`]: value }),
  );
  return values;
}
