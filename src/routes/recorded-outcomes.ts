/** The list of recorded outcomes, and correcting many of them by hand. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { correctOutcomes } from '../domain/campaigns/outcomes.ts';
import { Unprocessable } from '../errors.ts';
import { countText } from '../format.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { chosenValues, limitedText, parseForm, parseQuery, textValues } from '../http/validate.ts';
import { presentRecorded } from '../presenters/recorded-outcomes.ts';
import type { RecordedData } from '../presenters/recorded-outcomes.ts';
import { countRecorded, listRecorded } from '../store/outcomes.ts';
import { dayNow, requireSeenOn } from '../domain/campaigns/seen-on.ts';

declare module '../http/render.ts' {
  interface Pages {
    'outcomes/list': PageData & ReturnType<typeof presentRecorded>;
  }
}

const pageSize = 100;
const mostTyped = 1_000;
const mostNamed = 5;

const ListQuery = z.object({
  customer: z.string().trim().max(200).default(''),
  outcome: z.enum(['', 'left', 'stayed']).default(''),
  page: z.coerce.number().int().min(1).max(100_000).default(1),
});
type ListQuery = z.infer<typeof ListQuery>;

const CorrectionForm = z.object({
  others: z.string().default(''),
  answer: z.enum(['left', 'stayed', 'remove'], 'Choose what became of them.'),
  seenOn: limitedText(20),
  reason: limitedText(500).min(1, 'Enter the reason.'),
});
type CorrectionForm = z.infer<typeof CorrectionForm>;

type Typed = Pick<RecordedData, 'values' | 'errors' | 'ticked'>;

export function createRecordedOutcomeHandlers({ db, tasks }: Context) {
  const showList = async (res: Response, { page: asked, ...query }: ListQuery, typed: Typed) => {
    const filter = { customerId: query.customer || null, hasLeft: hasLeftOf(query.outcome) };
    const total = await countRecorded(db, filter);
    const pages = Math.max(1, Math.ceil(total / pageSize));
    const page = Math.min(asked, pages);
    const outcomes = await listRecorded(db, filter, { limit: pageSize, offset: (page - 1) * pageSize });
    const data = { outcomes, total, page, pages, query, ...typed };
    await render(res, 'outcomes/list', (h) => presentRecorded(h, data));
  };

  /** Ticked or typed. @throws Unprocessable */
  const customersOf = async (ticked: readonly string[], typed: string): Promise<string[]> => {
    const others = typed.split('\n').map((line) => line.trim());
    const customerIds = [...new Set([...ticked, ...others])].filter((id) => id !== '');
    if (customerIds.length === 0)
      throw problem('others', 'Tick customers of the list, or enter customer IDs.');
    if (customerIds.length > mostTyped)
      throw problem('others', `Correct at most ${countText(mostTyped)} customers at a time, or use a file.`);
    const unknown = await tasks.run('unknownCustomers', { customerIds });
    if (unknown.length > 0) throw problem('others', unknownWords(unknown));
    return customerIds;
  };

  const correct = async (req: Request, form: CorrectionForm, ticked: readonly string[]): Promise<number> => {
    const { answer, reason } = form;
    const seenOn = answer === 'remove' ? null : await requireSeenOn(db, form.seenOn);
    const customerIds = await customersOf(ticked, form.others);
    const seen = seenOn === null ? null : { seenOn, hasLeft: answer === 'left' };
    await correctOutcomes(db, currentUser(req), { customerIds, seen, reason });
    return customerIds.length;
  };

  return {
    list: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(ListQuery, req.query);
      await showList(res, query, { values: { seenOn: await dayNow(db) }, errors: [], ticked: [] });
    },

    /** `customers`: one identifier for each box that was ticked; `listed…`: the list that was shown. */
    correct: async (req: Request, res: Response) => {
      const values = textValues(req.body);
      const ticked = chosenValues(req.body, 'customers');
      const { data: query } = parseQuery(ListQuery, {
        customer: values['listedCustomer'] ?? '',
        outcome: values['listedOutcome'] ?? '',
        page: values['page'] ?? '1',
      });
      const form = parseForm(CorrectionForm, req.body);
      if (!form.ok) return showList(res, query, { values, errors: form.errors, ticked });
      try {
        const count = await correct(req, form.data, ticked);
        flash(
          req,
          'success',
          `${form.data.answer === 'remove' ? 'Taken back' : 'Recorded'} for ${count === 1 ? '1 customer' : `${countText(count)} customers`}.`,
        );
        res.redirect(303, '/outcomes/recorded');
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await showList(res, query, { values, errors: error.errors, ticked });
      }
    },
  };
}

function hasLeftOf(outcome: ListQuery['outcome']): boolean | null {
  return outcome === '' ? null : outcome === 'left';
}

function unknownWords(unknown: readonly string[]): string {
  const named = unknown.slice(0, mostNamed).join(', ');
  const more = unknown.length > mostNamed ? ` and ${countText(unknown.length - mostNamed)} more` : '';
  return `No customer with these IDs has been scored: ${named}${more}. Check their spelling.`;
}

function problem(field: string, message: string): Unprocessable {
  return new Unprocessable([{ field, message }]);
}
