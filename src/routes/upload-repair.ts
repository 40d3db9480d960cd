/** The repair desk of an upload. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { explainLevels, listBadRows, listUnknownLevels, mendRows } from '../domain/repair.ts';
import type { BadRow, UnknownLevel } from '../domain/repair.ts';
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
    'upload/repair': PageData & {
      readonly batch: BatchRecord;
      readonly rows: readonly BadRow[];
      readonly hasMore: boolean;
      readonly pageNumber: number;
      readonly levels: readonly UnknownLevel[];
      readonly mends: readonly BatchRecord[];
      readonly values: Values;
    };
  }
}

export function createUploadRepairHandlers({ db, config }: Context) {
  const showPage = async (
    res: Response,
    batch: BatchRecord,
    page: number,
    values: Values,
    errors: readonly FieldError[],
  ) => {
    await render(
      res,
      'upload/repair',
      {
        title: `Mend ${batch.originalName}`,
        batch,
        ...(await listBadRows(db, config.uploadsDir, batch, page)),
        pageNumber: page,
        levels: await listUnknownLevels(db, batch),
        mends: await listMendsOf(db, batch.id),
        values,
        errors,
      },
      errors.length > 0 ? 422 : 200,
    );
  };

  return {
    show: async (req: Request, res: Response) => {
      await showPage(res, await getBatch(db, idParam(req)), pageOf(req.query['page']), {}, []);
    },

    mend: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const values = textValues(req.body);
      const page = pageOf(values['page']);
      const { rows } = await listBadRows(db, config.uploadsDir, batch, page);
      try {
        const id = await mendRows(db, config, currentUser(req), batch, rows, mendsIn(values));
        flash(
          req,
          'success',
          'The mended rows are an upload of their own now; the first upload is as it was.',
        );
        res.redirect(303, `/upload/${id}/progress`);
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await showPage(res, batch, page, values, error.errors);
      }
    },

    explain: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const values = textValues(req.body);
      const levels = await listUnknownLevels(db, batch);
      const meanings = levels.flatMap(({ feature, found, levels: known }, i) => {
        const level = values[`meaning${i}`] ?? '';
        return known.includes(level) ? [{ feature, found, level }] : [];
      });
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
      res.redirect(303, `/upload/${batch.id}/${isChecked ? 'progress' : 'repair'}`);
    },
  };
}

/** Fields are called `rROW_PLACE`. */
function mendsIn(values: Values): Map<number, Map<number, string>> {
  const mends = new Map<number, Map<number, string>>();
  for (const [name, text] of Object.entries(values)) {
    const [, row = '', place = ''] = /^r(\d{1,9})_(\d{1,4})$/.exec(name) ?? [];
    if (row === '') continue;
    const typed = mends.get(Number(row)) ?? new Map<number, string>();
    mends.set(Number(row), typed.set(Number(place), text.slice(0, 1_000)));
  }
  return mends;
}

function pageOf(value: unknown): number {
  const page = Number(value ?? 1);
  return Number.isSafeInteger(page) && page >= 1 && page <= 1_000_000 ? page : 1;
}
