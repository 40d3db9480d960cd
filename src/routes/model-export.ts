/** A model for other programs: SQL that scores a table of a database, and ONNX. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { dialectNames } from '../domain/export/sql/dialects.ts';
import { recordExport } from '../domain/models/registry.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, parseForm, textValues } from '../http/validate.ts';
import { presentModelExport } from '../presenters/model-export.ts';
import type { ModelExportPage } from '../presenters/model-export.ts';
import { getModel } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';

declare module '../http/render.ts' {
  interface Pages {
    'models/export': PageData & ModelExportPage;
  }
}

const SqlForm = z.object({
  dialect: z.enum(dialectNames, 'Choose a database.'),
  table: limitedText(200).min(1, 'Enter the name of the table with the customers.'),
  key: limitedText(200).min(1, 'Enter the column that names a customer.'),
});

type Values = Readonly<Record<string, string>>;

export function createModelExportHandlers({ db, tasks }: Context) {
  return {
    show: async (req: Request, res: Response) => {
      const model = await getModel(db, idParam(req));
      await showPage(res, model, { table: 'customers', key: model.schema.identifier ?? '' }, []);
    },

    downloadOnnx: async (req: Request, res: Response) => {
      const model = await getModel(db, idParam(req));
      const bytes = await tasks.run('onnxExport', { modelId: model.id });
      await recordExport(db, currentUser(req), model, { format: 'onnx' });
      res
        .attachment(`holdfast-model_v${model.id}.onnx`)
        .type('application/octet-stream')
        .send(Buffer.from(bytes));
    },

    downloadSql: async (req: Request, res: Response) => {
      const model = await getModel(db, idParam(req));
      const form = parseForm(SqlForm, req.query);
      if (!form.ok) return showPage(res, model, form.values, form.errors);
      try {
        const sql = await tasks.run('sqlExport', { modelId: model.id, ...form.data });
        await recordExport(db, currentUser(req), model, { format: 'sql', ...form.data });
        res
          .attachment(`holdfast-model_v${model.id}_${form.data.dialect}.sql`)
          .type('application/sql')
          .send(sql);
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await showPage(res, model, textValues(req.query), error.errors);
      }
    },
  };
}

async function showPage(
  res: Response,
  model: ModelRecord,
  values: Values,
  errors: readonly FieldError[],
): Promise<void> {
  const title = `Score elsewhere with ${model.label}`;
  await render(res, 'models/export', () => ({ title, errors, ...presentModelExport(model, values) }));
}
