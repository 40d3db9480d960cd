/** Fixing rejected rows of a batch in the browser, and mapping values that the model does not recognise. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { correctRows } from '../domain/batches/corrections.ts';
import type { Corrections } from '../domain/batches/corrections.ts';
import { listRejectedRows } from '../domain/batches/rejects.ts';
import { listUnrecognisedValues, mapValues } from '../domain/batches/value-mapping.ts';
import type { UnrecognisedValue, ValueMapping } from '../domain/batches/value-mapping.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, textValues } from '../http/validate.ts';
import { presentCorrectionsPage } from '../presenters/batch-correction.ts';
import { getBatch, listCorrectionsOf } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { openUploadStore } from '../domain/batches/batches.ts';

type Values = Readonly<Record<string, string>>;

declare module '../http/render.ts' {
  interface Pages {
    'batches/corrections': PageData & ReturnType<typeof presentCorrectionsPage>;
  }
}

interface Form {
  readonly pageNumber: number;
  readonly values: Values;
  readonly errors: readonly FieldError[];
}

export function createBatchCorrectionHandlers({ db, config }: Context) {
  const showPage = async (res: Response, batch: BatchRecord, form: Form) => {
    const input = {
      batch,
      ...(await listRejectedRows(openUploadStore({ db, config }), batch, form.pageNumber)),
      unrecognised: await listUnrecognisedValues(db, batch),
      corrections: await listCorrectionsOf(db, batch.id),
      ...form,
    };
    const title = `Fix ${batch.originalName}`;
    await render(res, 'batches/corrections', (h) => ({ title, ...presentCorrectionsPage(h, input) }));
  };

  return {
    show: async (req: Request, res: Response) => {
      const pageNumber = pageOf(req.query['page']);
      await showPage(res, await getBatch(db, idParam(req)), { pageNumber, values: {}, errors: [] });
    },

    create: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const values = textValues(req.body);
      const pageNumber = pageOf(values['page']);
      const { rows } = await listRejectedRows(openUploadStore({ db, config }), batch, pageNumber);
      const env = { ...openUploadStore({ db, config }), user: currentUser(req) };
      try {
        const id = await correctRows(env, batch, rows, correctionsIn(values));
        flash(req, 'success', 'The fixed rows are a file of their own. The original file is not changed.');
        res.redirect(303, `/batches/${id}`);
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await showPage(res, batch, { pageNumber, values, errors: error.errors });
      }
    },

    mapValues: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const values = textValues(req.body);
      const mappings = mappingsIn(values, await listUnrecognisedValues(db, batch));
      if (mappings.length === 0) {
        await showPage(res, batch, { pageNumber: 1, values, errors: [nothingMapped] });
        return;
      }
      await mapValues(db, currentUser(req), batch, mappings);
      const isChecked = batch.state === 'checked';
      flash(
        req,
        'success',
        isChecked ? 'Saved. The file is checked again with it.' : 'Saved for the next file.',
      );
      res.redirect(303, `/batches/${batch.id}/${isChecked ? 'progress' : 'corrections'}`);
    },
  };
}

const nothingMapped = { field: 'meaning0', message: 'Choose the meaning of at least one value.' };

/** Fields are called `rROW_PLACE`. */
function correctionsIn(values: Values): Corrections {
  const corrections = new Map<number, Map<number, string>>();
  for (const [name, text] of Object.entries(values)) {
    const [, row = '', place = ''] = /^r(\d{1,9})_(\d{1,4})$/.exec(name) ?? [];
    if (row === '') continue;
    const typed = corrections.get(Number(row)) ?? new Map<number, string>();
    corrections.set(Number(row), typed.set(Number(place), text.slice(0, 1_000)));
  }
  return corrections;
}

/**
 * Mappings that were changed. `featureN` and `foundN` name the value that `meaningN` is about: the list may have changed
 * since the page was shown.
 */
function mappingsIn(values: Values, unrecognised: readonly UnrecognisedValue[]): ValueMapping[] {
  const places = Object.keys(values).flatMap((name) => /^meaning(\d{1,3})$/.exec(name)?.[1] ?? []);
  return places.flatMap((i) => {
    const known = unrecognised.find(
      ({ feature, found }) => feature === values[`feature${i}`] && found === values[`found${i}`],
    );
    const level = values[`meaning${i}`] ?? '';
    const isChoice = level === '' || known?.levels.includes(level);
    return known && isChoice && level !== known.meaning
      ? [{ feature: known.feature, found: known.found, level }]
      : [];
  });
}

/** Anything else than a page number is the first page. */
function pageOf(value: unknown): number {
  const page = Number(value ?? 1);
  return Number.isSafeInteger(page) && page >= 1 && page <= 1_000_000 ? page : 1;
}
