import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTable } from '../src/commands/table.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const nothing = () => Promise.resolve();
const table = createTable({ web: nothing, worker: nothing });

/** The command as a user runs it, from source. */
const holdfast = (...words: string[]) => holdfastWith('', ...words);

/** `input`: standard input. */
function holdfastWith(input: string, ...words: string[]) {
  const cli = join(import.meta.dirname, '../src/cli.ts');
  const tsx = import.meta.resolve('tsx');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', tsx, cli, ...words], {
    cwd: folder,
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return { status, stdout, stderr };
}

function succeed(...words: string[]): string {
  const { status, stdout, stderr } = holdfast(...words);
  expect(stderr.replace(/^(Comparing|Fitting).*\n/gm, '')).not.toMatch(/Error|holdfast:/);
  expect(status).toBe(0);
  return stdout;
}

beforeAll(() => {
  succeed('sample', '--rows', '600', '--seed', '2', '--out', 'history.csv');
  succeed('sample', '--rows', '40', '--seed', '3', '--without-label', '--out', 'today.csv');
  succeed('train', 'history.csv', '--out', 'm.holdfast', '--family', 'logistic');
});

describe('holdfast sample', () => {
  it('writes what the web application has, deterministically', () => {
    const text = succeed('sample', '--rows', '600', '--seed', '2');
    expect(text).toBe(readFileSync(join(folder, 'history.csv'), 'utf8'));
    const rows: string[][] = parse(readFileSync(join(folder, 'today.csv')));
    expect([rows.length, rows[0]!.length]).toEqual([41, 20]);
  });
});

