/** Every command: what it takes, what it does, and examples. Help, completion and the checks of arguments read this table. */
import type { Command } from './options.ts';
import type { CommandEntry } from './entry.ts';
import { takingStandardInput } from './standard-input.ts';

const rows = ['header', 'no-header'] as const;
const learning = ['label', 'positive', 'drop', 'family', 'seed', 'threads', 'json', ...rows] as const;
const scoring = ['model', 'allow-missing', 'json', ...rows] as const;

/** Those that the command line itself starts. */
export interface Processes {
  readonly web: Command;
  readonly worker: Command;
}

/** Commands are loaded when they are run: most need only a part of the program. */
export const createTable = ({ web, worker }: Processes): readonly CommandEntry[] => [
  {
    name: 'web',
    names: [],
    options: [],
    about: 'answer requests, and leave all jobs to workers',
    examples: ['web'],
    run: web,
  },
  {
    name: 'worker',
    names: [],
    options: ['threads', 'classes'],
    about: 'work on jobs. Processes for both share a database and the folders; npm start is both in one',
    examples: ['worker --threads 4', 'worker --threads 2 --classes batch,training'],
    run: worker,
  },
  {
    name: 'doctor',
    names: [],
    options: ['json'],
    about:
      'check settings, disk, permissions, database, model and score files, and the age of the last backup',
    examples: ['doctor', 'doctor --json'],
    run: async (options) => (await import('./doctor.ts')).doctor(options),
  },
  {
    name: 'backup',
    names: ['FILE'],
    options: ['gzip', 'verify', 'json'],
    about:
      'write database and files of this installation to one archive, while it runs; - is standard output',
    examples: [
      'backup /backups/holdfast.tar.gz --verify',
      'backup - | gpg --encrypt -r ops > holdfast.tar.gpg',
    ],
    run: async (options, file) => (await import('./backup.ts')).backup(options, file),
  },
  {
    name: 'restore',
    names: ['FILE'],
    options: ['verify', 'json'],
    about:
      'put a backup into an empty installation, or with --verify only check it, anywhere; - is standard input',
    examples: ['restore /backups/holdfast.tar.gz', 'restore holdfast.tar --verify'],
    run: async (options, file) => (await import('./backup.ts')).restore(options, file),
  },
  {
    name: 'user add',
    names: ['EMAIL'],
    options: ['name', 'role', 'password-stdin', 'json'],
    about: 'add somebody who may sign in, with a one-time link or a password from standard input',
    examples: ['user add ada@example.com --name "Ada Admin" --role admin'],
    run: async (options, email) => (await import('./user-add.ts')).userAdd(options, email),
  },
  {
    name: 'models',
    names: [],
    options: ['json'],
    about: 'list the models of this installation',
    examples: ['models', 'models --json'],
    run: async (options) => (await import('./listings.ts')).models(options),
  },
  {
    name: 'batches',
    names: [],
    options: ['limit', 'json'],
    about: 'list the files that were scored in this installation, the newest first',
    examples: ['batches --limit 5'],
    run: async (options) => (await import('./listings.ts')).batches(options),
  },
  {
    name: 'customer-data',
    names: ['CUSTOMER'],
    options: ['out'],
    about:
      'write everything that is stored about CUSTOMER, a customer ID, as JSON with an explanation of its parts',
    examples: ['customer-data 7590-VHVEG --out data.json'],
    run: async (options, customer) => (await import('./customer-data.ts')).customerData(options, customer),
  },
  {
    name: 'erase',
    names: ['CUSTOMER'],
    options: ['json'],
    about:
      'erase CUSTOMER, a customer ID, from the scores and uploads of this installation; nothing is asked',
    examples: ['erase 7590-VHVEG'],
    run: async (options, customer) => (await import('./erase.ts')).erase(options, customer),
  },
  {
    name: 'migrate-to',
    names: ['postgres://USER:PASSWORD@HOST/DATABASE'],
    options: ['json'],
    about: 'copy the database of this installation to PostgreSQL and compare every row; it can be repeated',
    examples: ['migrate-to postgres://holdfast:PASSWORD@db.example.com/holdfast'],
    run: async (options, target) => (await import('./migrate-to.ts')).migrateTo(options, target),
  },
  {
    name: 'migrate-files',
    names: ['s3://BUCKET/PREFIX|FOLDER'],
    options: ['json'],
    about: 'copy the files of this installation to a store that several machines share; it can be repeated',
    examples: ['migrate-files s3://company-holdfast/main'],
    run: async (options, target) => (await import('./migrate-files.ts')).migrateFiles(options, target),
  },
  {
    name: 'sample',
    names: [],
    options: ['rows', 'seed', 'without-label', 'transactions', 'out'],
    about: "write generated customers, or with --transactions a shop's purchases",
    examples: ['sample --rows 7000 --out history.csv', 'sample --rows 500 --without-label --out today.csv'],
    run: async (options) => (await import('./sample.ts')).sample(options),
  },
  {
    name: 'train',
    names: ['FILE'],
    options: ['out', ...learning, 'memory'],
    about: 'train a model on FILE and write it to a file',
    examples: [
      'train history.csv --out churn.holdfast',
      'train history.csv --out churn.holdfast --label Left',
    ],
    run: takingStandardInput(async (options, file) => (await import('./train.ts')).train(options, file)),
  },
  {
    name: 'evaluate',
    names: ['FILE'],
    options: [...learning, 'folds', 'repeats', 'fold-column'],
    about: 'cross-validate every family, and the baselines majority and one-column, on FILE',
    examples: ['evaluate history.csv', 'evaluate history.csv --family logistic,boosting --folds 10 --json'],
    run: takingStandardInput(async (options, file) =>
      (await import('./evaluate.ts')).evaluate(options, file),
    ),
  },
  {
    name: 'score',
    names: ['FILE'],
    options: ['out', 'rejected', ...scoring],
    about: 'write a churn probability and risk level for every row of FILE',
    examples: [
      'score today.csv --model churn.holdfast --out scored.csv --rejected rejected.csv',
      'score - --model churn.holdfast < today.csv > scored.csv',
    ],
    run: takingStandardInput(async (options, file) => (await import('./score.ts')).score(options, file)),
  },
  {
    name: 'explain',
    names: ['FILE'],
    options: ['rows', 'customer', ...scoring],
    about: 'show the reasons for the first rows of FILE, or for one customer',
    examples: ['explain today.csv --model churn.holdfast --customer 7590-VHVEG'],
    run: takingStandardInput(async (options, file) => (await import('./explain.ts')).explain(options, file)),
  },
  {
    name: 'export',
    names: ['MODEL'],
    options: ['format', 'dialect', 'table', 'key', 'out'],
    about:
      'write MODEL as SQL that scores a table of a database, and tests itself, or as an ONNX file. MODEL is a file, or the number of a model of this installation',
    examples: [
      'export churn.holdfast --format sql --dialect postgres > churn.sql',
      'export 3 --format onnx --out churn.onnx',
    ],
    run: async (options, model) => (await import('./export.ts')).exportModel(options, model),
  },
  {
    name: 'import',
    names: ['FILE'],
    options: ['dataset', 'seen', 'json'],
    about:
      'measure an ONNX file, or a model that XGBoost saved as JSON, on a dataset of this installation, and add it as a candidate',
    examples: ['import model.onnx --dataset 1 --seen no'],
    run: async (options, file) => (await import('./import.ts')).importModel(options, file),
  },
  {
    name: 'verify-scores',
    names: ['MODEL', 'FILE'],
    options: ['column', 'tolerance', 'allow-missing', 'json', ...rows],
    about:
      'compare the probabilities in FILE, beside the records that they are of, with those of MODEL, a file or a number; the exit code is 1 where they differ',
    examples: ['verify-scores churn.holdfast scores-of-the-warehouse.csv'],
    run: async (options, model, file) => (await import('./verify-scores.ts')).verify(options, model, file),
  },
  {
    name: 'completion',
    names: ['bash|zsh|fish'],
    options: [],
    about: 'write a script with which the shell completes commands and options',
    examples: [
      'completion bash > ~/.local/share/bash-completion/completions/holdfast',
      'completion fish | source',
    ],
    run: async (_options, shell) =>
      (await import('./completion.ts')).completion(shell, createTable({ web, worker })),
  },
];
