/** How an uploaded file is read: the choice of a sheet, and corrections of what was detected. */
import { isDeepStrictEqual } from 'node:util';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { canBeReread, rereadBatch } from '../domain/batches/rereading.ts';
import { readQuestion } from '../domain/csv/first-line.ts';
import type { ReadingChoice } from '../domain/csv/intake.ts';
import { AppError, Conflict, TryLater } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, parseForm } from '../http/validate.ts';
import { delimiterTokens, presentReadingForm } from '../presenters/batch-reading.ts';
import { getBatch } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { checkOrMatch, stepOf } from './batch-step.ts';
import { openUploadStore } from '../domain/batches/batches.ts';

declare module '../http/render.ts' {
  interface Pages {
    'batches/reading': PageData & ReturnType<typeof presentReadingForm>;
  }
}

/** '' and whatever is not offered is detected. */
const ReadingForm = z.object({
  sheet: z.coerce.number().int().min(0).max(10_000).optional().catch(undefined),
  firstLine: z.enum(['names', 'data']).optional().catch(undefined),
  delimiter: z.string().default(''),
  decimal: z.enum(['.', ',']).optional().catch(undefined),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).optional().catch(undefined),
});

export function createBatchReadingHandlers({ db, config, tasks }: Context) {
  const store = openUploadStore({ db, config });

  const showForm = async (res: Response, batch: BatchRecord, chosen: ReadingChoice, refusal?: AppError) => {
    const question = readQuestion(refusal?.message ?? null);
    const errors = refusal ? [errorOf(refusal, batch)] : [];
    const input = { batch, chosen, question, errors };
    const title = 'How the file is read';
    await render(
      res,
      'batches/reading',
      (h) => ({ title, ...presentReadingForm(h, input) }),
      refusal?.status,
    );
  };

  return {
    show: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      if (await canBeReread(store, batch)) await showForm(res, batch, chosenBefore(batch));
      else res.redirect(303, stepOf(batch));
    },

    save: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const choice = choiceIn(req.body);
      const { firstLine = null } = choice;
      const takeIn = (path: string) => tasks.run('takeInTable', { path, firstLine, choice });
      try {
        if (!isDeepStrictEqual(choice, chosenBefore(batch))) await rereadBatch(store, batch, choice, takeIn);
        res.redirect(303, await checkOrMatch(db, currentUser(req), await getBatch(db, batch.id)));
      } catch (error) {
        if (!(error instanceof AppError) || error instanceof TryLater || error instanceof Conflict)
          throw error;
        await showForm(res, batch, choice, error);
      }
    },
  };
}

function chosenBefore(batch: BatchRecord): ReadingChoice {
  return batch.format.chosen ?? {};
}

function choiceIn(body: unknown): ReadingChoice {
  const form = parseForm(ReadingForm, body);
  if (!form.ok) return {};
  const { sheet, firstLine, decimal, encoding } = form.data;
  const delimiter = Object.hasOwn(delimiterTokens, form.data.delimiter)
    ? delimiterTokens[form.data.delimiter]
    : undefined;
  return {
    ...(sheet !== undefined && { sheet }),
    ...(firstLine !== undefined && { firstLine }),
    ...(delimiter !== undefined && { delimiter }),
    ...(decimal !== undefined && { decimal }),
    ...(encoding !== undefined && { encoding }),
  };
}

/** At the field that is most likely to change it. */
function errorOf({ message }: AppError, batch: BatchRecord): FieldError {
  const question = readQuestion(message);
  if (question) return { field: 'firstLine', message: question.text };
  return { field: batch.format.source === 'xlsx' ? 'sheet' : 'delimiter', message };
}
