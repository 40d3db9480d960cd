/** Groupings: asking for one, how many groups there are, their segments, and the removal of all of them. */
import { randomInt } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { currentPopulation } from '../domain/analytics/population.ts';
import { askForGrouping, divide, removeGrouping } from '../domain/groupings/groupings.ts';
import { foldName } from '../domain/csv/column-names.ts';
import { columnsOfDataset } from '../domain/groupings/rows.ts';
import type { GroupingColumn } from '../domain/groupings/rows.ts';
import { listUses } from '../domain/segments/segments.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import {
  idParam,
  limitedText,
  optionalId,
  parseFields,
  parseForm,
  parseQuery,
  textValues,
} from '../http/validate.ts';
import { columnField, fifthFields, isFitFor, presentGroupingForm } from '../presenters/grouping-form.ts';
import type { GroupingFormData } from '../presenters/grouping-form.ts';
import { presentGrouping } from '../presenters/grouping.ts';
import { presentUses } from '../presenters/segment-form.ts';
import { findDataset, listDatasets } from '../store/datasets.ts';
import type { Dataset } from '../store/datasets.ts';
import { getGrouping } from '../store/groupings.ts';
import type { Grouping } from '../store/groupings.ts';
import { listOpenJobs } from '../store/jobs.ts';
import { hasPredictions } from '../store/score-files/usage.ts';
import { listSegmentsOf } from '../store/segments.ts';

declare module '../http/render.ts' {
  interface Pages {
    'groupings/new': PageData & ReturnType<typeof presentGroupingForm>;
    'groupings/show': PageData & ReturnType<typeof presentGrouping>;
    'groupings/removal': PageData & {
      readonly name: string;
      readonly href: string;
      readonly count: number;
      /** Of its segments, which keep it from being removed. */
      readonly uses: ReturnType<typeof presentUses>;
    };
  }
}

const kinds = ['clusters', 'fifths'] as const;
const NewQuery = z.object({ kind: z.enum(kinds).default('clusters'), dataset: optionalId });
/** `columnsOf`: the source whose columns the form showed; `show`: those of another source are asked for. */
const SentQuery = NewQuery.extend({ columnsOf: z.string().optional(), show: z.string().optional() });
const name = limitedText(100).min(1, 'Enter a name.');
const GroupingForm = z.object({ kind: z.enum(kinds), dataset: optionalId, name });
const CountForm = z.object({ groups: z.coerce.number().int().min(2).max(100) });

type Asked = z.infer<typeof NewQuery>;

