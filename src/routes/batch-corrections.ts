/** The repair desk of an upload. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import type { CheckGroup, CheckReport } from '../domain/batches/findings.ts';
import { listBadRows } from '../domain/batches/rejects.ts';
import type { BadRow } from '../domain/batches/rejects.ts';
import { explainLevels, listUnknownLevels, mendRows } from '../domain/batches/corrections.ts';
import type { Meaning, Mends, UnknownLevel } from '../domain/batches/corrections.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, textValues } from '../http/validate.ts';
import { getBatch, listMendsOf } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';

type Values = Readonly<Record<string, string>>;

declare module '../http/render.ts' {
  interface Pages {
    'batches/corrections': PageData & {
      readonly batch: BatchRecord;
      readonly causes: readonly CheckGroup[];
      readonly rows: readonly BadRow[];
      readonly hasMore: boolean;
      readonly pageNumber: number;
      readonly levels: readonly UnknownLevel[];
      readonly mends: readonly BatchRecord[];
      readonly values: Values;
    };
  }
}

export function createBatchCorrectionHandlers({ db, config }: Context) {
  const showPage = async (
    res: Response,
    batch: BatchRecord,
    page: number,
    values: Values,
    errors: readonly FieldError[],
  ) => {
    const report = batch.report as CheckReport | null;
    const data = {
      title: `Mend ${batch.originalName}`,
      batch,
      causes: (report?.groups ?? []).filter(({ kind }) => kind === 'problem'),
      ...(await listBadRows(db, config.uploadsDir, batch, page)),
      pageNumber: page,
      levels: await listUnknownLevels(db, batch),
      mends: await listMendsOf(db, batch.id),
      values,
      errors,
    };
    await render(res, 'batches/corrections', data, errors.length > 0 ? 422 : 200);
  };

  return {
    show: async (req: Request, res: Response) => {
      await showPage(res, await getBatch(db, idParam(req)), pageOf(req.query['page']), {}, []);
    },

    create: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const values = textValues(req.body);
      const page = pageOf(values['page']);
      const { rows } = await listBadRows(db, config.uploadsDir, batch, page);
      try {
        const mends = mendsIn(values);
        const id = await mendRows(db, config.uploadsDir, currentUser(req), batch, rows, mends);
        flash(req, 'success', 'The mended rows are an upload of their own; the first upload is as it was.');
        res.redirect(303, `/batches/${id}`);
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await showPage(res, batch, page, values, error.errors);
      }
    },

    mapValues: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const values = textValues(req.body);
      const meanings = meaningsIn(values, await listUnknownLevels(db, batch));
      if (meanings.length === 0) {
        const errors = [{ field: 'meaning0', message: 'Choose what one of the levels means.' }];
        await showPage(res, batch, 1, values, errors);
        return;
      }
      await explainLevels(db, currentUser(req), batch, meanings);
      const isChecked = batch.state === 'checked';
      flash(
        req,
        'success',
        isChecked ? 'Remembered; this file is checked again with it.' : 'Remembered for the next file.',
      );
      res.redirect(303, `/batches/${batch.id}/${isChecked ? 'progress' : 'repair'}`);
    },
  };
}

/** Fields are called `rROW_PLACE`. */
function mendsIn(values: Values): Mends {
  const mends = new Map<number, Map<number, string>>();
  for (const [name, text] of Object.entries(values)) {
    const [, row = '', place = ''] = /^r(\d{1,9})_(\d{1,4})$/.exec(name) ?? [];
    if (row === '') continue;
    const typed = mends.get(Number(row)) ?? new Map<number, string>();
    mends.set(Number(row), typed.set(Number(place), text.slice(0, 1_000)));
  }
  return mends;
}

/**
 * What was chosen anew. `featureN` and `foundN` say which level `meaningN` is about: the list may have changed since
 * the page was shown.
 */
function meaningsIn(values: Values, levels: readonly UnknownLevel[]): Meaning[] {
  const places = Object.keys(values).flatMap((name) => /^meaning(\d{1,3})$/.exec(name)?.[1] ?? []);
  return places.flatMap((i) => {
    const known = levels.find(
      ({ feature, found }) => feature === values[`feature${i}`] && found === values[`found${i}`],
    );
    const level = values[`meaning${i}`] ?? '';
    const isChoice = level === '' || known?.levels.includes(level);
    return known && isChoice && level !== known.meaning
      ? [{ feature: known.feature, found: known.found, level }]
      : [];
  });
}

/** Anything that is no page is the first. */
function pageOf(value: unknown): number {
  const page = Number(value ?? 1);
  return Number.isSafeInteger(page) && page >= 1 && page <= 1_000_000 ? page : 1;
}
