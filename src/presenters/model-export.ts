/** The page that downloads a model for other programs. */
import { dialects } from '../domain/export/sql/dialects.ts';
import type { ModelRecord } from '../store/models.ts';

export type ModelExportPage = ReturnType<typeof presentModelExport>;

/** `values`: as they were typed. */
export function presentModelExport(
  { id, label }: Pick<ModelRecord, 'id' | 'label'>,
  values: Readonly<Record<string, string>>,
) {
  return {
    href: `/models/${id}`,
    label,
    dialects: [
      { value: '', label: 'Choose' },
      ...Object.entries(dialects).map(([value, { title }]) => ({ value, label: title })),
    ],
    values: { dialect: values['dialect'] ?? '', table: values['table'] ?? '', key: values['key'] ?? '' },
  };
}
