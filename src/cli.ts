#!/usr/bin/env node
/** Holdfast from the command line: the same core, without the web. */
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { evaluateTable } from './domain/evaluation.ts';
import { sampleColumns } from './domain/sample/generator.ts';
import { historySeed, sampleLines } from './domain/sample/files.ts';
import { trainOnTable } from './domain/training.ts';
import { readTrainingTable } from './domain/training-table.ts';
import { allFamilies } from './ml/estimators.ts';
import type { Family } from './ml/estimators.ts';
import { encodeModelFile } from './ml/model-file.ts';

const usage = `holdfast sample   [--rows 7000] [--seed N] [--out FILE] [--without-label]
holdfast train    FILE --out MODEL [--label NAME] [--positive LEVEL] [--family NAME,…] [--seed 1]
holdfast evaluate FILE [--label NAME] [--positive LEVEL] [--family NAME,…] [--drop A,B]
                  [--folds 5] [--repeats 1] [--fold-column NAME] [--seed 42] [--json]

Families: ${allFamilies.join(', ')}.
--fold-column names a column of fold numbers: every peer can then be measured on the very same folds.
`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '7000' },
    seed: { type: 'string' },
    out: { type: 'string' },
    'without-label': { type: 'boolean', default: false },
    label: { type: 'string' },
    positive: { type: 'string' },
    family: { type: 'string', default: 'logistic,forest,boosting' },
    drop: { type: 'string', default: '' },
    folds: { type: 'string', default: '5' },
    repeats: { type: 'string', default: '1' },
    'fold-column': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const [command, file] = positionals;

try {
  if (command === 'sample') await sample();
  else if (command === 'train' && file) train(file);
  else if (command === 'evaluate' && file) evaluate(file);
  else fail(usage);
} catch (error) {
  fail(`holdfast: ${error instanceof Error ? error.message : String(error)}\n`);
}

async function sample(): Promise<void> {
  const columns = sampleColumns.filter((column) => column !== 'Churn' || !options['without-label']);
  const lines = sampleLines(
    columns,
    wholeNumber('rows', options.rows),
    wholeNumber('seed', options.seed ?? String(historySeed)),
  );
  await pipeline(
    Readable.from(lines),
    options.out === undefined ? process.stdout : createWriteStream(options.out),
  );
}

function train(path: string): void {
  if (options.out === undefined) throw new Error('say with --out where the model file is to go');
  const table = readTrainingTable(readFileSync(path, 'utf8'), labelChoice());
  const plan = {
    name: path,
    datasetName: path,
    datasetId: null,
    families: chosenFamilies(),
    only: null,
    seed: wholeNumber('seed', options.seed ?? '1'),
    isSample: false,
  };
  const model = trainOnTable(table, plan, (stage, done, total) =>
    process.stderr.write(`${stage} ${done}/${total}\n`),
  );
  writeFileSync(
    options.out,
    encodeModelFile(model, (bytes) => createHash('sha256').update(bytes).digest()),
  );
  console.log(JSON.stringify({ family: model.estimator.family, evaluation: model.evaluation }, null, 2));
}

function evaluate(path: string): void {
  const drop = options.drop.split(',').filter(Boolean);
  const foldColumn = options['fold-column'] ?? null;
  const table = readTrainingTable(readFileSync(path, 'utf8'), labelChoice());
  const protocol = {
    folds: wholeNumber('folds', options.folds),
    repeats: wholeNumber('repeats', options.repeats),
    seed: wholeNumber('seed', options.seed ?? '42'),
    foldColumn,
    drop,
  };
  const results = chosenFamilies().map((family) => evaluateTable(table, family, protocol));
  if (options.json) {
    console.log(JSON.stringify({ file: path, ...protocol, results }, null, 2));
    return;
  }
  for (const { family, metrics, seconds } of results) {
    const figures = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(4)}`);
    console.log(`${family.padEnd(11)} ${figures.join('  ')}  (${seconds.toFixed(1)} s)`);
  }
}

function labelChoice() {
  return { label: options.label ?? null, positive: options.positive ?? null };
}

function chosenFamilies(): Family[] {
  return options.family.split(',').map((name) => {
    const family = allFamilies.find((known) => known === name.trim());
    if (!family) throw new Error(`there is no family '${name}'; there are ${allFamilies.join(', ')}`);
    return family;
  });
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`--${name} takes a whole number, found '${text}'`);
  return Number(text);
}

function fail(message: string): never {
  process.stderr.write(message);
  process.exit(2);
}
