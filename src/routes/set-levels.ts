/** People set the risk level of a customer, look at what is set, and remove it before its end. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { addDays, isDay } from '../domain/campaigns/days.ts';
import { riskLevels } from '../domain/risk/levels.ts';
import { readScorecard } from '../domain/risk/scorecard.ts';
import { endSetLevel, setLevel } from '../domain/risk/set-levels.ts';
import { NotFound, Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import {
  idParam,
  limitedText,
  parseForm,
  parseQuery,
  scoreId,
  scoreIdParam,
  textValues,
} from '../http/validate.ts';
import { presentLevelForm, presentSetLevels } from '../presenters/set-level.ts';
import type { ListedPrediction } from '../store/score-files/rows.ts';
import { countSetLevels, listSetLevels } from '../store/set-levels.ts';
import { dayNow } from '../domain/campaigns/seen-on.ts';

declare module '../http/render.ts' {
  interface Pages {
    'set-levels/list': PageData & ReturnType<typeof presentSetLevels>;
    'set-levels/edit': PageData & ReturnType<typeof presentLevelForm>;
  }
}

const pageSize = 50;
/** Until a level ends, unless somebody says otherwise. */
const usualDays = 90;

const ListQuery = z.object({ page: z.coerce.number().int().min(1).max(100_000).default(1) });

const LevelForm = z.object({
  level: z.enum(riskLevels, 'Choose a risk level.'),
  reason: limitedText(500).min(1, 'Enter the reason.'),
  endsOn: limitedText(20).refine(isDay, 'Enter a date such as 2026-11-20.'),
});

/** Among which one that was not only tried is looked for. */
const mostScores = 100;

interface KnownCustomer {
  /** The newest of the customer, whichever was asked for. */
  readonly score: ListedPrediction & { readonly customerId: string };
  /** A newer one than was asked for. */
  readonly isNewer: boolean;
}

export function createSetLevelHandlers({ db, tasks }: Context) {
  /** @throws NotFound where the score is of nobody, or was never counted */
  const scoreOf = async (req: Request): Promise<KnownCustomer> => {
    const asked = await tasks.run('findScore', { id: scoreIdParam(req) });
    const customerId = asked?.customerId ?? null;
    if (asked === null || customerId === null || asked.source === 'what-if')
      throw new NotFound('score of a customer');
    const scores = await tasks.run('listHistory', { customerId, limit: mostScores });
    const score = scores.find(({ source }) => source !== 'what-if') ?? asked;
    return { score: { ...score, customerId }, isNewer: score.id !== asked.id };
  };

  const showForm = async (
    res: Response,
    { score, isNewer }: KnownCustomer,
    values: Readonly<Record<string, string>>,
    errors: readonly FieldError[] = [],
  ) => {
    const form = { score, isNewer, values, errors };
    await render(res, 'set-levels/edit', (h) => presentLevelForm(h, form));
  };

  return {
    list: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(ListQuery, req.query);
      const total = await countSetLevels(db);
      const pages = Math.max(1, Math.ceil(total / pageSize));
      const page = Math.min(query.page, pages);
      const levels = await listSetLevels(db, { limit: pageSize, offset: (page - 1) * pageSize });
      const data = { levels, total, page, pages, scorecard: await readScorecard(db) };
      await render(res, 'set-levels/list', (h) => presentSetLevels(h, data));
    },

    showForm: async (req: Request, res: Response) => {
      await showForm(res, await scoreOf(req), { endsOn: addDays(await dayNow(db), usualDays) });
    },

    set: async (req: Request, res: Response) => {
      const known = await scoreOf(req);
      const { score, isNewer } = known;
      const form = parseForm(LevelForm, req.body);
      if (!form.ok) return showForm(res, known, form.values, form.errors);
      try {
        await setLevel(db, currentUser(req), score, form.data);
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        return showForm(res, known, textValues(req.body), error.errors);
      }
      const newer = isNewer ? ' There was a newer score, which this page shows.' : '';
      flash(req, 'success', `The risk level of customer ${score.customerId} is set.${newer}`);
      res.redirect(303, `/customers/${score.id}`);
    },

    /** `score`: the page to go back to. */
    remove: async (req: Request, res: Response) => {
      const { customerId, hasEnded } = await endSetLevel(db, currentUser(req), idParam(req));
      const score = scoreId(textValues(req.body)['score']);
      if (hasEnded) flash(req, 'success', `Customer ${customerId} has the model’s risk level again.`);
      else
        flash(
          req,
          'notice',
          `This level of customer ${customerId} had ended or been replaced already. Nothing has changed.`,
        );
      res.redirect(303, score === null ? '/set-levels' : `/customers/${score}`);
    },
  };
}
