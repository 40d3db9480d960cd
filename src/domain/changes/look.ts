import type { Db } from '../../db.ts';
import type { Movement } from '../../store/score-files/movement.ts';

/** Who looks, and when. */
export interface Look {
  readonly db: Db;
  readonly userId: number;
  /** The last visit; null: this is the first one. */
  readonly since: string | null;
  /** `2026-11-20`. */
  readonly today: string;
  /** Whether the sample's customers are those that are shown. */
  readonly includesSample: boolean;
  /** How many customers of the file before are not in this one; reads whole columns, in a task. */
  readonly countMissing: (batchId: number) => Promise<number>;
  /** Between two files; reads whole columns, in a task. */
  readonly readMovement: (laterId: number, earlierId: number) => Promise<Movement | null>;
}
