import { SparkSQL } from 'dt-sql-parser';
import NodeSqlParser from 'node-sql-parser';
import { describe, expect, it } from 'vitest';
import { dialectNames, dialects } from '../../../src/domain/export/sql/dialects.ts';
import type { DialectName } from '../../../src/domain/export/sql/dialects.ts';
import { balanced, identifier, text } from '../../../src/domain/export/sql/expressions.ts';
import { sqlExport } from '../../../src/domain/export/sql/script.ts';
import type { FittedFamily } from '../../../src/ml/families.ts';
import { awkwardModel } from '../../helpers/awkward-models.ts';
import { partsOf } from '../../helpers/sql-engines.ts';

/** Of few columns: a parser in JavaScript takes seconds for a large statement. */
const model = awkwardModel('logistic', ['tenure', 'since', 'plan']);
const forest = awkwardModel('forest');

const usual = { label: 'Model 1', table: 'customers', key: null, levels: { mediumFrom: 0.3, highFrom: 0.6 } };
const write = (dialect: DialectName, change: object = {}): string =>
  sqlExport({ ...usual, model, dialect, ...change });

describe('the file of SQL', () => {
  it.each(dialectNames)('for %s has a self-test with twenty scores before the view', (dialect) => {
    const { selfTest, view } = partsOf(write(dialect));
    expect(selfTest.match(/AS expected_probability/g)).toHaveLength(20);
    expect(selfTest).not.toContain('VIEW');
    expect(view).toContain('VIEW');
  });

  it.each(['bigquery', 'snowflake'] as const)(
    'for %s is understood by a parser of its grammar',
    (dialect) => {
      const { selfTest, view } = partsOf(write(dialect));
      const parser = new NodeSqlParser.Parser();
      for (const statement of [selfTest, view])
        expect(() => parser.parse(statement, { database: dialects[dialect].title })).not.toThrow();
    },
  );

  it('for spark is understood by a parser of its grammar', () => {
    expect(new SparkSQL().validate(write('spark'))).toEqual([]);
  });

  it('says what to know about a database', () => {
    expect(write('postgres')).toMatch(/SET jit = off;/);
    expect(write('clickhouse')).toMatch(/SET max_query_size/);
  });

  it('names the table with its schema, in quotes, and puts the view beside it', () => {
    const script = write('postgres', { table: 'crm.my "own" table', key: 'customer no' });
    expect(script).toContain('CREATE OR REPLACE VIEW "crm"."my ""own"" table_scores" AS');
    expect(script).toContain('FROM "crm"."my ""own"" table"');
    expect(script).toContain('k AS "customer no"');
  });

  it('keeps the words of a model inside its comments', () => {
    const script = write('sqlite', { label: 'Model\nDROP TABLE customers; --\u2028x' });
    expect(script).toContain('-- Model DROP TABLE customers; -- x: the risk');
  });

  it('is refused when it is too large for the database, with its size and what is smaller', () => {
    const members = Array.from({ length: 20 }, () => forest.estimator as FittedFamily);
    const blend = { intercept: 0, weights: new Float64Array(20).fill(0.05) };
    const large = { ...forest, estimator: { family: 'auto', model: { members, blend, trials: [] } } };
    expect(() => write('bigquery', { model: large })).toThrow(
      /The model needs 1,\d\d\d K characters of SQL, and BigQuery gets 1,024 K at most.*a blend of random forest.*logistic regression/,
    );
    expect(() => write('postgres', { model: large })).not.toThrow();
  });

  it('asks for the column that names a customer where the model knows none', () => {
    const { schema } = model;
    const nameless = { ...model, schema: { ...schema, identifier: null } };
    expect(() => write('duckdb', { model: nameless })).toThrow(/no column that names a customer/);
    expect(write('duckdb', { model: nameless, key: 'no' })).toContain('k AS "no"');
  });
});

describe('pieces of SQL', () => {
  it('quotes text and names as each database does', () => {
    expect(text(dialects.postgres, `it's \\ "x"`)).toBe(`'it''s \\ "x"'`);
    expect(text(dialects.bigquery, `it's \\\n`)).toBe(`'it\\'s \\\\\\n'`);
    expect(identifier(dialects.spark, 'a`b')).toBe('`a``b`');
  });

  it('adds up by halves, so that a sum of a thousand terms is ten levels deep', () => {
    expect(balanced(['a', 'b', 'c'])).toBe('((a + b) + c)');
    const sum = balanced(Array.from({ length: 1_000 }, (_, i) => `t${i}`));
    let depth = 0;
    const deepest = Array.from(sum).reduce((most, character) => {
      depth += character === '(' ? 1 : character === ')' ? -1 : 0;
      return Math.max(most, depth);
    }, 0);
    expect(deepest).toBe(10);
  });
});
