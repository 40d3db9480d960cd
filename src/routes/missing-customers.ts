/** Customers of an earlier file who are not in this one: the list, its CSV, and what became of them. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { answerMissing, listEarlierBatches } from '../domain/batches/missing-customers.ts';
import type { MissingAnswer } from '../domain/batches/missing-customers.ts';
import { withSetLevels } from '../domain/risk/set-levels.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { sendCsv } from '../http/csv.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import {
  chosenValues,
  idParam,
  limitedText,
  optionalId,
  parseForm,
  parseQuery,
  textValues,
} from '../http/validate.ts';
import { answeredWords, presentMissing } from '../presenters/missing-customers.ts';
import { getBatch } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { dayNow, requireSeenOn } from '../domain/campaigns/seen-on.ts';

declare module '../http/render.ts' {
  interface Pages {
    'batches/missing': PageData & ReturnType<typeof presentMissing>;
  }
}

const pageSize = 100;

/** `with`: the earlier file; none is the one before. */
const MissingQuery = z.object({
  with: optionalId,
  page: z.coerce.number().int().min(1).max(100_000).default(1),
});
type MissingQuery = z.infer<typeof MissingQuery>;

const AnswerForm = z.object({
  with: optionalId,
  scope: z.enum(['chosen', 'all'], 'Choose which customers.'),
  /** How many the page showed. */
  total: z.coerce.number().int().min(0),
  answer: z.enum(['left', 'stayed', 'unknown'], 'Choose what became of them.'),
  seenOn: limitedText(20),
});
type AnswerForm = z.infer<typeof AnswerForm>;

interface Typed {
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
  readonly ticked: readonly string[];
}

export function createMissingCustomerHandlers({ db, tasks }: Context) {
  const showPage = async (res: Response, batch: BatchRecord, query: MissingQuery, typed: Typed) => {
    const asked = { batchId: batch.id, earlierId: query.with || null };
    const list = await tasks.run('pageOfMissing', { ...asked, page: query.page, size: pageSize });
    const candidates = await listEarlierBatches(db, batch);
    const earlier = candidates.find(({ id }) => asked.earlierId === null || id === asked.earlierId);
    const data = {
      ...list,
      ...typed,
      batch,
      candidates,
      earlier,
      scores: await withSetLevels(db, list.scores),
    };
    await render(res, 'batches/missing', (h) => presentMissing(h, data));
  };

  /** @throws Unprocessable when there is no such customer, or the list is another one by now */
  const chosenCustomers = async (batchId: number, form: AnswerForm, ticked: readonly string[]) => {
    const missing = await tasks.run('listMissing', { batchId, earlierId: form.with || null });
    const customerIds = missing.map(({ customerId }) => customerId);
    if (form.scope === 'chosen') {
      const chosen = new Set(ticked);
      const found = customerIds.filter((id) => chosen.has(id));
      if (found.length === 0) throw problem('scope', 'Tick at least one customer of the list.');
      return found;
    }
    if (customerIds.length !== form.total)
      throw problem(
        'scope',
        'The list has changed since you opened it. Look at it, and send the form again.',
      );
    return customerIds;
  };

  const answerOf = async ({ answer, seenOn }: AnswerForm): Promise<MissingAnswer> => {
    if (answer === 'unknown') return { kind: answer };
    return { kind: answer, seenOn: await requireSeenOn(db, seenOn) };
  };

  return {
    show: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(MissingQuery, req.query);
      const values = { seenOn: await dayNow(db) };
      await showPage(res, await getBatch(db, idParam(req)), query, { values, errors: [], ticked: [] });
    },

    /** To be completed, and recorded as a file of outcomes. */
    download: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(MissingQuery, req.query);
      const batchId = idParam(req);
      const missing = await tasks.run('listMissing', { batchId, earlierId: query.with || null });
      const rows = missing.map(({ customerId }) => [customerId, '', '']);
      await sendCsv(res, `not-in-file-${batchId}.csv`, ['customer', 'left', 'date'], rows);
    },

    /** `customers`: one identifier for each box that was ticked. */
    answer: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const values = textValues(req.body);
      const { data: query } = parseQuery(MissingQuery, {
        with: values['with'] ?? '',
        page: values['page'] ?? '1',
      });
      const ticked = chosenValues(req.body, 'customers');
      const form = parseForm(AnswerForm, req.body);
      if (!form.ok) return showPage(res, batch, query, { values, errors: form.errors, ticked });
      try {
        const answer = await answerOf(form.data);
        const customerIds = await chosenCustomers(batch.id, form.data, ticked);
        await answerMissing(db, currentUser(req), { batch, customerIds, answer });
        flash(req, 'success', answeredWords(answer.kind, customerIds.length));
        res.redirect(303, `/batches/${batch.id}/missing?with=${form.data.with}`);
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        // What contradicts is said of a file elsewhere.
        const errors = error.errors.map((one) => (one.field === 'file' ? { ...one, field: 'answer' } : one));
        await showPage(res, batch, query, { values, errors, ticked });
      }
    },
  };
}

function problem(field: string, message: string): Unprocessable {
  return new Unprocessable([{ field, message }]);
}
