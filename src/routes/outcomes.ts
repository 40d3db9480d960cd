/** What became of customers: from a file, or one by one. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { findLastWithMissing } from '../domain/batches/missing-customers.ts';
import { correctOutcomes, recordOutcomes } from '../domain/campaigns/outcomes.ts';
import { AppError, TryLater, Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { receivedFile, receiveFile } from '../http/receive-file.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { limitedText, parseForm, textValues } from '../http/validate.ts';
import { presentOutcomes, recordedWords } from '../presenters/outcomes.ts';
import type { OutcomesData } from '../presenters/outcomes.ts';
import { byteOrderMark, safeLine } from '../domain/csv/writer.ts';
import { countRecorded } from '../store/outcomes.ts';
import { dayNow, requireSeenOn } from '../domain/campaigns/seen-on.ts';

declare module '../http/render.ts' {
  interface Pages {
    'outcomes/show': PageData & ReturnType<typeof presentOutcomes>;
  }
}

const page = '/outcomes';

export function createOutcomeHandlers({ db, config, tasks }: Context) {
  const show = async (res: Response, change: Partial<OutcomesData> = {}, status = 200) => {
    const data = {
      values: { seenOn: await dayNow(db) },
      errors: [],
      problems: [],
      recorded: await countRecorded(db, { customerId: null, hasLeft: null }),
      missing: await findLastWithMissing(db),
      ...change,
    };
    await render(res, 'outcomes/show', (h) => presentOutcomes(h, data), status);
  };

  const dayOf = async (typed: string) => {
    const latest = await dayNow(db);
    return { day: await requireSeenOn(db, typed === '' ? latest : typed), latest };
  };

  /** The file is gone before the answer, whatever is in it. */
  const readAndRemove = async (file: string, seenOn: string) => {
    const path = join(config.uploadsDir, file);
    try {
      return await tasks.run('readOutcomeFile', { path, ...(await dayOf(seenOn)) });
    } finally {
      await rm(path, { force: true });
    }
  };

  return {
    show: (_req: Request, res: Response) => show(res),

    template: (_req: Request, res: Response) => {
      res
        .attachment('holdfast-outcomes.csv')
        .type('text/csv')
        .send(byteOrderMark + safeLine(['customer', 'left', 'date'], { lineEnd: '\r\n' }));
    },

    receive: [
      receiveFile({ db, config }, 'file'),
      async (req: Request, res: Response) => {
        const values = textValues(req.body);
        try {
          const received = receivedFile(req);
          const read = await readAndRemove(received.file, values['seenOn'] ?? '');
          if (read.problems.length > 0) {
            const message = 'Nothing was recorded: rows of the file cannot be read.';
            const errors = [{ field: 'file', message }];
            await show(res, { values, errors, problems: read.problems }, 422);
            return;
          }
          const { outcomes } = read;
          const source = received.originalName;
          const recorded = await recordOutcomes(db, currentUser(req), { outcomes, source });
          flash(req, recorded.recorded > 0 ? 'success' : 'notice', recordedWords({ ...read, ...recorded }));
          res.redirect(303, page);
        } catch (error) {
          if (!(error instanceof AppError) || error instanceof TryLater) throw error;
          await show(res, { values, errors: errorsOf(error) }, error.status);
        }
      },
    ],

    correct: async (req: Request, res: Response) => {
      const form = parseForm(CorrectionForm, req.body);
      const values = textValues(req.body);
      if (!form.ok) return show(res, { values, errors: form.errors }, 422);
      try {
        const { day } = await dayOf(form.data.seenOnOne);
        const { customer, left } = form.data;
        const customerIds = [customer];
        if ((await tasks.run('unknownCustomers', { customerIds })).length > 0) throw unknownCustomer();
        const seen = { seenOn: day, hasLeft: left === 'yes' };
        await correctOutcomes(db, currentUser(req), { customerIds, seen, reason: '' });
        flash(req, 'success', `Recorded for customer ${customer}.`);
        res.redirect(303, page);
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        const errors = error.errors.map((one) =>
          one.field === 'seenOn' ? { ...one, field: 'seenOnOne' } : one,
        );
        await show(res, { values, errors }, 422);
      }
    },
  };
}

function unknownCustomer(): Unprocessable {
  return new Unprocessable([
    { field: 'customer', message: 'No customer with this ID has been scored. Check its spelling.' },
  ]);
}

const CorrectionForm = z.object({
  customer: limitedText(200).min(1, 'Enter a customer ID.'),
  left: z.enum(['yes', 'no'], 'Choose whether the customer has left.'),
  seenOnOne: limitedText(20),
});

function errorsOf(error: AppError): readonly FieldError[] {
  return error instanceof Unprocessable ? error.errors : [{ field: 'file', message: error.message }];
}
