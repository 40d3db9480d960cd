/** Promotion tests: what analysts demand of a model before it is activated. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { describeTest, TestDefinition } from '../domain/models/promotion-tests.ts';
import { removeTest, saveTest } from '../domain/models/promotion-test-editing.ts';
import type { FieldError } from '../errors.ts';
import { typedPercent } from '../format.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, parseForm, textValues } from '../http/validate.ts';
import type { Feature } from '../ml/data/schema.ts';
import { findActiveModel } from '../store/models.ts';
import { findPrediction } from '../store/predictions.ts';
import { getPromotionTest, listPromotionTests } from '../store/promotion-tests.ts';
import type { PromotionTestRecord } from '../store/promotion-tests.ts';

type Values = Readonly<Record<string, string>>;

declare module '../http/render.ts' {
  interface Pages {
    'models/tests': PageData & {
      readonly tests: readonly { readonly record: PromotionTestRecord; readonly words: string }[];
    };
    'models/test': PageData & {
      readonly id: number | null;
      readonly features: readonly Feature[];
      readonly values: Values;
    };
    'models/test-removal': PageData & { readonly test: PromotionTestRecord };
  }
}

const percentage = z
  .string()
  .trim()
  .regex(/^\d{1,3}([.,]\d+)?$/, 'Enter a percentage such as 10.')
  .transform((text) => Number(text.replace(',', '.')) / 100)
  .refine((value) => value <= 1, 'Enter at most 100 percent.');

const shared = {
  name: limitedText(200).min(1, 'Give the test a name.'),
  enabled: z.enum(['yes']).optional(),
};
const TestForm = z.discriminatedUnion(
  'kind',
  [
    z.object({
      ...shared,
      kind: z.literal('direction'),
      feature: limitedText(200).min(1, 'Choose a column.'),
      from: limitedText(200),
      to: limitedText(200).min(1, 'Enter the value to change to.'),
      mustNot: z.enum(['rise', 'fall'], 'Choose what must not happen.'),
      allowed: percentage,
    }),
    z.object({
      ...shared,
      kind: z.literal('golden'),
      customer: z
        .string()
        .trim()
        .regex(/^([1-9]\d{0,9})?$/, 'Enter the number of a score, as in the address of its page.'),
      low: percentage,
      high: percentage,
    }),
  ],
  'Choose the kind of test.',
);

export function createPromotionTestHandlers({ db }: Context) {
  const edit = async (
    res: Response,
    id: number | null,
    values: Values,
    errors: readonly FieldError[] = [],
  ) => {
    const model = await findActiveModel(db);
    const title = id === null ? 'Add a promotion test' : 'Change a promotion test';
    const features = model?.schema.features ?? [];
    await render(res, 'models/test', { title, id, values, features, errors }, errors.length > 0 ? 422 : 200);
  };

  const save = async (req: Request, res: Response, id: number | null) => {
    const form = parseForm(TestForm, req.body);
    const values = textValues(req.body);
    if (!form.ok) {
      await edit(res, id, values, form.errors);
      return;
    }
    const { data } = form;
    if (data.kind === 'golden' && data.low > data.high) {
      await edit(res, id, values, [{ field: 'low', message: 'The lowest score is above the highest.' }]);
      return;
    }
    const definition = await definitionOf(data, id);
    if (definition === null) {
      await edit(res, id, values, [{ field: 'customer', message: 'There is no score with this number.' }]);
      return;
    }
    await saveTest(db, currentUser(req), id, {
      name: data.name,
      definition,
      enabled: data.enabled === 'yes',
    });
    flash(req, 'success', 'The test is saved. The page on which a model is activated shows what it says.');
    res.redirect(303, '/models/tests');
  };

  /** Null when the score that a known customer is taken from is not there. */
  const definitionOf = async (
    data: z.infer<typeof TestForm>,
    id: number | null,
  ): Promise<TestDefinition | null> => {
    if (data.kind === 'direction') {
      const { kind, feature, from, to, mustNot, allowed } = data;
      return { kind, feature, from, to, mustNot, allowed };
    }
    const inputs = data.customer === '' ? await inputsBefore(id) : await inputsOf(Number(data.customer));
    return inputs && { kind: 'golden', inputs: { ...inputs }, low: data.low, high: data.high };
  };

  const inputsOf = async (predictionId: number) => (await findPrediction(db, predictionId))?.inputs ?? null;

  /** A known customer whose number is left empty stays who it was. */
  const inputsBefore = async (id: number | null) => {
    const before = id === null ? null : TestDefinition.safeParse((await getPromotionTest(db, id)).definition);
    return before?.success && before.data.kind === 'golden' ? before.data.inputs : null;
  };

  return {
    list: async (_req: Request, res: Response) => {
      const records = await listPromotionTests(db);
      await render(res, 'models/tests', {
        title: 'Promotion tests',
        tests: records.map((record) => ({ record, words: wordsOf(record) })),
      });
    },

    /** `?kind=golden` for a customer that one knows, `&prediction=ID` that very one. */
    showNew: async (req: Request, res: Response) => {
      const id = typeof req.query['prediction'] === 'string' ? req.query['prediction'] : '';
      const kind = req.query['kind'] === 'golden' ? 'golden' : 'direction';
      await edit(res, null, { kind, customer: id, allowed: '0', low: '0', high: '100', enabled: 'yes' });
    },

    create: (req: Request, res: Response) => save(req, res, null),

    showEdit: async (req: Request, res: Response) => {
      const test = await getPromotionTest(db, idParam(req));
      await edit(res, test.id, valuesOf(test));
    },

    save: async (req: Request, res: Response) => {
      const test = await getPromotionTest(db, idParam(req));
      await save(req, res, test.id);
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const test = await getPromotionTest(db, idParam(req));
      await render(res, 'models/test-removal', { title: `Remove ${test.name}`, test });
    },

    remove: async (req: Request, res: Response) => {
      await removeTest(db, currentUser(req), idParam(req));
      flash(req, 'success', 'The test is removed.');
      res.redirect(303, '/models/tests');
    },
  };
}

function wordsOf({ definition }: PromotionTestRecord): string {
  const read = TestDefinition.safeParse(definition);
  return read.success ? describeTest(read.data) : 'This test cannot be read; write it anew.';
}

function valuesOf({ name, definition, enabled }: PromotionTestRecord): Values {
  const read = TestDefinition.safeParse(definition);
  const values = { name, enabled: enabled ? 'yes' : '' };
  if (!read.success) return { ...values, kind: 'direction' };
  if (read.data.kind === 'golden')
    return {
      ...values,
      kind: 'golden',
      customer: '',
      low: typedPercent(read.data.low),
      high: typedPercent(read.data.high),
    };
  const { feature, from, to, mustNot, allowed } = read.data;
  return { ...values, kind: 'direction', feature, from, to, mustNot, allowed: typedPercent(allowed) };
}
