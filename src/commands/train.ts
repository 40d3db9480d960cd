/** holdfast train: trains a model on a CSV file and writes it to a model file. */
import { basename, dirname, resolve } from 'node:path';
import { writeModelFile } from '../domain/models/files.ts';
import { maxTrainingRows } from '../domain/training/dataset-table.ts';
import { readFileRows } from '../domain/training/file-rows.ts';
import { trainOnRows } from '../domain/training/fit.ts';
import type { OnStep } from '../ml/estimator.ts';
import { allFamilies, estimators } from '../ml/estimators.ts';
import { optionsFor } from '../domain/training/options.ts';
import {
  chosenFamilies,
  firstLineOf,
  listed,
  openThreads,
  readTable,
  required,
  tellSkipped,
  trainingMemory,
  wholeNumber,
} from './options.ts';
import type { Options } from './options.ts';
import { figuresOf, printJson } from './output.ts';
import { openProgress } from './progress.ts';

export async function train(options: Options, file: string): Promise<void> {
  const out = resolve(required(options, 'out'));
  const usual = optionsFor('thorough');
  const plan = {
    datasetName: basename(file),
    options: {
      ...usual,
      families: [...chosenFamilies(options, allFamilies, ['auto'])],
      drop: listed(options.drop),
      seed: wholeNumber(options, 'seed', usual.seed),
    },
  };
  const threads = openThreads(options);
  const progress = openProgress();
  const report: OnStep = ({ stage, done, total }) => {
    progress.show(`${stage} ${done}/${total}`);
  };
  const table = await readTable(options, file, maxTrainingRows);
  const memory = { megabytes: trainingMemory(options), threads: threads.count };
  const source = { path: file, firstLine: firstLineOf(options), options: plan.options, memory };
  const rows = await readFileRows(table, source, report);
  if (rows.drawn && rows.outOf === undefined) tellSkipped(table.rowCount - rows.data.rowCount);
  const model = trainOnRows(rows, plan, { onStep: report, threads });
  threads.close();
  progress.end();
  const sha256 = await writeModelFile(dirname(out), basename(out), model);
  const { evaluation, importance, provenance, threshold } = model;
  const { family } = model.estimator;
  if (options.json) {
    printJson({ family, threshold, evaluation, importance, provenance, file: out, sha256 });
    return;
  }
  process.stdout.write(
    [
      `${estimators[family].title}, on ${evaluation.holdoutRows} held-out customers:`,
      `  ${figuresOf(evaluation.holdout)}`,
      'Baseline, which always predicts the more frequent outcome:',
      `  ${figuresOf(evaluation.baseline)}`,
      `Written to ${out}. The same file with --seed ${provenance.seed} gives the same model.`,
      '',
    ].join('\n'),
  );
}
