import { prepareSample } from '../domain/sample/first-start.ts';
import { done } from '../domain/jobs/steps.ts';
import type { JobHandler } from './job-handler.ts';

export const runFirstStart: JobHandler = async ({ db, config, step }) => {
  await prepareSample(db, config, ({ stage, done, total }) => void step(done, total, stage));
  return done();
};