export function createGroupingHandlers({ db }: Context) {
  /** Of the latest scores, where no dataset is asked for. */
  const readColumns = async ({ dataset }: Asked): Promise<readonly GroupingColumn[]> => {
    const found = dataset === '' ? undefined : await findDataset(db, dataset);
    if (found) return columnsOfDataset(found);
    const features = (await currentPopulation(db)).model?.schema.features ?? [];
    return features.map(({ name: title, type }) => ({ name: title, type, isExcluded: false }));
  };

  /** Of a dataset whose customers were never scored: nobody is in its segments. */
  const isUnscored = async ({ terms }: Grouping): Promise<boolean> => {
    const scored = await readColumns({ kind: 'clusters', dataset: '' });
    const isKnown = (column: string): boolean =>
      scored.some(({ name: one }) => foldName(one) === foldName(column));
    return !terms.columns.every(isKnown) || !(await hasPredictions(db));
  };

  const showForm = async (
    res: Response,
    form: Omit<GroupingFormData, 'datasets'>,
    errors: PageData['errors'] = [],
  ) => {
    const isUsable = ({ state, kind }: Dataset): boolean => state === 'ready' && kind === 'customers';
    const datasets = (await listDatasets(db)).filter(isUsable);
    await render(res, 'groupings/new', (h) => ({ ...presentGroupingForm(h, { ...form, datasets }), errors }));
  };

  return {
    showNew: async (req: Request, res: Response) => {
      const asked = parseQuery(NewQuery, req.query).data;
      await showForm(res, { ...asked, columns: await readColumns(asked), values: null, name: '' });
    },

    create: async (req: Request, res: Response) => {
      const { columnsOf, show, ...asked } = parseFields(SentQuery, req.body);
      const columns = await readColumns(asked);
      const values = textValues(req.body);
      const isOther = columnsOf !== undefined && columnsOf !== String(asked.dataset);
      if (show !== undefined || isOther) {
        const errors = show === undefined ? [otherSource] : [];
        return showForm(res, { ...asked, columns, values: null, name: values['name'] ?? '' }, errors);
      }
      const chosen = chosenColumns(asked.kind, columns, values);
      const form = parseForm(GroupingForm, req.body, columnErrors(asked.kind, columns, chosen));
      if (!form.ok)
        return showForm(
          res,
          { ...asked, columns, values: form.values, name: form.values['name'] ?? '' },
          form.errors,
        );
      const id = await askForGrouping(db, currentUser(req), {
        kind: asked.kind,
        name: form.data.name,
        terms: { datasetId: asked.dataset || null, columns: chosen, seed: randomInt(2 ** 31) },
      });
      res.redirect(303, `/groupings/${id}`);
    },

    show: async (req: Request, res: Response) => {
      const grouping = await getGrouping(db, idParam(req));
      const { datasetId } = grouping.terms;
      const data = {
        grouping,
        segments: await listSegmentsOf(db, grouping.id),
        isUnscored: await isUnscored(grouping),
        dataset: datasetId === null ? null : ((await findDataset(db, datasetId)) ?? null),
        job: (await listOpenJobs(db)).find(({ payload }) => payload['groupingId'] === grouping.id) ?? null,
      };
      const isWaiting = grouping.state === 'working';
      await render(res, 'groupings/show', (h) => ({ ...presentGrouping(h, data), isWaiting }));
    },

    divide: async (req: Request, res: Response) => {
      const { id } = await getGrouping(db, idParam(req));
      const { groups } = parseFields(CountForm, req.body);
      await divide(db, currentUser(req), id, groups);
      flash(req, 'success', 'Segments created. Their names are proposals: change them on their pages.');
      res.redirect(303, `/groupings/${id}`);
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const { id, name: title } = await getGrouping(db, idParam(req));
      const segments = await listSegmentsOf(db, id);
      const uses = (await Promise.all(segments.map((one) => listUses(db, one.id)))).flat();
      const href = `/groupings/${id}`;
      await render(res, 'groupings/removal', {
        title: `Remove ${title}?`,
        ...{ name: title, href, count: segments.length, uses: presentUses(uses) },
      });
    },

    remove: async (req: Request, res: Response) => {
      await removeGrouping(db, currentUser(req), await getGrouping(db, idParam(req)));
      flash(req, 'success', 'Grouping removed.');
      res.redirect(303, '/segments');
    },
  };
}

type Values = Readonly<Record<string, string>>;

/** Of fifths three, '' where one was not chosen. */
function chosenColumns(kind: Asked['kind'], columns: readonly GroupingColumn[], values: Values): string[] {
  const names = columns.map((column) => column.name);
  if (kind === 'clusters') return names.filter((_, place) => values[columnField(place)] === 'yes');
  return fifthFields.map((field) => names.find((one) => one === values[field]) ?? '');
}

const otherSource = {
  field: 'dataset',
  message: 'The columns that you chose are of another source. Choose among these columns.',
};

function columnErrors(kind: Asked['kind'], columns: readonly GroupingColumn[], chosen: readonly string[]) {
  if (kind === 'clusters')
    return chosen.length >= 1 ? [] : [{ field: 'columns', message: 'Choose at least one column.' }];
  return fifthFields.flatMap((field, place) => {
    const column = columns.find((one) => one.name === chosen[place]);
    if (column === undefined) return [{ field, message: 'Choose a column.' }];
    if (!isFitFor(field, column))
      return [{ field, message: field === 'recency' ? 'Choose a number or a date.' : 'Choose a number.' }];
    return chosen.indexOf(column.name) === place
      ? []
      : [{ field, message: 'Choose another column than above.' }];
  });
}
