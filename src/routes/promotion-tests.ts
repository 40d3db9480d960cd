/** Promotion tests: requirements that a model has to meet before it is activated. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { removeTest, saveTest } from '../domain/models/promotion-test-editing.ts';
import { TestDefinition } from '../domain/models/promotion-tests.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, textValues } from '../http/validate.ts';
import { presentPromotionTestForm, presentPromotionTests } from '../presenters/promotion-test.ts';
import type { PromotionTestFormData } from '../presenters/promotion-test.ts';
import { findActiveModel } from '../store/models.ts';
import { getPromotionTest, listPromotionTests } from '../store/promotion-tests.ts';
import type { PromotionTestRecord } from '../store/promotion-tests.ts';
import { definitionOf, readTestForm, toFormValues } from './promotion-test-form.ts';
import type { TestForm } from './promotion-test-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'models/tests': PageData & ReturnType<typeof presentPromotionTests>;
    'models/test': PageData & ReturnType<typeof presentPromotionTestForm>;
    'models/test-removal': PageData & { readonly test: PromotionTestRecord };
  }
}

const listPath = '/models/tests';
const unknownScore = { field: 'customer', message: 'There is no score with this number.' };

export function createPromotionTestHandlers({ db, tasks }: Context) {
  const showForm = async (res: Response, form: Omit<PromotionTestFormData, 'columns'>) => {
    const model = await findActiveModel(db);
    const columns = model?.schema.features.map(({ name }) => name) ?? [];
    await render(res, 'models/test', (h) => presentPromotionTestForm(h, { ...form, columns }));
  };

  /** `test` null: a new one. */
  const save = async (req: Request, res: Response, test: PromotionTestRecord | null) => {
    const id = test?.id ?? null;
    const values = textValues(req.body);
    const form = readTestForm(req.body);
    if (!form.ok) return showForm(res, { id, values, errors: form.errors });
    const definition = definitionOf(form.data, await inputsFor(form.data, test));
    if (definition === null) return showForm(res, { id, values, errors: [unknownScore] });
    const { name, enabled } = form.data;
    await saveTest(db, currentUser(req), id, { name, definition, enabled: enabled === 'yes' });
    flash(req, 'success', 'Test saved. Its result is shown before a model is activated.');
    res.redirect(303, listPath);
  };

  /** Of a known customer. Without a number the customer stays the same. */
  const inputsFor = async (form: TestForm, test: PromotionTestRecord | null) => {
    if (form.kind === 'direction') return null;
    if (form.customer !== '')
      return (await tasks.run('findScore', { id: Number(form.customer) }))?.inputs ?? null;
    const before = TestDefinition.safeParse(test?.definition);
    return before.success && before.data.kind === 'golden' ? before.data.inputs : null;
  };

  return {
    list: async (_req: Request, res: Response) => {
      const tests = await listPromotionTests(db);
      await render(res, 'models/tests', (h) => presentPromotionTests(h, tests));
    },

    /** `?kind=golden`: a test on a known customer, `&prediction=ID` on the customer of this score. */
    showNew: async (req: Request, res: Response) => {
      const { kind, prediction } = req.query;
      const customer = typeof prediction === 'string' ? prediction : '';
      const defaults = { customer, allowed: '0', low: '0', high: '100', enabled: 'yes' };
      const values = { ...defaults, kind: kind === 'golden' ? 'golden' : 'direction' };
      await showForm(res, { id: null, values, errors: [] });
    },

    create: (req: Request, res: Response) => save(req, res, null),

    showEdit: async (req: Request, res: Response) => {
      const test = await getPromotionTest(db, idParam(req));
      await showForm(res, { id: test.id, values: toFormValues(test), errors: [] });
    },

    save: async (req: Request, res: Response) => {
      await save(req, res, await getPromotionTest(db, idParam(req)));
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const test = await getPromotionTest(db, idParam(req));
      await render(res, 'models/test-removal', { title: `Remove ${test.name}`, test });
    },

    remove: async (req: Request, res: Response) => {
      await removeTest(db, currentUser(req), idParam(req));
      flash(req, 'success', 'Test removed.');
      res.redirect(303, listPath);
    },
  };
}
