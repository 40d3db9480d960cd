/** Writing the scores of a batch to a table of the company. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { writeLater } from '../domain/warehouse/score-writes.ts';
import { Unprocessable } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, parseForm } from '../http/validate.ts';
import { presentScoreWrites } from '../presenters/score-write.ts';
import { getBatch } from '../store/batches.ts';
import { listConnections } from '../store/connections.ts';
import { listScoreWrites } from '../store/score-writes.ts';
import { stepOf } from './batch-step.ts';

declare module '../http/render.ts' {
  interface Pages {
    'batches/table': PageData & ReturnType<typeof presentScoreWrites>;
  }
}

const WriteForm = z.object({
  connection: z.coerce.number('Choose a connection.').int().positive('Choose a connection.'),
  table: limitedText(200).min(1, 'Enter schema and table.'),
});

export function createScoreWriteHandlers({ db }: Context) {
  const showForm = async (
    req: Request,
    res: Response,
    values: Readonly<Record<string, string>> | null = null,
    errors: PageData['errors'] = [],
  ) => {
    const batch = await getBatch(db, idParam(req));
    if (batch.state !== 'done') {
      res.redirect(303, stepOf(batch));
      return;
    }
    const writes = await listScoreWrites(db, batch.id);
    const [last] = writes;
    const suggested = last ? { connection: String(last.connectionId), table: last.table } : {};
    const input = {
      batch,
      writes,
      connections: await listConnections(db),
      values: values ?? suggested,
      errors,
    };
    await render(res, 'batches/table', (h) => ({
      title: 'Write scores to a table',
      ...presentScoreWrites(h, input),
      isWaiting: writes.some(({ state }) => state === 'writing'),
    }));
  };

  return {
    show: (req: Request, res: Response) => showForm(req, res),

    create: async (req: Request, res: Response) => {
      const form = parseForm(WriteForm, req.body);
      if (!form.ok) return showForm(req, res, form.values, form.errors);
      const { connection: connectionId, table } = form.data;
      try {
        await writeLater(db, currentUser(req), idParam(req), { connectionId, table });
        res.redirect(303, `/batches/${idParam(req)}/table`);
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await showForm(req, res, { connection: String(connectionId), table }, error.errors);
      }
    },
  };
}
