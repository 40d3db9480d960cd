/** The JSON columns of a model: what its file says about it, checked as the file is. */
import { z } from 'zod';
import type { Schema } from '../ml/data/schema.ts';
import { checkEvaluation, checkImportance, checkProvenance } from '../ml/model/card-check.ts';
import type { Evaluation, Importance, Provenance } from '../ml/model/model.ts';
import { checkSchema } from '../ml/model/schema-check.ts';
import type { Check } from '../ml/model/shape.ts';

export const StoredSchema = checkedBy<Schema>(checkSchema);
export const StoredEvaluation = checkedBy<Evaluation>(checkEvaluation);
export const StoredProvenance = checkedBy<Provenance>(checkProvenance);

export function storedImportance({ features }: Schema): z.ZodType<readonly Importance[]> {
  return checkedBy(checkImportance(new Set(features.map(({ name }) => name))));
}

function checkedBy<T>(check: Check): z.ZodType<T> {
  return z.custom<T>().superRefine((value, context) => {
    const problem = check(value, 'it');
    if (problem !== null) context.addIssue(problem);
  });
}
