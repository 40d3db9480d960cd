/** The one page on which an analyst confirms what every column is. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { typedNumber } from '../domain/scoring/cell-values.ts';
import { confirmColumns, getReady } from '../domain/datasets/datasets.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, textValues } from '../http/validate.ts';
import { usualPolicy } from '../ml/data/schema.ts';
import type { Policy } from '../ml/data/schema.ts';
import { getDataset } from '../store/datasets.ts';
import type { Dataset, DatasetColumn } from '../store/datasets.ts';
import { columnRoles, columnTypes, policyChoices } from '../presenters/dataset-column-choices.ts';

declare module '../http/render.ts' {
  interface Pages {
    'datasets/columns': PageData & {
      readonly dataset: Dataset;
      readonly values: Readonly<Record<string, string>>;
      readonly page: number;
      readonly pages: number;
      /** Where this page's columns begin and end. */
      readonly from: number;
      readonly to: number;
      readonly types: typeof columnTypes;
      readonly roles: typeof columnRoles;
      readonly policies: typeof policyChoices;
    };
  }
}

/** Columns on one page: a form has only so many fields. */
const pageSize = 100;

type Values = Readonly<Record<string, string>>;

export function createDatasetColumnHandlers({ db }: Context) {
  const showPage = async (
    res: Response,
    dataset: Dataset,
    page: number,
    values: Values,
    errors: readonly FieldError[],
  ) => {
    const pages = Math.max(1, Math.ceil(dataset.columns.length / pageSize));
    const from = (page - 1) * pageSize;
    await render(
      res,
      'datasets/columns',
      {
        title: `Columns of ${dataset.name}`,
        ...{ dataset, values, errors, page, pages, from },
        to: Math.min(dataset.columns.length, from + pageSize),
        ...{ types: columnTypes, roles: columnRoles, policies: policyChoices },
      },
      errors.length > 0 ? 422 : 200,
    );
  };

  return {
    show: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      if (dataset.state !== 'ready') {
        const page = Number(req.query['page']);
        const place = Number.isSafeInteger(page) && page > 1 ? `&page=${page}` : '';
        res.redirect(303, `/datasets/${dataset.id}?next=columns${place}`);
        return;
      }
      await showPage(res, dataset, pageOf(req.query['page'], dataset), valuesOf(dataset), []);
    },

    save: async (req: Request, res: Response) => {
      const dataset = await getReady(db, idParam(req));
      const values = textValues(req.body);
      const page = pageOf(values['page'], dataset);
      const from = (page - 1) * pageSize;
      const errors: FieldError[] = [];
      const columns = dataset.columns.map((column, j) =>
        j < from || j >= from + pageSize ? column : readColumnForm(column, j, values, errors),
      );
      const name = (values['name'] ?? dataset.name).trim().slice(0, 200);
      if (name === '') errors.unshift({ field: 'name', message: 'Give the dataset a name.' });
      errors.push(...conflictsIn(columns));
      if (errors.length > 0) {
        await showPage(res, dataset, page, values, errors);
        return;
      }
      await confirmColumns(db, currentUser(req), dataset.id, name, columns);
      const isLast = (page - 1) * pageSize + pageSize >= dataset.columns.length;
      if (!isLast) {
        res.redirect(303, `/datasets/${dataset.id}/columns?page=${page + 1}`);
        return;
      }
      flash(req, 'success', 'The columns are confirmed.');
      const next = dataset.kind === 'transactions' ? 'customers' : 'label';
      res.redirect(303, `/datasets/${dataset.id}/${next}`);
    },
  };
}

function pageOf(value: unknown, dataset: Dataset): number {
  const page = Number(value ?? 1);
  const pages = Math.max(1, Math.ceil(dataset.columns.length / pageSize));
  return Number.isSafeInteger(page) && page >= 1 && page <= pages ? page : 1;
}

