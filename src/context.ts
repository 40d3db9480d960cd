/** What the whole process shares, passed explicitly. */
import type { Config } from './config.ts';
import type { Db } from './db.ts';
import type { Tasks } from './tasks/tasks.ts';

/** Structured logging; the fields never hold personal data. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Context {
  readonly config: Config;
  readonly db: Db;
  readonly log: Logger;
  /** Work of one request that is too long for the thread that answers. */
  readonly tasks: Tasks;
}
