import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';

/** Who made which model score everybody, and which it took over from. */
export interface Activation {
  readonly id: number;
  readonly modelId: number;
  readonly previousModelId: number | null;
  readonly userId: number | null;
  readonly at: string;
}

interface ActivationRow {
  id: number;
  model_id: number;
  previous_model_id: number | null;
  user_id: number | null;
  at: string;
}

export async function insertActivation(
  db: Db,
  activation: Pick<Activation, 'modelId' | 'previousModelId' | 'userId'>,
): Promise<void> {
  await db<ActivationRow>('activations').insert({
    model_id: activation.modelId,
    previous_model_id: activation.previousModelId,
    user_id: activation.userId,
    at: await isoTimeOf(db),
  });
}

/** Newest first. */
export async function listActivations(db: Db, limit: number): Promise<Activation[]> {
  const rows = await db<ActivationRow>('activations').orderBy('id', 'desc').limit(limit);
  return rows.map((row) => ({
    id: row.id,
    modelId: row.model_id,
    previousModelId: row.previous_model_id,
    userId: row.user_id,
    at: row.at,
  }));
}