/** One column as the form says; what cannot be read goes to `errors`. */
function readColumnForm(
  column: DatasetColumn,
  j: number,
  values: Values,
  errors: FieldError[],
): DatasetColumn {
  const text = (field: string): string => (values[`${field}_${j}`] ?? '').trim();
  const choice = <T extends string>(field: string, known: readonly { value: T }[], fallback: T): T => {
    const found = known.find(({ value }) => value === text(field));
    if (!found && text(field) !== '')
      errors.push({ field: `${field}_${j}`, message: `Choose one of the list for ${column.name}.` });
    return found?.value ?? fallback;
  };
  const bound = (field: string): number | null => {
    if (text(field) === '') return null;
    const number = typedNumber(text(field));
    if (number === null)
      errors.push({
        field: `${field}_${j}`,
        message: `${column.name}: enter a number such as 12.5, or leave it empty.`,
      });
    return number;
  };
  const type = choice('type', columnTypes, column.type);
  const role = choice('role', columnRoles, column.role);
  const [min, max] = [bound('min'), bound('max')];
  if (min !== null && max !== null && min > max)
    errors.push({ field: `min_${j}`, message: `${column.name}: the lowest value is above the highest.` });
  if (type === 'text' && (role === 'feature' || role === 'value'))
    errors.push({
      field: `role_${j}`,
      message: `${column.name} is free text, which is not learned from. Leave it out, or make it a category.`,
    });
  if (role === 'value' && type !== 'number')
    errors.push({
      field: `role_${j}`,
      message: `${column.name} can only be the monthly value when it is a number.`,
    });
  for (const field of ['title', 'unit'] as const)
    if (text(field).length > 100)
      errors.push({ field: `${field}_${j}`, message: `${column.name}: use at most 100 characters.` });
  const policy: Policy = {
    missing: choice('missing', policyChoices.missing, usualPolicy.missing),
    unseen: choice('unseen', policyChoices.unseen, usualPolicy.unseen),
    outOfRange: choice('outOfRange', policyChoices.outOfRange, usualPolicy.outOfRange),
  };
  const { name, distinct, missing, levels } = column;
  return {
    ...{ name, distinct, missing, levels, type, role },
    ...(text('title') === '' ? {} : { title: text('title') }),
    ...(text('unit') === '' ? {} : { unit: text('unit') }),
    ...(text('actionable') === 'yes' ? { actionable: true } : {}),
    ...(min === null && max === null ? {} : { allowed: { min, max } }),
    ...(isUsual(policy) ? {} : { policy }),
  };
}

/** What columns contradict each other in. */
function conflictsIn(columns: readonly DatasetColumn[]): FieldError[] {
  return (['identifier', 'value'] as const).flatMap((role) => {
    const places = [...columns.keys()].filter((j) => columns[j]!.role === role);
    if (places.length < 2) return [];
    const names = places.map((j) => columns[j]!.name).join(', ');
    const what = role === 'identifier' ? 'names the customer' : 'is the monthly value';
    return [{ field: `role_${places[1]!}`, message: `Only one column ${what}; now ${names} do.` }];
  });
}

function isUsual(policy: Policy): boolean {
  return (Object.keys(usualPolicy) as (keyof Policy)[]).every((key) => policy[key] === usualPolicy[key]);
}

/** The form's values for what is stored. */
function valuesOf({ name, columns }: Dataset): Record<string, string> {
  const values: Record<string, string> = { name };
  columns.forEach((column, j) => {
    const policy = column.policy ?? usualPolicy;
    const fields = {
      ...{ role: column.role, type: column.type, title: column.title ?? '', unit: column.unit ?? '' },
      actionable: column.actionable === true ? 'yes' : '',
      ...{ min: String(column.allowed?.min ?? ''), max: String(column.allowed?.max ?? '') },
      ...policy,
    };
    for (const [field, value] of Object.entries(fields)) values[`${field}_${j}`] = value;
  });
  return values;
}