describe('holdfast train', () => {
  it('prints the figures on held-out customers beside the baseline', () => {
    const result = JSON.parse(
      succeed('train', 'history.csv', '--out', 'again.holdfast', '--family', 'logistic', '--json'),
    ) as { evaluation: { holdout: { rocAuc: number }; baseline: { rocAuc: number } }; sha256: string };
    expect(result.evaluation.holdout.rocAuc).toBeGreaterThan(0.7);
    expect(result.evaluation.baseline.rocAuc).toBe(0.5);
    expect(result.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('holdfast evaluate', () => {
  it('measures every named family on any CSV with any label, as text and as JSON', () => {
    const text = succeed('evaluate', 'history.csv', '--family', 'majority,logistic', '--folds', '3');
    expect(text).toMatch(/^majority +AUC 0\.5000 .*\nlogistic +AUC 0\.[78]\d+ .*ECE/);
    writeFileSync(
      join(folder, 'odd.csv'),
      `x;fold;state\n${Array.from({ length: 200 }, (_, i) => `${i % 17},5;${i % 4};${(i % 17) + (i % 5) > 14 ? 'blue' : 'red'}`).join('\n')}\n`,
    );
    const { stdout, stderr } = holdfast(
      ...[
        'evaluate',
        'odd.csv',
        '--label',
        'state',
        '--fold-column',
        'fold',
        '--family',
        'logistic',
        '--json',
      ],
    );
    const result = JSON.parse(stdout) as {
      rows: number;
      results: { rocAucByFold: number[]; metrics: { rocAuc: number } }[];
    };
    expect([result.rows, result.results[0]!.rocAucByFold.length]).toEqual([200, 4]);
    expect(result.results[0]!.metrics.rocAuc).toBeGreaterThan(0.8);
    expect(stderr).toContain("Taking 'blue', the rarer value of state, to mean that a customer left");
  });
});

describe('holdfast score and explain', () => {
  it('score every row, keep the columns, and give the same probabilities', () => {
    const summary = JSON.parse(
      succeed('score', 'today.csv', '--model', 'm.holdfast', '--out', 'scored.csv', '--json'),
    ) as Record<string, number>;
    expect([summary['rows'], summary['scored'], summary['rejected']]).toEqual([40, 40, 0]);
    expect(summary['low']! + summary['medium']! + summary['high']!).toBe(40);
    const rows: Record<string, string>[] = parse(readFileSync(join(folder, 'scored.csv')), {
      bom: true,
      columns: true,
    });
    const explained = JSON.parse(
      succeed('explain', 'today.csv', '--model', 'm.holdfast', '--rows', '40', '--json'),
    ) as { customer: string; probability: number; base: number; reasons: { points: number }[] }[];
    expect(rows.map((row) => Number(row['churn_probability']))).toEqual(
      explained.map((row) => row.probability),
    );
    for (const { probability, base, reasons } of explained)
      expect(reasons.reduce((sum, { points }) => sum + points, base)).toBeCloseTo(probability, 9);
    const one = succeed(
      'explain',
      'today.csv',
      '--model',
      'm.holdfast',
      '--customer',
      explained[7]!.customer,
    );
    expect(one).toMatch(/^Row 9, .*likely to leave/);
    expect(one.match(/^Row /gm)).toHaveLength(1);
  });

  it('write the same to standard output, and rows that cannot be read to a file of their own', () => {
    const text = readFileSync(join(folder, 'today.csv'), 'utf8').split('\n');
    const tenure = text[0]!.split(',').indexOf('tenure');
    text[5] = text[5]!.split(',').with(tenure, 'many').join(',');
    text[9] = 'short,row';
    writeFileSync(join(folder, 'broken.csv'), text.join('\n'));
    const { stdout, stderr } = holdfast(
      ...['score', 'broken.csv', '--model', 'm.holdfast', '--rejected', 'rejected.csv'],
    );
    const scored: string[][] = parse(stdout, { bom: true });
    const rejected: string[][] = parse(readFileSync(join(folder, 'rejected.csv')), { bom: true });
    expect(scored.length - 1 + (rejected.length - 1)).toBe(40);
    expect(rejected.slice(1).map(([row]) => row)).toEqual(['6', '10']);
    expect(stderr).toContain('38 of 40 rows scored');
  });

  it('need every column, unless some may be missing', () => {
    writeFileSync(join(folder, 'few.csv'), 'customerID,tenure\na,5\n');
    const refused = holdfast('score', 'few.csv', '--model', 'm.holdfast');
    expect([refused.status, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/no column for: gender, .*Contract.* It has customerID, tenure/);
    expect(succeed('score', 'few.csv', '--model', 'm.holdfast', '--allow-missing')).toContain(
      'Contract is missing',
    );
  });
});

describe('a file without names of columns', () => {
  it('is learned from and scored with --no-header', () => {
    const bare = (name: string) => readFileSync(join(folder, name), 'utf8').split('\n').slice(1).join('\n');
    writeFileSync(join(folder, 'bare.csv'), bare('history.csv'));
    writeFileSync(join(folder, 'bare-today.csv'), bare('today.csv'));
    const label = JSON.stringify(
      readFileSync(join(folder, 'history.csv'), 'utf8').split('\n')[0]!.split(',').length,
    );
    const train = [
      'train',
      'bare.csv',
      '--out',
      'bare.holdfast',
      '--family',
      'logistic',
      '--label',
      `column_${label}`,
    ];
    const asked = holdfast(...train);
    expect([asked.status, asked.stdout]).toEqual([1, '']);
    expect(asked.stderr).toContain('What does the first line hold?');
    expect(asked.stderr).toContain('--no-header if it is a row of data');
    succeed(...train, '--no-header');
    const score = ['score', 'bare-today.csv', '--model', 'bare.holdfast'];
    const scored: string[][] = parse(succeed(...score, '--no-header'), { bom: true });
    expect([scored.length, scored[0]![0]]).toEqual([41, 'column_1']);
    expect(succeed('explain', ...score.slice(1), '--no-header')).toMatch(/^Row 2/);
  });

  it('of one column is read with --header where it has its name', () => {
    writeFileSync(join(folder, 'one.csv'), 'tenure\n5\n7\n');
    const score = ['score', 'one.csv', '--model', 'm.holdfast', '--allow-missing'];
    expect(holdfast(...score).stderr).toContain('--header if it names the columns');
    expect(parse(succeed(...score, '--header'), { bom: true })).toHaveLength(3);
    expect(holdfast(...score, '--header', '--no-header').stderr).toContain('contradict each other');
  });
});

describe('help', () => {
  it('lists every command, and shows the options and examples of one', () => {
    const all = succeed('--help');
    for (const { name } of table) {
      expect(all).toContain(`holdfast ${name}`);
    }
    expect(all).toContain('Exit codes: 0 done, 1 failed, 2 wrong use.');
    const score = succeed('score', '--help');
    expect(score).toContain('    --model MODEL\n        a model file');
    expect(score).toContain('    holdfast score - --model churn.holdfast < today.csv > scored.csv');
    expect(succeed('help', 'score')).toBe(score);
  });

  it('has an example for every command, with options that it has', () => {
    for (const { name, examples, options } of table) {
      expect([name, examples.length > 0]).toEqual([name, true]);
      for (const example of examples) {
        const used = [...example.replace(/[|<>].*/, '').matchAll(/ --([\w-]+)/g)].map(([, option]) => option);
        expect([example, used.filter((option) => !options.some((own) => own === option))]).toEqual([
          example,
          [],
        ]);
      }
    }
  });
});

describe('completion', () => {
  it('completes commands and options in bash', () => {
    writeFileSync(join(folder, 'completion'), succeed('completion', 'bash'));
    const complete = (...words: string[]): string[] =>
      spawnSync(
        'bash',
        [
          '-c',
          `. ./completion; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _holdfast; echo "\${COMPREPLY[@]}"`,
        ],
        { cwd: folder, encoding: 'utf8' },
      )
        .stdout.trim()
        .split(' ');
    expect(complete('holdfast', 'b')).toEqual(['backup', 'batches']);
    expect(complete('holdfast', 'restore', '--v')).toEqual(['--verify']);
    expect(complete('holdfast', 'user', 'a')).toEqual(['add']);
  });

  it('is written for zsh and fish', () => {
    expect(succeed('completion', 'zsh')).toContain('bashcompinit');
    expect(succeed('completion', 'fish')).toContain('complete -c holdfast -n __fish_use_subcommand -a score');
  });
});

describe('standard input and output', () => {
  it('take the place of files', () => {
    const csv = readFileSync(join(folder, 'today.csv'), 'utf8');
    const piped = holdfastWith(csv, 'score', '-', '--model', 'm.holdfast', '--out', '-');
    expect([piped.status, piped.stderr]).toEqual([0, expect.stringContaining('40 of 40 rows scored')]);
    expect(piped.stdout).toBe(succeed('score', 'today.csv', '--model', 'm.holdfast'));
  });
});

describe('holdfast', () => {
  it.each<[string[], number, RegExp]>([
    [[], 2, /holdfast sample/],
    [['dance'], 2, /holdfast sample/],
    [['toString', 'x'], 2, /holdfast sample/],
    [['evaluate'], 2, /holdfast evaluate FILE/],
    [['evaluate', 'history.csv', 'two.csv'], 2, /holdfast evaluate FILE/],
    [['score', 'today.csv', '--folds', '3'], 2, /--folds is no option of holdfast score/],
    [['completion', 'tcsh'], 2, /completion is for bash, zsh, fish, found 'tcsh'/],
    [['evaluate', 'history.csv', '--colour'], 2, /Unknown option '--colour'/],
    [
      ['evaluate', 'history.csv', '--family', 'astrology'],
      2,
      /--family must be one or more of majority, .*, found 'astrology'/,
    ],
    [['evaluate', 'history.csv', '--folds', 'five'], 2, /--folds must be a whole number, found 'five'/],
    [['evaluate', 'none.csv'], 1, /There is no file 'none.csv'/],
    [['evaluate', 'history.csv', '--label', 'mood'], 1, /no column 'mood'/],
    [['evaluate', 'today.csv'], 2, /name it with --label\. Columns: customerID, /],
    [['train', 'history.csv'], 2, /--out is required/],
    [['score', 'today.csv'], 2, /--model is required/],
    [['score', 'today.csv', '--model', 'today.csv'], 1, /not a Holdfast model file/],
    [['score', 'm.holdfast', '--model', 'm.holdfast'], 1, /is a Holdfast model/],
    [['sample', '--out', 'no/such/folder.csv'], 1, /no such file or directory/],
  ])('%j ends with %i and says why', (words, status, message) => {
    const answer = holdfast(...words);
    expect(answer.stderr).toMatch(message);
    expect(answer.stderr).not.toMatch(/\n {4}at /);
    expect([answer.status, answer.stdout]).toEqual([status, '']);
  });
});

describe('holdfast export, import and verify-scores', () => {
  it('write SQL, and compare the scores that come back', () => {
    const sql = succeed('export', 'm.holdfast', '--format', 'sql', '--dialect', 'sqlite', '--table', 'today');
    expect(sql).toContain('CREATE VIEW "today_scores" AS');
    succeed('score', 'today.csv', '--model', 'm.holdfast', '--out', 'own.csv');
    expect(succeed('verify-scores', 'm.holdfast', 'own.csv')).toMatch(
      /^The scores agree\.\n40 rows compared/,
    );
    writeFileSync(
      join(folder, 'other.csv'),
      readFileSync(join(folder, 'own.csv'), 'utf8').replace(/,0\.(\d)/, ',0.9$1'),
    );
    const other = holdfast('verify-scores', 'm.holdfast', 'other.csv', '--json');
    expect(other.status).toBe(1);
    expect(JSON.parse(other.stdout)).toMatchObject({ compared: 40, overTolerance: 1, agrees: false });
  });

  it('write ONNX', () => {
    succeed('export', 'm.holdfast', '--format', 'onnx', '--out', 'm.onnx');
    expect(readFileSync(join(folder, 'm.onnx')).toString('latin1')).toContain('churn_probability');
  });

  it('import asks whether the model has learned from the customers, and needs an installation', () => {
    const asked = holdfast('import', 'model.json', '--dataset', '1', '--seen', 'maybe');
    expect([asked.status, asked.stderr]).toEqual([2, 'holdfast: --seen must be no or perhaps\n']);
    const absent = holdfast('import', 'model.json', '--dataset', '1', '--seen', 'no');
    expect([absent.status, absent.stderr]).toEqual([1, expect.stringContaining('There is no database')]);
  });

  it('say what they can write, and where a model is looked for', () => {
    const unknown = holdfast('export', 'm.holdfast', '--format', 'sql', '--dialect', 'oracle');
    expect([unknown.status, unknown.stderr]).toEqual([
      2,
      'holdfast: --dialect must be one of postgres, sqlite, duckdb, spark, bigquery, snowflake, clickhouse\n',
    ]);
    const absent = holdfast('export', '7', '--format', 'sql', '--dialect', 'sqlite');
    expect([absent.status, absent.stderr]).toEqual([1, expect.stringContaining('There is no database')]);
  });
});
