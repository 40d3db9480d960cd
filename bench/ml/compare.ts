/**
 * Ours beside the peers on the same folds of any table, cross-validated (5 folds, 2 repeats):
 *
 *   npx tsx bench/ml/compare.ts FILE… [--label NAME] [--drop A,B] [--families auto,boosting] [--peers NAMES] [--repeats 2]
 *
 * Folds are ours: rows that are equal but for an identifier stay on one side. Peers are those of peers.py, scikit-learn's
 * and XGBoost's defaults among them; `--peers none` leaves them out. Prints one line a model: ROC AUC, log loss, and the
 * CPU seconds that one fit and its prediction take on average (ours).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluateTable, type Evaluable } from '../../src/domain/training/evaluation.ts';
import { prepareTraining, readTrainingFile, type TrainingTable } from '../../src/domain/training/table.ts';
import { stratifiedFolds } from '../../src/ml/evaluation/cross-validation.ts';
import { createRandom } from '../../src/ml/math/random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    label: { type: 'string' },
    drop: { type: 'string', default: '' },
    families: { type: 'string', default: 'auto' },
    peers: { type: 'string' },
    repeats: { type: 'string', default: '2' },
  },
});
const folds = 5;
const foldColumns = Array.from({ length: Number(values.repeats) }, (_, repeat) => `fold_${repeat + 1}`);
const folder = mkdtempSync(join(tmpdir(), 'holdfast-compare-'));
try {
  for (const file of positionals) await compare(file);
} finally {
  rmSync(folder, { recursive: true });
}

async function compare(file: string): Promise<void> {
  const drop = values.drop.split(',').filter(Boolean);
  const read = await readTrainingFile(file, { label: values.label ?? null, positive: null });
  const table = withFolds(read, drop);
  const name = basename(file, '.csv');
  for (const family of values.families.split(',').filter((known) => known !== 'none')) {
    const started = process.cpuUsage();
    const { metrics } = evaluateTable(table, family as Evaluable, {
      folds,
      repeats: 1,
      seed: 42,
      foldColumns,
      drop,
    });
    const { user, system } = process.cpuUsage(started);
    print(name, family, metrics, (user + system) / 1e6 / folds / foldColumns.length);
  }
  if (values.peers !== 'none') runPeers(name, table, drop);
}

/** The table with a column for each repeat that says in which fold a row is tested. */
function withFolds(table: TrainingTable, drop: readonly string[]): TrainingTable {
  const { target, groups } = prepareTraining(table, null, drop);
  const random = createRandom(42);
  const cells = foldColumns.map(() => Array.from(stratifiedFolds(target, folds, random, groups), String));
  return { ...table, header: [...table.header, ...foldColumns], cells: [...table.cells, ...cells] };
}

function runPeers(name: string, table: TrainingTable, drop: readonly string[]): void {
  const path = join(folder, `${name}.csv`);
  const rows = table.cells[0]!.map((_, row) => table.cells.map((column) => quoted(column[row]!)).join(','));
  writeFileSync(path, [table.header.map(quoted).join(','), ...rows, ''].join('\n'));
  const columns = table.columns.filter(({ role }) => role === 'label' || role === 'identifier');
  const labelName = columns.find(({ role }) => role === 'label')!.name;
  const identifiers = columns.filter(({ role }) => role === 'identifier').map((column) => column.name);
  const args = [
    resolve(import.meta.dirname, 'peers.py'),
    ...['accuracy', path, '--label', labelName, '--drop', [...identifiers, ...drop].join(',')],
    ...['--fold-columns', foldColumns.join(','), ...(values.peers ? ['--only', values.peers] : [])],
  ];
  const { stdout, stderr, status } = spawnSync('/usr/bin/python3', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  for (const line of stdout.trim().split('\n')) {
    const { peer, ...figures } = JSON.parse(line) as { peer: string; rocAuc: number; logLoss: number };
    print(name, `peer ${peer}`, figures);
  }
}

function print(
  table: string,
  model: string,
  { rocAuc, logLoss }: { readonly rocAuc: number; readonly logLoss: number },
  seconds?: number,
): void {
  const cells = [
    table.padEnd(13),
    model.padEnd(28),
    rocAuc.toFixed(4),
    logLoss.toFixed(4),
    seconds?.toFixed(1) ?? '',
  ];
  process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
