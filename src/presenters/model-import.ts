/** The page that imports a model of another program. */
import type { FieldError } from '../errors.ts';
import type { Dataset } from '../store/datasets.ts';

export type ModelImportPage = ReturnType<typeof presentModelImport>;

/** `datasets`: those with a churn label; `values`: as they were chosen. */
export function presentModelImport(
  datasets: readonly Dataset[],
  values: Readonly<Record<string, string>>,
  errors: readonly FieldError[],
) {
  return {
    errors,
    fileError: errors.find(({ field }) => field === 'file')?.message ?? null,
    values: { dataset: values['dataset'] ?? '', seen: values['seen'] ?? '' },
    datasets: [
      { value: '', label: datasets.length > 0 ? 'Choose' : 'There is no dataset with a churn label' },
      ...datasets.map(({ id, name, version }) => ({
        value: String(id),
        label: `${name}, version ${version}`,
      })),
    ],
    answers: [
      { value: '', label: 'Choose' },
      { value: 'no', label: 'No, they are new to it' },
      { value: 'perhaps', label: 'Yes, or not known' },
    ],
  };
}
