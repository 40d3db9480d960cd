/** The list of models. */
import type { UnusableModel } from '../domain/models/registry.ts';
import type { FieldError } from '../errors.ts';
import type { ModelRecord } from '../store/models.ts';
import { algorithmText, modelStateText } from './model.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface ModelListData {
  readonly models: readonly ModelRecord[];
  readonly archived: readonly ModelRecord[];
  readonly unusableModels: readonly UnusableModel[];
  /** What a rollback would restore. */
  readonly previous: ModelRecord | undefined;
  readonly errors: readonly FieldError[];
}

export type ModelListPage = ReturnType<typeof presentModelList>;

export function presentModelList(h: ViewHelpers, data: ModelListData) {
  const unusableIds = new Set(data.unusableModels.map(({ id }) => id));
  return {
    models: data.models.map((model) => presentRow(h, model, unusableIds.has(model.id))),
    archived: data.archived.map((model) => ({
      href: `/models/${model.id}`,
      label: model.label,
      trained: h.date(model.createdAt),
      rocAuc: h.metric(model.evaluation.holdout.rocAuc),
    })),
    archivedHeading: `Archived (${h.count(data.archived.length)})`,
    unusableModels: data.unusableModels,
    previousLabel: data.previous?.label ?? null,
    fileError: data.errors.find(({ field }) => field === 'file')?.message ?? null,
    errors: data.errors,
  };
}

function presentRow(h: ViewHelpers, model: ModelRecord, isUnusable: boolean) {
  const { holdout } = model.evaluation;
  return {
    href: `/models/${model.id}`,
    field: `m${model.id}`,
    label: model.label,
    isSample: model.isSample,
    isUnusable,
    state: modelStateText[model.state],
    algorithm: algorithmText(model.family),
    rocAuc: h.metric(holdout.rocAuc),
    lift: h.number(holdout.topDecileLift),
    calibrationError: h.metric(holdout.ece),
    dataset: model.provenance.datasetName,
    rows: h.count(model.provenance.rowCount),
    trained: h.date(model.createdAt),
  };
}
