/** holdfast train: a model file from any CSV. */
import { basename, dirname, resolve } from 'node:path';
import { writeModelFile } from '../domain/models/files.ts';
import { trainOnTable } from '../domain/training/fit.ts';
import { allFamilies } from '../ml/estimators.ts';
import { optionsFor } from '../domain/training/options.ts';
import { chosenFamilies, listed, readTable, required, wholeNumber } from './options.ts';
import type { Options } from './options.ts';
import { figuresOf, printJson } from './output.ts';

export async function train(options: Options, file: string): Promise<void> {
  const out = resolve(required(options, 'out'));
  const usual = optionsFor('thorough');
  const plan = {
    datasetName: basename(file),
    only: null,
    options: {
      ...usual,
      families: [...chosenFamilies(options, allFamilies, ['auto'])],
      drop: listed(options.drop),
      seed: wholeNumber(options, 'seed', usual.seed),
    },
  };
  const model = trainOnTable(await readTable(options, file), plan, ({ stage, done, total }) => {
    process.stderr.write(`${stage} ${done}/${total}\n`);
  });
  const sha256 = await writeModelFile(dirname(out), basename(out), model);
  const { evaluation, importance, provenance, threshold } = model;
  const { family } = model.estimator;
  if (options.json) {
    printJson({ family, threshold, evaluation, importance, provenance, file: out, sha256 });
    return;
  }
  process.stdout.write(
    [
      `${family}, on ${evaluation.holdoutRows} rows that it did not learn from:`,
      `  ${figuresOf(evaluation.holdout)}`,
      'The majority class on the same rows:',
      `  ${figuresOf(evaluation.baseline)}`,
      `Written to ${out}; --seed ${provenance.seed} makes it again`,
      '',
    ].join('\n'),
  );
}
