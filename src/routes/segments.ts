/** Segments: the list, saving a filter as one, what is known of one, its name, and its removal. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { currentPopulation } from '../domain/analytics/population.ts';
import { changeName, isEverybody, listUses, removeSegment, saveFilter } from '../domain/segments/segments.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, parseForm, parseQuery } from '../http/validate.ts';
import { presentSegmentForm, presentSegmentRemoval } from '../presenters/segment-form.ts';
import { presentSegmentList } from '../presenters/segment-list.ts';
import { presentSegment } from '../presenters/segment.ts';
import type { SegmentData } from '../presenters/segment.ts';
import type { CampaignFilter } from '../store/campaigns.ts';
import { stateOfOutcomes } from '../store/outcomes.ts';
import { listGroupings } from '../store/groupings.ts';
import { noFilter } from '../store/prediction-filters.ts';
import { getSegment, listSegments } from '../store/segments.ts';
import type { Segment } from '../store/segments.ts';
import { FilterQuery, readFilter, readFilterNames, toFilter } from './customer-filter.ts';
import { openPageFigures } from './page-parts.ts';
import type { PageFigures } from './page-parts.ts';
import type { KeptFigures } from './kept-figures.ts';

declare module '../http/render.ts' {
  interface Pages {
    'segments/list': PageData & ReturnType<typeof presentSegmentList>;
    'segments/new': PageData & ReturnType<typeof presentSegmentForm>;
    'segments/show': PageData & ReturnType<typeof presentSegment>;
    'segments/removal': PageData & ReturnType<typeof presentSegmentRemoval>;
  }
}

const NameForm = z.object({ name: limitedText(100).min(1, 'Enter a name.') });

export function createSegmentHandlers(context: Context, reader: KeptFigures['segments']) {
  const { db, tasks } = context;

  const showForm = async (
    res: Response,
    form: { readonly filter: CampaignFilter; readonly name: string },
    errors: PageData['errors'] = [],
  ) => {
    const names = await readFilterNames(db);
    await render(res, 'segments/new', (h) => ({ ...presentSegmentForm(h, { ...form, ...names }), errors }));
  };

  /** Of each segment by its number; null: it could not be read in time. */
  const readSizes = async (segments: readonly Segment[], { read }: PageFigures) => {
    const { filter: population } = await currentPopulation(db);
    const everybody = await tasks.run('sumPredictions', { filter: { ...noFilter, population } });
    const sizeOf = async ({ id }: Segment) =>
      read('size of a segment', () => reader.totals({ ...noFilter, population, segment: id }, everybody));
    const totals = await Promise.all(segments.map(sizeOf));
    return { everybody, totals: new Map(segments.map(({ id }, i) => [id, totals[i]!])) };
  };

  const readSegment = async (segment: Segment, { read }: PageFigures): Promise<SegmentData> => {
    const { model, filter: population, leftOut } = await currentPopulation(db);
    const all = { ...noFilter, population };
    const own = { ...all, segment: segment.id };
    const everybody = await tasks.run('sumPredictions', { filter: all });
    const features = model?.schema.features ?? [];
    return {
      segment,
      everybody,
      totals: await read('totals', () => reader.totals(own, everybody)),
      distinctions: await read('what sets it apart', () =>
        reader.distinctions({ own, all, features, everybody }),
      ),
      actions: await read('actions', () => reader.actions(own, everybody)),
      outcomes: await read('outcomes', async () =>
        reader.outcomes(own, everybody, await stateOfOutcomes(db)),
      ),
      uses: await listUses(db, segment.id),
      schema: model?.schema,
      leftOut,
      ...(await readFilterNames(db)),
    };
  };

  const showSegment = async (res: Response, segment: Segment, errors: PageData['errors'] = []) => {
    const figures = openPageFigures(context);
    const data = await readSegment(segment, figures);
    await render(res, 'segments/show', (h) => ({
      ...presentSegment(h, data),
      isWaiting: figures.isWaiting(),
      errors,
    }));
  };

  return {
    list: async (_req: Request, res: Response) => {
      const segments = await listSegments(db);
      const groupings = await listGroupings(db);
      const figures = openPageFigures(context);
      const sizes = await readSizes(segments, figures);
      await render(res, 'segments/list', (h) => ({
        ...presentSegmentList(h, { segments, groupings, ...sizes }),
        isWaiting: figures.isWaiting(),
      }));
    },

    showNew: async (req: Request, res: Response) => {
      await showForm(res, { filter: toFilter(parseQuery(FilterQuery, req.query).data), name: '' });
    },

    create: async (req: Request, res: Response) => {
      const filter = readFilter(req.body);
      const form = parseForm(NameForm, req.body);
      if (!form.ok) return showForm(res, { filter, name: form.values['name'] ?? '' }, form.errors);
      if (isEverybody(filter))
        return showForm(res, { filter, ...form.data }, [
          {
            field: 'filter',
            message: 'Filter the list of customers first: a segment of all customers says nothing.',
          },
        ]);
      const id = await saveFilter(db, currentUser(req), { ...form.data, filter });
      flash(req, 'success', 'Segment saved.');
      res.redirect(303, `/segments/${id}`);
    },

    show: async (req: Request, res: Response) => {
      await showSegment(res, await getSegment(db, idParam(req)));
    },

    rename: async (req: Request, res: Response) => {
      const segment = await getSegment(db, idParam(req));
      const form = parseForm(NameForm, req.body);
      if (!form.ok) return showSegment(res, segment, form.errors);
      await changeName(db, currentUser(req), segment, form.data.name);
      flash(req, 'success', 'Name saved.');
      res.redirect(303, `/segments/${segment.id}`);
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const segment = await getSegment(db, idParam(req));
      const uses = await listUses(db, segment.id);
      await render(res, 'segments/removal', presentSegmentRemoval(segment, uses));
    },

    remove: async (req: Request, res: Response) => {
      await removeSegment(db, currentUser(req), await getSegment(db, idParam(req)));
      flash(req, 'success', 'Segment removed.');
      res.redirect(303, '/segments');
    },
  };
}
