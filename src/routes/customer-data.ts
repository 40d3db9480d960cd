/** The export of everything that is stored about a customer. The identifier is in no address. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { bringCustomerFiles, recordExport } from '../domain/customer-data/customer-data.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { limitedText, parseForm, textValues } from '../http/validate.ts';

declare module '../http/render.ts' {
  interface Pages {
    'customer-data/new': PageData & {
      readonly customer: string;
      readonly errors: readonly FieldError[];
    };
  }
}

const DataForm = z.object({ customer: limitedText(200).min(1, 'Enter a customer ID.') });

const nothing: FieldError = {
  field: 'customer',
  message: 'Nothing is stored about a customer with this ID. Check its spelling; capital letters count.',
};

export function createCustomerDataHandlers(context: Context) {
  const showForm = (res: Response, customer: string, errors: readonly FieldError[]) =>
    render(res, 'customer-data/new', { title: 'Data of a customer', customer, errors });

  return {
    showNew: (_req: Request, res: Response) => showForm(res, '', []),

    download: async (req: Request, res: Response) => {
      const form = parseForm(DataForm, req.body);
      const typed = textValues(req.body)['customer'] ?? '';
      if (!form.ok) return showForm(res, typed, form.errors);
      await bringCustomerFiles(context);
      const { customer: customerId } = form.data;
      const data = await context.tasks.run('collectCustomerData', { customerId });
      if (data === null) return showForm(res, typed, [nothing]);
      await recordExport(context.db, currentUser(req).id);
      res
        .attachment('customer-data.json')
        .type('json')
        .send(JSON.stringify(data, null, 2));
    },
  };
}
