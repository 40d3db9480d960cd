/** What each option of the command line means, for help and completion. */
import { dialectNames } from '../domain/export/sql/dialects.ts';
import { allFamilies } from '../ml/estimators.ts';
import type { optionTypes } from './options.ts';

export type OptionName = keyof typeof optionTypes;

/** Where it has a value, its name and a colon come first. */
export const optionWords: Readonly<Record<OptionName, string>> = {
  'allow-missing': 'score a FILE that lacks columns of the model; their values are missing in every row',
  classes: 'A,B: jobs that a worker takes: interactive, batch, training; by default all',
  column: 'NAME: column with the probabilities; by default churn_probability or probability',
  customer: 'ID: only this customer',
  dataset: 'N: number of the dataset, as in its address',
  dialect: `NAME: database: ${dialectNames.join(', ')}`,
  drop: 'A,B: columns that are not used as inputs',
  family: `A,B: families to compare: ${allFamilies.join(', ')}; train keeps the best, by default auto; evaluate measures each, by default all`,
  'fold-column':
    'NAME: column of fold numbers, once for each repeat, to use the same folds as another program',
  folds: 'N: parts of the cross-validation, by default 5',
  format: 'NAME: sql or onnx',
  gzip: 'compress the archive, as a name that ends in .gz does',
  header: 'the first line names the columns; by default detected from the file',
  help: 'show this',
  json: 'write JSON instead of text',
  key: "COLUMN: column that names a customer; by default the model's",
  label: 'NAME: column with the outcome; by default the one with a name such as Churn',
  limit: 'N: how many, the newest first; by default 20',
  memory:
    'MB: memory for the rows of a large FILE, by default half of what there is; rows that do not fit are left out evenly, and the model says so',
  model: 'MODEL: a model file',
  name: 'NAME: what the person is called; by default the beginning of the email address',
  'no-header': 'the first line is a row of data, and the columns are column_1, column_2 and so on',
  out: 'FILE: where to write the result; by default, and with -, standard output',
  'password-stdin':
    'read the password from the first line of standard input; without it, print a one-time link to choose one',
  positive: 'LEVEL: value of the label which means that a customer left',
  rejected: 'FILE: where to write the rows that could not be scored, with the reasons',
  repeats: 'N: how often the cross-validation is repeated, by default once',
  role: 'ROLE: admin, analyst or viewer; by default viewer',
  rows: 'N: how many rows',
  seed: 'N: the same number gives the same result',
  seen: 'no|perhaps: whether the model has learned from customers of the dataset',
  table: 'NAME: table with the customers, by default customers; the view has its name and _scores',
  threads:
    'N: threads that share the work, by default as many as there are processors; the result is the same (worker: how many jobs it may run at once, by default the setting WORKERS)',
  tolerance: 'X: how much two probabilities of one customer may differ; by default 1e-9',
  transactions: 'purchases of a shop instead of customers',
  verify: 'restore the archive to a temporary folder, and check all of it',
  'without-label': 'leave out who left',
};
