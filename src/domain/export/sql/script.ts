/**
 * A model as a file of SQL: a view that scores a table, and before it a query that scores twenty customers of the file
 * itself and compares them with the scores that Holdfast gives them.
 */
import { Unprocessable } from '../../../errors.ts';
import { countText } from '../../../format.ts';
import { estimators } from '../../../ml/estimators.ts';
import type { Model } from '../../../ml/model/model.ts';
import type { RiskThresholds } from '../../risk/levels.ts';
import { labelOf } from '../../csv/column-names.ts';
import { addCells, sourceSql, type CellColumns } from './cells.ts';
import { dialects, type Dialect, type DialectName } from './dialects.ts';
import { addProbability } from './estimator.ts';
import { balanced, concatenated, identifier, literal, text } from './expressions.ts';
import { addColumn, createSteps, type Steps } from './steps.ts';
import { testRowsOf, type TestRow } from './test-rows.ts';

/** What a person chooses. */
export interface SqlRequest {
  readonly dialect: DialectName;
  /** The table with the customers; with a schema: `crm.customers`. */
  readonly table: string;
  /** The column that names a customer; null: the model's own. */
  readonly key: string | null;
}

interface SqlExport extends SqlRequest {
  readonly model: Model;
  /** What people call it: its label, or the name of its file. */
  readonly label: string;
  readonly levels: RiskThresholds;
}

/** Scores of the file and of Holdfast are the same if they differ by less. */
const tolerance = 1e-9;

/** @throws Unprocessable 422 when the model is too large for the database, or nothing names a customer */
export function sqlExport(request: SqlExport): string {
  const dialect = dialects[request.dialect];
  const steps = createSteps(dialect);
  const columns = addScore(steps, request);
  const view = viewSql(request, steps, columns);
  const test = selfTestSql(request.model, steps, columns);
  checkSize(request, Math.max(view.length, test.length));
  const comments = headerOf(request).map((line) => `-- ${line}`);
  const preparation = dialect.preparation.map((statement) => `${statement}\n`).join('');
  return `${comments.join('\n')}\n\n${preparation}\n-- Self-test\n${test}\n\n-- The view\n${view}\n`;
}

interface ScoreColumns {
  /** NULL where the row cannot be scored. */
  readonly probability: string;
  readonly reason: string | null;
  readonly notes: string;
}

function addScore(steps: Steps, { model }: SqlExport): ScoreColumns {
  const { dialect } = steps;
  const cells = addCells(steps, model.schema);
  const { probability, contributions } = addProbability(steps, model, cells.inputs);
  const reason = contributions && addReason(steps, model, contributions, cells);
  const isScored = `${cells.problems} = ${text(dialect, '')}`;
  const after = (name: string) => dialect.part(name, 3, 1_000_000);
  const notes =
    `CASE WHEN NOT (${isScored}) THEN (${text(dialect, 'Not scored: ')} || ${after(cells.problems)}) ` +
    `WHEN ${cells.notes} <> ${text(dialect, '')} THEN ${after(cells.notes)} END`;
  const scored = addColumn(steps, 'z', `CASE WHEN ${isScored} THEN ${probability} END`);
  return { probability: scored, reason, notes };
}

/** The feature that adds most to the log-odds, or takes most away; calibration scales all of them alike. */
function addReason(
  steps: Steps,
  { schema }: Model,
  contributions: readonly string[],
  { texts, inputs }: CellColumns,
): string {
  const { dialect } = steps;
  const sizes = contributions.map((name) => `ABS(${name})`);
  const most = addColumn(
    steps,
    'y',
    balanced(sizes, (a, b) => `${dialect.greatest}(${a}, ${b})`),
  );
  const cases = schema.features.map(({ name, levels }, j) => {
    const isKnown = levels.length > 0 ? `${inputs[j]!} <> -1` : `${inputs[j]!} IS NOT NULL`;
    const said = `CASE WHEN ${isKnown} THEN (${text(dialect, 'is ')} || ${dialect.asText(texts[j]!)}) ELSE ${text(dialect, 'is not known')} END`;
    const effect = `CASE WHEN ${contributions[j]!} > 0 THEN ${text(dialect, 'raises')} ELSE ${text(dialect, 'lowers')} END`;
    const words = [
      text(dialect, `${labelOf(name)} `),
      said,
      text(dialect, ': '),
      effect,
      text(dialect, ' risk'),
    ];
    return `WHEN ${sizes[j]!} = ${most} THEN ${concatenated(words)}`;
  });
  return addColumn(steps, 'w', `CASE ${cases.join('\n    ')} END`);
}

