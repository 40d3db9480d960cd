import { done } from '../domain/jobs/steps.ts';
import { isStudyKind } from '../domain/datasets/studies/kinds.ts';
import { runStudy } from '../domain/datasets/studies/studies.ts';
import type { JobHandler } from './job-handler.ts';

export const runStudyDataset: JobHandler = async ({ db, config, step }, { studyOf, study }) => {
  await step(0, 0, 'Reading the dataset and fitting');
  if (isStudyKind(study)) await runStudy(db, config, Number(studyOf), study);
  return done();
};
