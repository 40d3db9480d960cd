import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainOnTable } from '../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../src/domain/training/table.ts';
import { allFamilies } from '../../src/ml/estimators.ts';
import type { Family } from '../../src/ml/estimators.ts';
import { decodeModelFile, encodeModelFile, ModelFileError } from '../../src/ml/model/file.ts';
import type { Model } from '../../src/ml/model/model.ts';
import { customersCsv } from '../helpers/app.ts';
import { planOf } from '../helpers/plan.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const models = new Map<Family, Model>();

beforeAll(() => {
  const table = readTrainingTable(customersCsv(400, 3, true));
  const only = ['Contract', 'tenure', 'MonthlyCharges'];
  for (const family of allFamilies)
    models.set(
      family,
      trainOnTable(table, planOf([family], 1, { only }), () => undefined),
    );
}, 120_000);

type Part = Record<string, unknown>;
type Path = readonly (string | number)[];

/** The model with one part put in place of another; undefined takes it away. */
function forge(model: Model, path: Path, part: unknown): Model {
  const copy = structuredClone(model);
  let at = copy as unknown as Part;
  for (const key of path.slice(0, -1)) at = at[key] as Part;
  at[path.at(-1)!] = part;
  return copy;
}

/** Why a file is refused; null: it is taken. Anything but a ModelFileError is a fault. */
function refusalOf(bytes: Uint8Array): string | null {
  const started = performance.now();
  try {
    decodeModelFile(bytes, sha256);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(ModelFileError);
    expect(performance.now() - started).toBeLessThan(2_000);
    return (error as Error).message;
  }
}

/** Every part of a model; of a list of like parts the first. */
function* partsOf(value: unknown, path: Path = []): Generator<[Path, unknown]> {
  if (path.length > 0) yield [path, value];
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  const entries = Array.isArray(value) ? [...value.entries()].slice(0, 1) : Object.entries(value);
  for (const [key, part] of entries) yield* partsOf(part, [...path, key]);
}

/** Nothing is computed with these. */
const free = /provenance\.params|\.trials|\.outOfBag/;
const mayBeAbsent =
  /\.(mode|title|unit|actionable|allowed|policy|selectionSweep|squaredValueOfTruePositives|holdoutCustomers|leaves\.0|oneColumnSweep|oneColumn|overOneColumn|report|calibration|from|to|leftOut)$|^calibration$|^reference$/;

function* wrongFor(path: string, part: unknown): Generator<[string, unknown]> {
  if (!mayBeAbsent.test(path)) yield ['taken away', undefined];
  if (ArrayBuffer.isView(part)) {
    const array = part as Float64Array;
    yield ['a plain list', [...array]];
    yield ['of another type', new Uint16Array(array.length)];
    if (array.length > 0 && !path.endsWith('edges')) yield ['shorter', array.slice(0, -1)];
    if (array instanceof Float64Array && array.length > 0) {
      yield ['not finite', array.with(0, Number.NaN)];
      yield ['too large', array.with(array.length - 1, 1e200)];
    }
    return;
  }
  yield ['a list', [[7]]];
  yield ['of another type', typeof part === 'string' ? 7 : 'seven'];
  if (typeof part === 'number') yield ['too large', 1e200];
  if (typeof part === 'number') yield ['null', null];
}

describe.each(allFamilies)('a %s model', (family) => {
  it('is accepted unchanged', () => {
    const model = models.get(family)!;
    expect(decodeModelFile(encodeModelFile(model, sha256), sha256)).toEqual(model);
  });

  it('is refused when any of its parts is missing, of another type, too large or too short', () => {
    const model = models.get(family)!;
    const taken: string[] = [];
    let forged = 0;
    for (const [path, part] of partsOf(model)) {
      const name = path.join('.');
      // What is said beside the estimator is alike in all families.
      if (free.test(name) || (family !== 'logistic' && !/^(estimator|calibration)/.test(name))) continue;
      for (const [wrong, replacement] of wrongFor(name, part)) {
        // A deviation that folds do not have is null.
        if (wrong === 'null' && /(rocAucDeviation|rocAuc|recall|selectionRate|falsePositiveRate)$/.test(name))
          continue;
        forged++;
        const bytes = encodeModelFile(forge(model, path, replacement), sha256);
        if (refusalOf(bytes) === null) taken.push(`${name} ${wrong}`);
      }
    }
    expect(taken).toEqual([]);
    expect(forged).toBeGreaterThan(20);
  }, 60_000);
});