function viewSql(request: SqlExport, steps: Steps, { probability, reason, notes }: ScoreColumns): string {
  const { dialect } = steps;
  const { model, table, levels } = request;
  const key = keyOf(request);
  const parts = table.split('.');
  const from = parts.map((part) => identifier(dialect, part)).join('.');
  const view = [...parts.slice(0, -1), `${parts.at(-1)!}_scores`]
    .map((part) => identifier(dialect, part))
    .join('.');
  const query = steps.finish(sourceSql(dialect, model.schema, identifier(dialect, key), from));
  const level =
    `CASE WHEN ${probability} >= ${literal(dialect, levels.highFrom)} THEN 'high' ` +
    `WHEN ${probability} >= ${literal(dialect, levels.mediumFrom)} THEN 'medium' WHEN ${probability} IS NOT NULL THEN 'low' END`;
  const columns = [
    `k AS ${identifier(dialect, key)}`,
    `${probability} AS churn_probability`,
    `${level} AS risk_level`,
    ...(reason === null
      ? []
      : [`CASE WHEN ${probability} IS NOT NULL THEN ${reason} END AS strongest_reason`]),
    `${notes} AS notes`,
  ];
  return `${dialect.createView(view)}\nWITH ${query.text}\nSELECT\n  ${columns.join(',\n  ')}\nFROM ${query.last};`;
}

/** One row: how many scores were compared, how many are as expected, the largest difference, and whether all is well. */
function selfTestSql(model: Model, steps: Steps, { probability }: ScoreColumns): string {
  const { dialect } = steps;
  const rows = testRowsOf(model);
  const cases = rows.map((row, i) => testRowSql(dialect, model, row, i));
  const query = steps.finish(sourceSql(dialect, model.schema, 'test_row', 'test_rows'));
  const away = `ABS(${probability} - expected_probability)`;
  const isGood = `COUNT(*) = ${rows.length} AND SUM(CASE WHEN ${away} <= ${literal(dialect, tolerance)} THEN 1 ELSE 0 END) = ${rows.length}`;
  const expected = rows.map(
    (row, i) => `SELECT ${i} AS expected_row, ${literal(dialect, row.probability)} AS expected_probability`,
  );
  return (
    `WITH test_rows AS (\n${cases.join('\nUNION ALL ')}),\nexpected AS (\n${expected.join('\nUNION ALL ')}),\n${query.text}\n` +
    `SELECT COUNT(*) AS rows_compared, MAX(${away}) AS largest_difference,\n` +
    `  CASE WHEN ${isGood} THEN 'ok' ELSE 'FAILED: do not use this view' END AS self_test\n` +
    `FROM ${query.last} JOIN expected ON k = expected_row;`
  );
}

function testRowSql(dialect: Dialect, { schema }: Model, { cells }: TestRow, row: number): string {
  const columns = schema.features.map(({ name }, j) => {
    const cell = cells[j] ?? null;
    const value = cell === null ? text(dialect, '') : text(dialect, cell);
    return `${value} AS ${identifier(dialect, name)}`;
  });
  return `SELECT ${row} AS test_row, ${columns.join(', ')}`;
}

/** @throws Unprocessable 422 */
function keyOf({ model, key }: SqlExport): string {
  const found = key ?? model.schema.identifier;
  if (found !== null) return found;
  throw new Unprocessable([
    {
      field: 'key',
      message: 'The model knows no column that names a customer. Say which one the table has.',
    },
  ]);
}

/** @throws Unprocessable 422 that names the size and smaller models */
function checkSize({ model, dialect: name }: SqlExport, size: number): void {
  const { title, maxCharacters, limitReason } = dialects[name];
  if (size <= maxCharacters) return;
  const message =
    `The model needs ${countText(Math.ceil(size / 1_000))} K characters of SQL, and ${title} gets ` +
    `${countText(maxCharacters / 1_000)} K at most: ${limitReason}. ${smallerModels(model)}`;
  throw new Unprocessable([{ field: 'dialect', message }]);
}

function smallerModels({ estimator }: Model): string {
  const single =
    'Train a smaller model: a logistic regression takes a few K characters, gradient boosting some 200 K.';
  if (estimator.family !== 'auto') return single;
  const names = [
    ...new Set(estimator.model.members.map(({ family }) => estimators[family].title.toLowerCase())),
  ];
  return `It is a blend of ${names.join(', ')}. ${single}`;
}

function headerOf({ model, label, dialect, table, key }: SqlExport): string[] {
  const { title, advice } = dialects[dialect];
  const { schema, provenance } = model;
  return [
    `${label}: the risk that a customer leaves, as SQL for ${title}.`,
    `Written by Holdfast; the model was trained at ${provenance.trainedAt} on ${provenance.datasetName}.`,
    '',
    `The first query is a self-test and needs no table: it must say 'ok'. The view reads ${table}, which has the columns`,
    [key ?? schema.identifier ?? '', ...schema.features.map(({ name }) => name)].join(', '),
    '',
    'A cell means what it would mean in a CSV file: numbers and dates may be columns of their type or plain text (12.5,',
    '2026-11-20); the case and outer spaces of levels do not matter. Blank cells, NULL and unknown levels are scored as the',
    'model knows them, and noted. A row with a cell that cannot be read has no probability, and notes say why. Text with',
    'decimal commas or grouped digits cannot be read here.',
    ...(advice.length > 0 ? ['', ...advice] : []),
  ].map((line) => line.replace(/[\p{Cc}\u2028\u2029]/gu, ' '));
}
