import type { Db } from '../db.ts';
import type { InferredColumn } from '../ml/schema-inference.ts';

export interface Dataset {
  readonly id: number;
  readonly name: string;
  /** Relative to the data folder. */
  readonly file: string;
  readonly sha256: string;
  readonly rowCount: number;
  readonly columns: readonly InferredColumn[];
  readonly isSample: boolean;
}

interface DatasetRow {
  id: number;
  name: string;
  file: string;
  sha256: string;
  row_count: number;
  columns: string;
  is_sample: number;
  created_at: string;
}

export async function insertDataset(db: Db, dataset: Omit<Dataset, 'id'>): Promise<number> {
  const [row] = await db<DatasetRow>('datasets')
    .insert({
      name: dataset.name,
      file: dataset.file,
      sha256: dataset.sha256,
      row_count: dataset.rowCount,
      columns: JSON.stringify(dataset.columns),
      is_sample: Number(dataset.isSample),
      created_at: new Date().toISOString(),
    })
    .returning('id');
  return row!.id;
}

export async function listSampleDatasets(db: Db): Promise<Dataset[]> {
  const rows = await db<DatasetRow>('datasets').where({ is_sample: 1 }).orderBy('id');
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    file: row.file,
    sha256: row.sha256,
    rowCount: row.row_count,
    columns: JSON.parse(row.columns) as InferredColumn[],
    isSample: Boolean(row.is_sample),
  }));
}

export async function deleteDataset(db: Db, id: number): Promise<void> {
  await db('datasets').where({ id }).delete();
}