describe('a forged file', () => {
  const of = (family: Family, change: (model: Part) => unknown): Uint8Array => {
    const copy = structuredClone(models.get(family)!) as unknown as Part;
    change(copy);
    return encodeModelFile(copy as unknown as Model, sha256);
  };
  const at = (part: unknown, ...path: Path): Part =>
    path.reduce<unknown>((inner, key) => (inner as Part)[key], part) as Part;
  const trees = (model: Part) =>
    at(model, 'estimator', 'model', 'trees') as unknown as Record<string, Int32Array>;
  /** A file with this header and these bytes behind it, and a checksum that is right. */
  const raw = (header: Uint8Array, data = new Uint8Array(0)): Uint8Array => {
    const start = (16 + header.length + 7) & ~7;
    const bytes = new Uint8Array(start + data.length + 32);
    bytes.set(new TextEncoder().encode('HOLDFAST'));
    new DataView(bytes.buffer).setUint32(8, 1, true);
    new DataView(bytes.buffer).setUint32(12, header.length, true);
    bytes.set(header, 16);
    bytes.set(data, start);
    bytes.set(sha256(bytes.subarray(0, -32)), bytes.length - 32);
    return bytes;
  };
  const json = (text: string) => raw(new TextEncoder().encode(text));

  it.each<[string, () => Uint8Array, RegExp]>([
    [
      'without an evaluation',
      () => of('logistic', (model) => (model['evaluation'] = {})),
      /evaluation\.folds/,
    ],
    ['of a header of 45 MB', () => raw(new Uint8Array(45e6).fill(0x20)), /too large/],
    ['of a header of many values', () => json(`[${'0,'.repeat(2e6)}0]`), /too many values/],
    ['nested deeply', () => json('['.repeat(1e6)), /nested too deeply/],
    ['with no JSON', () => json('{"schema":'), /cannot be read/],
    ['with bytes that are no text', () => raw(new Uint8Array(64).fill(0xff)), /cannot be read/],
    ['with a forbidden name', () => json('{"__proto__":{"schema":1}}'), /forbidden name/],
    [
      'that names one array often',
      () =>
        raw(new TextEncoder().encode(`[${'{"$array":["f64",0,1000]},'.repeat(9)}0]`), new Uint8Array(8_000)),
      /out of order/,
    ],
    ['that names numbers it does not hold', () => json('[{"$array":["f64",0,4000000000]}]'), /does not hold/],
    [
      'that names a fraction of a number',
      () => raw(new TextEncoder().encode('[{"$array":["f64",0,0.5]}]'), new Uint8Array(8)),
      /does not hold/,
    ],
    ['with more behind it', () => raw(new TextEncoder().encode('{}'), new Uint8Array(64)), /more than/],
    [
      'whose column has a level more than it learned',
      () => of('logistic', (model) => levelsOf(model).push('Another')),
      /does not match its column/,
    ],
    [
      'whose trees know fewer levels',
      () => of('forest', (model) => levelsOf(model).push('Another')),
      /bins do not match/,
    ],
    [
      'whose network knows fewer levels',
      () => of('network', (model) => levelsOf(model).push('Another')),
      /out of place/,
    ],
    [
      'with a level twice',
      () => of('logistic', (model) => levelsOf(model).push(levelsOf(model)[0]!)),
      /same level twice/,
    ],
    [
      'with too many levels',
      () => of('logistic', (model) => levelsOf(model).push(...Array.from({ length: 30_000 }, String))),
      /more than 20000/,
    ],
    [
      'with a name of a megabyte',
      () => of('logistic', (model) => (at(model, 'schema', 'features', 0)['name'] = 'x'.repeat(1e6))),
      /too long/,
    ],
    [
      'with two columns of one name',
      () =>
        of('logistic', (model) => (at(model, 'schema', 'features', 1)['name'] = featureOf(model)['name'])),
      /same name/,
    ],
    [
      'whose trees look at another column',
      () => of('boosting', (model) => (at(model, 'estimator', 'model', 'bins', 0)['name'] = 'Other')),
      /bins do not match/,
    ],
    [
      'whose importance names a column that it has not',
      () => of('logistic', (model) => (at(model, 'importance', 0)['feature'] = 'Other')),
      /not a column of the model/,
    ],
    [
      'with a threshold above 1',
      () => of('logistic', (model) => (model['threshold'] = 1.5)),
      /threshold is no share/,
    ],
    [
      'whose split leads back',
      () => of('forest', (model) => (trees(model)['left']![0] = 0)),
      /leads out of its tree/,
    ],
    [
      'whose nodes have two parents',
      () =>
        of('forest', (model) => {
          const { feature, left } = trees(model);
          const inner = [...feature!.keys()].filter((node) => feature![node]! >= 0);
          left![inner[1]!] = left![inner[0]!]!;
        }),
      /two parents|leads out|no parent/,
    ],
    [
      'of a tree as deep as a well',
      () =>
        of('boosting', (model) => {
          const nodes = 2 * 5_000 + 1;
          const isLeaf = (node: number) => node === nodes - 1 || (node > 0 && node % 2 === 0);
          const numbers = (value: (node: number) => number) =>
            Array.from({ length: nodes }, (_, node) => value(node));
          const tenure = (at(model, 'schema', 'features') as unknown as { range: unknown }[]).findIndex(
            ({ range }) => range !== null,
          );
          at(model, 'estimator', 'model')['trees'] = {
            ...trees(model),
            roots: Int32Array.of(0, nodes),
            feature: Int32Array.from(numbers((node) => (isLeaf(node) ? -1 : tenure))),
            left: Int32Array.from(numbers((node) => (isLeaf(node) ? 0 : node === 0 ? 1 : node + 2))),
            low: new Uint8Array(nodes),
            high: new Uint8Array(nodes).fill(9),
            set: new Int32Array(nodes).fill(-1),
            value: new Float64Array(nodes),
            cover: new Float64Array(nodes).fill(1),
          };
        }),
      /too deep/,
    ],
    [
      'whose forest says more than certain',
      () =>
        of('forest', (model) => {
          const { feature, value } = trees(model);
          value![feature!.indexOf(-1)] = 5;
        }),
      /value of a leaf/,
    ],
    [
      'with a blend in a blend',
      () =>
        of('auto', (model) => {
          const members = at(model, 'estimator', 'model', 'members') as unknown as unknown[];
          members[0] = structuredClone(model['estimator']);
        }),
      /blend in a blend/,
    ],
    [
      'with a weight below 0',
      () =>
        of('auto', (model) => {
          (at(model, 'estimator', 'model', 'blend')['weights'] as Float64Array)[0] = -1;
        }),
      /weight is below 0/,
    ],
    [
      'of an unknown family',
      () => of('logistic', (model) => (at(model, 'estimator')['family'] = 'toString')),
      /family of the model is not known/,
    ],
    [
      'of another family than its estimator',
      () => of('logistic', (model) => (at(model, 'estimator')['family'] = 'forest')),
      /bins do not match/,
    ],
  ])('%s is refused', (_what, make, words) => {
    expect(refusalOf(make())).toMatch(words);
  });

  const featureOf = (model: Part) => at(model, 'schema', 'features', 0);
  const levelsOf = (model: Part) => {
    const features = at(model, 'schema', 'features') as unknown as { levels: string[] }[];
    return features.find(({ levels }) => levels.length > 0)!.levels;
  };
});
