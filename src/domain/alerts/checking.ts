/** One check for alerts. */
import { saveReading } from '../../store/alert-readings.ts';
import { done } from '../jobs/steps.ts';
import type { JobOutcome } from '../jobs/steps.ts';
import { observe } from './checks.ts';
import { recordObservations } from './raising.ts';
import { readScene } from './scene.ts';
import type { AlertEnv } from './scene.ts';

/** What is found and whom it is told are stored with the end of the job. */
export async function checkAlerts(env: AlertEnv): Promise<JobOutcome> {
  const scene = await readScene(env);
  const found = await observe(scene);
  return done(async (trx) => {
    const [newest] = scene.readings;
    if (newest !== undefined) await saveReading(trx, newest);
    await recordObservations(trx, found, scene.settings.alerts.perWeek);
  });
}
