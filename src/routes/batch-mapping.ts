/** Matching the columns of an uploaded file with those of a model. */
import { join } from 'node:path';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { bestFit, coverage, guessMapping } from '../domain/batches/mapping.ts';
import type { ColumnMapping } from '../domain/batches/mapping.ts';
import { outcomeErrors, rememberedOutcome } from '../domain/batches/outcome-column.ts';
import { canBeReread } from '../domain/batches/rereading.ts';
import { matchColumns } from '../domain/batches/matching.ts';
import { readCsvChunks } from '../domain/csv/reader.ts';
import { AppError } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, parseForm } from '../http/validate.ts';
import { presentMapping } from '../presenters/batch-mapping.ts';
import { getBatch } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { findModel, listModels } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { isScoredAtOnce } from './batch-step.ts';
import { readOutcomeColumn } from './outcome-column-form.ts';
import { listRememberedNames } from '../store/remembered-names.ts';
import { openUploadStore } from '../domain/batches/batches.ts';
import { openFiles } from '../store/files/open-files.ts';

declare module '../http/render.ts' {
  interface Pages {
    'batches/mapping': PageData & ReturnType<typeof presentMapping>;
  }
}

/** A form that maps columns: `f0`, `f1` … to a place in the header, '' for 'not in the file'. */
const MappingForm = z.looseObject({ model: z.coerce.number().int().positive() });

interface Form {
  /** As in the form; NaN: none. */
  readonly modelId: number;
  readonly chosen: ColumnMapping | null;
  readonly errors: readonly FieldError[];
}

export function createBatchMappingHandlers({ db, config }: Context) {
  const showForm = async (res: Response, batch: BatchRecord, { modelId, chosen, errors }: Form) => {
    const models = await listModels(db);
    const model = chosenModel(models, modelId, batch.modelId);
    const fit = bestFit(models, batch.header);
    const guess = guessMapping(model.schema, batch.header, await listRememberedNames(db));
    await openFiles(config).bring(db, [join(config.uploadsDir, batch.file)]);
    const offered = fit && fit.id !== model.id && coverage(guess) < 1 ? fit : null;
    const input = {
      batch,
      model,
      models,
      offered,
      guess,
      chosen,
      rememberedOutcome: await rememberedOutcome(db, batch.header),
      samples: sampleValues(config.uploadsDir, batch),
      canBeReread: await canBeReread(openUploadStore({ db, config }), batch),
    };
    const title = 'Match the columns';
    await render(res, 'batches/mapping', (h) => ({ title, ...presentMapping(h, input), errors }));
  };

  return {
    show: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      await showForm(res, batch, { modelId: Number(req.query['model']), chosen: null, errors: [] });
    },

    save: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const form = parseForm(MappingForm, req.body);
      const model = form.ok ? await findModel(db, form.data.model) : undefined;
      if (!model) {
        await showForm(res, batch, { modelId: NaN, chosen: null, errors: [noModel] });
        return;
      }
      const mapping = readMapping(req.body, model, batch.header);
      const isEmpty = mapping.features.every((place) => place === null);
      const errors = [...(isEmpty ? [nothingMatched] : []), ...outcomeErrors(mapping)];
      if (errors.length > 0) {
        await showForm(res, batch, { modelId: model.id, chosen: mapping, errors });
        return;
      }
      const plan = { model, mapping, isScoredAtOnce: isScoredAtOnce(req.body) };
      await matchColumns(db, currentUser(req), batch, plan);
      res.redirect(303, `/batches/${batch.id}/progress`);
    },
  };
}

const noModel = { field: 'model', message: 'This model no longer exists. Choose another one.' };
const nothingMatched = {
  field: 'f0',
  message: 'No column is matched. Match at least one input of the model with a column of the file.',
};

/** The model of the address or form, else the one that the file was matched with, else the first. */
function chosenModel(models: readonly ModelRecord[], chosen: number, current: number | null): ModelRecord {
  const id = Number.isSafeInteger(chosen) && chosen > 0 ? chosen : current;
  const model = models.find((one) => one.id === id) ?? models[0];
  if (!model)
    throw new AppError(
      409,
      'no-model',
      'There is no model to score with. An administrator can train or import one.',
    );
  return model;
}

function readMapping(body: unknown, model: ModelRecord, header: readonly string[]): ColumnMapping {
  const values = body as Readonly<Record<string, unknown>>;
  const placeOf = (name: string): number | null => {
    const text = values[name];
    const place = typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : -1;
    return place >= 0 && place < header.length ? place : null;
  };
  const outcome = readOutcomeColumn(values, placeOf);
  return {
    features: model.schema.features.map((_, j) => placeOf(`f${j}`)),
    identifier: placeOf('identifier'),
    value: placeOf('value'),
    ...(outcome && { outcome }),
  };
}

/** The first three values of each column. */
function sampleValues(uploadsDir: string, batch: BatchRecord): string[][] {
  const { delimiter } = batch.format;
  const shape = { delimiter, columnCount: batch.header.length };
  const chunks = readCsvChunks(join(uploadsDir, batch.file), shape, 3);
  const rows = chunks.next();
  const cells = rows.done
    ? []
    : rows.value.rows.flatMap(({ reading }) => (reading.ok ? [reading.cells] : []));
  return batch.header.map((_, place) => cells.map((row) => (row[place] ?? '').slice(0, 40)));
}
