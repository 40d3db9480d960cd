/** Structured logs on standard output: JSON lines, without names, addresses, form contents or links. */
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Config } from './config.ts';

export function createLogger(config: Config): Logger {
  return pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
