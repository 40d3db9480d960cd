/** What saved views ask for and what is gone: a file, a segment, a model, or a column that no model has. */
import type { Db } from '../../db.ts';
import { bySegments } from '../analytics/drivers.ts';
import { listAllBatchIds } from '../../store/batches.ts';
import { listArchivedModels, listModels } from '../../store/models.ts';
import type { ViewQuery } from '../../store/saved-views.ts';
import { listSegments } from '../../store/segments.ts';

export type MissingPart =
  { readonly kind: 'file' | 'segment' | 'model' } | { readonly kind: 'column'; readonly name: string };

export type MissingFinder = (query: ViewQuery) => MissingPart[];

/** Reads once what there is, for any number of views. */
export async function createMissingFinder(db: Db): Promise<MissingFinder> {
  const models = [...(await listModels(db)), ...(await listArchivedModels(db))];
  const known = {
    files: new Set<unknown>(await listAllBatchIds(db)),
    segments: new Set<unknown>((await listSegments(db)).map(({ id }) => id)),
    models: new Set<unknown>(models.map(({ id }) => id)),
    columns: new Set<unknown>([
      bySegments,
      ...models.flatMap(({ schema }) => schema.features.map(({ name }) => name)),
    ]),
  };
  return (query) => {
    const asked = (...names: string[]) => names.flatMap((name) => query[name] ?? []);
    const isMissing = (ids: ReadonlySet<unknown>) => (value: string | number) => !ids.has(value);
    const columns = asked('column', 'column2', 'down', 'across', 'by').filter(isMissing(known.columns));
    return [
      ...(asked('batch', 'compared').some(isMissing(known.files)) ? [{ kind: 'file' as const }] : []),
      ...(asked('segment').some(isMissing(known.segments)) ? [{ kind: 'segment' as const }] : []),
      ...(asked('model').some(isMissing(known.models)) ? [{ kind: 'model' as const }] : []),
      ...columns.map((name) => ({ kind: 'column' as const, name: String(name) })),
    ];
  };
}
