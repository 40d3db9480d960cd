import { checkDrift } from '../domain/schedules/drift-check.ts';
import type { JobHandler } from './job-handler.ts';

export const runCheckDrift: JobHandler = ({ db, config }) => checkDrift({ db, config });
