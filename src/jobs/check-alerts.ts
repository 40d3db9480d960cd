import { checkAlerts } from '../domain/alerts/checking.ts';
import type { JobHandler } from './job-handler.ts';

export const runCheckAlerts: JobHandler = ({ db, config }) => checkAlerts({ db, config });
