/** Past tests: the list, the upload, what the columns are, and what was found. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import {
  addPastTest,
  possibleInputs,
  readPastTestLater,
  receivePastTest,
  removePastTest,
  splittingColumns,
} from '../domain/past-tests/past-tests.ts';
import { getReady } from '../domain/datasets/datasets.ts';
import { AppError, Conflict, Unprocessable } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { receivedFile, receiveFile } from '../http/receive-file.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, textValues } from '../http/validate.ts';
import { presentPastTestColumns } from '../presenters/past-test-columns.ts';
import { presentPastTest, presentPastTestList } from '../presenters/past-test.ts';
import { isNamedAfterLeaving } from '../ml/data/schema-inference.ts';
import { getDataset, listDatasets } from '../store/datasets.ts';
import type { Dataset } from '../store/datasets.ts';
import { getPastTest, listPastTests } from '../store/past-tests.ts';
import type { PastTest } from '../store/past-tests.ts';
import { readColumnsForm, tickAll, toColumnsValues } from './past-test-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'past-tests/list': PageData & ReturnType<typeof presentPastTestList>;
    'past-tests/columns': PageData & ReturnType<typeof presentPastTestColumns>;
    'past-tests/show': PageData & ReturnType<typeof presentPastTest>;
    'past-tests/removal': PageData & { readonly name: string; readonly href: string };
  }
}

const DatasetForm = z.object({ dataset: z.coerce.number().int().positive().max(2_147_483_647) });
type Values = Readonly<Record<string, string>>;

export function createPastTestHandlers({ db, config }: Context) {
  const showList = async (res: Response, fileError: string | null = null, status = 200) => {
    const data = { tests: await listPastTests(db), datasets: await listDatasets(db), fileError };
    await render(res, 'past-tests/list', (h) => presentPastTestList(h, data), status);
  };

  const showColumns = async (
    res: Response,
    data: { test: PastTest; dataset: Dataset; values: Values },
    errors: PageData['errors'] = [],
  ) => {
    const columns = { splitting: splittingColumns(data.dataset), inputs: possibleInputs(data.dataset) };
    await render(res, 'past-tests/columns', (h) => ({
      ...presentPastTestColumns(h, { ...data, ...columns }),
      errors,
    }));
  };

  const find = async (req: Request) => {
    const test = await getPastTest(db, idParam(req));
    return { test, dataset: await getReady(db, test.datasetId) };
  };

  return {
    list: (_req: Request, res: Response) => showList(res),

    receive: [
      receiveFile({ db, config }, 'file'),
      async (req: Request, res: Response) => {
        try {
          const id = await receivePastTest(db, config, currentUser(req), receivedFile(req));
          res.redirect(303, `/past-tests/${id}`);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          await showList(res, error.message, error.status);
        }
      },
    ],

    createOfDataset: async (req: Request, res: Response) => {
      const form = DatasetForm.safeParse(req.body);
      if (!form.success) throw new Conflict('Choose one of the datasets that the page offers.');
      const { id } = await getDataset(db, form.data.dataset);
      res.redirect(303, `/past-tests/${await addPastTest(db, currentUser(req), id)}`);
    },

    show: async (req: Request, res: Response) => {
      const test = await getPastTest(db, idParam(req));
      const dataset = await getDataset(db, test.datasetId);
      if (test.state === 'open' && dataset.state === 'ready') {
        res.redirect(303, `/past-tests/${test.id}/columns`);
        return;
      }
      await render(res, 'past-tests/show', (h) => ({
        ...presentPastTest(h, { test, dataset }),
        isWaiting: test.state === 'reading' || dataset.state === 'reading',
      }));
    },

    showColumns: async (req: Request, res: Response) => {
      const { test, dataset } = await find(req);
      const names = possibleInputs(dataset).map(({ name }) => name);
      const values =
        test.choice === null
          ? tickAll(names, (name) => !isNamedAfterLeaving(name))
          : toColumnsValues(test.choice, names);
      await showColumns(res, { test, dataset, values });
    },

    saveColumns: async (req: Request, res: Response) => {
      const { test, dataset } = await find(req);
      const names = possibleInputs(dataset).map(({ name }) => name);
      const form = readColumnsForm(req.body, names);
      if (!form.ok) return showColumns(res, { test, dataset, values: form.values }, form.errors);
      try {
        await readPastTestLater(db, currentUser(req), test, form.data);
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        return showColumns(res, { test, dataset, values: textValues(req.body) }, error.errors);
      }
      res.redirect(303, `/past-tests/${test.id}`);
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const { id, name } = await getPastTest(db, idParam(req));
      await render(res, 'past-tests/removal', { title: `Remove ${name}?`, name, href: `/past-tests/${id}` });
    },

    remove: async (req: Request, res: Response) => {
      await removePastTest(db, currentUser(req), await getPastTest(db, idParam(req)));
      flash(req, 'success', 'Test removed.');
      res.redirect(303, '/past-tests');
    },
  };
}
