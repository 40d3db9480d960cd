/**
 * Does a model that was read from a file fit together? Everything that scoring relies on without looking is
 * looked at here once: types, lengths that must agree, indices that must stay inside.
 */
import { checkCalibration } from './calibration.ts';
import { allFamilies, type Family } from './estimators.ts';
import { checkBlend, checkLogitLeaf, checkNetwork } from './member-check.ts';

type Plain = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => string | null;

/** What is wrong, in words, or null. */
export function checkModel(model: unknown): string | null {
  if (!isPlain(model)) return 'there is no model in it';
  return (
    firstProblem(
      () => checkSchema(model['schema']),
      () => (isShare(model['threshold']) ? null : 'the threshold is not a probability'),
      () =>
        isPlain(model['evaluation']) && isPlain(model['provenance'])
          ? null
          : 'evaluation or provenance is missing',
      () => (model['calibration'] === undefined ? null : checkCalibration(model['calibration'])),
      () => (Array.isArray(model['importance']) ? null : 'the importance of its features is missing'),
    ) ?? checkEstimator(model['estimator'], (model['schema'] as { features: unknown[] }).features.length)
  );
}

function checkSchema(schema: unknown): string | null {
  if (!isPlain(schema) || !Array.isArray(schema['features']) || schema['features'].length === 0)
    return 'the schema has no features';
  const names = new Set<unknown>();
  for (const feature of schema['features'] as unknown[]) {
    const problem = checkFeature(feature);
    if (problem !== null) return problem;
    names.add((feature as Plain)['name']);
  }
  if (names.size !== schema['features'].length) return 'two features have the same name';
  const { label } = schema;
  const labelled =
    isPlain(label) &&
    [label['name'], label['positive'], label['negative']].every((text) => typeof text === 'string');
  return labelled ? null : 'the label is missing';
}

function checkFeature(feature: unknown): string | null {
  if (!isPlain(feature) || typeof feature['name'] !== 'string') return 'a feature has no name';
  if (!['number', 'category', 'boolean', 'date'].includes(String(feature['type'])))
    return `feature '${feature['name']}' has an unknown type`;
  const { levels, range } = feature;
  if (!Array.isArray(levels) || !levels.every((level) => typeof level === 'string'))
    return `feature '${feature['name']}' has wrong levels`;
  const ranged =
    range === null ||
    (isPlain(range) && ['min', 'max', 'median'].every((end) => Number.isFinite(range[end])));
  if (!ranged) return `feature '${feature['name']}' has a wrong range`;
  const { mode } = feature;
  if (mode !== undefined && !levels.some((level) => level === mode))
    return `feature '${feature['name']}' has a wrong mode`;
  return isPolicy(feature['policy']) && isAllowed(feature['allowed'])
    ? null
    : `feature '${feature['name']}' has an unknown policy`;
}

function isPolicy(policy: unknown): boolean {
  if (policy === undefined) return true;
  const known = {
    missing: ['use', 'typical', 'refuse'],
    unseen: ['use', 'missing', 'refuse'],
    outOfRange: ['use', 'clip', 'refuse'],
  };
  return (
    isPlain(policy) && Object.entries(known).every(([key, values]) => values.includes(String(policy[key])))
  );
}

function isAllowed(allowed: unknown): boolean {
  if (allowed === undefined) return true;
  if (!isPlain(allowed)) return false;
  const { min, max } = allowed;
  const isEnd = (end: unknown): boolean => end === null || Number.isFinite(end);
  return isEnd(min) && isEnd(max) && (min === null || max === null || Number(min) <= Number(max));
}

function checkEstimator(estimator: unknown, featureCount: number): string | null {
  if (!isPlain(estimator) || !isPlain(estimator['model'])) return 'there is no estimator';
  const family = allFamilies.find((name) => name === estimator['family']);
  if (!family) return `the family '${String(estimator['family'])}' is not known`;
  const checks: Record<Family, Check> = {
    logistic: (model) => checkLogistic(model as Plain, featureCount),
    forest: (model) => checkTrees(model as Plain, featureCount),
    boosting: (model) =>
      Number.isFinite((model as Plain)['baseMargin'])
        ? checkTrees(model as Plain, featureCount)
        : 'the base margin is missing',
    network: (model) => checkNetwork(model as Plain, featureCount),
    'logit-leaf': (model) => checkLogitLeaf(model as Plain, featureCount, checkTrees, checkLogistic),
    auto: (model) => checkBlend(model as Plain, (member) => checkEstimator(member, featureCount)),
  };
  return checks[family](estimator['model']);
}

function checkLogistic(model: Plain, featureCount: number): string | null {
  const { design, coefficients } = model;
  if (!isPlain(design) || !Array.isArray(design['blocks']) || design['blocks'].length !== featureCount)
    return 'the design does not match the features';
  let width = 0;
  for (const block of design['blocks'] as unknown[]) {
    if (!isPlain(block) || block['offset'] !== width || !isCount(block['width']))
      return 'the design has a gap';
    if (block['kind'] === 'number' && !checkNumberBlock(block))
      return 'the curve of a number does not fit together';
    if (
      block['kind'] === 'category' &&
      block['width'] !== Number(block['levelCount']) + (block['hasMissing'] === true ? 1 : 0)
    )
      return 'the levels of a category do not fit together';
    width += block['width'];
  }
  const lengths = [coefficients, design['columnMeans']].map((array) =>
    array instanceof Float64Array ? array.length : -1,
  );
  if (design['width'] !== width || lengths.some((length) => length !== width))
    return 'the coefficients do not match the design';
  return Number.isFinite(model['intercept']) ? null : 'the intercept is missing';
}

function checkNumberBlock(block: Plain): boolean {
  const { basis, width, knots, means, scales } = block;
  if (!(knots instanceof Float64Array && means instanceof Float64Array && scales instanceof Float64Array))
    return false;
  const fits = basis === knots.length + 1 && means.length === basis && scales.length === basis;
  return (
    fits && width === basis + (block['hasMissing'] === true ? 1 : 0) && scales.every((scale) => scale > 0)
  );
}

function checkTrees(model: Plain, featureCount: number): string | null {
  const { bins, trees } = model;
  if (!Array.isArray(bins) || bins.length !== featureCount || !bins.every(isBins))
    return 'the bins do not match the features';
  if (!isPlain(trees)) return 'there are no trees';
  const { roots, feature, left, low, high, set, sets, value, cover } = trees;
  const typed =
    [roots, feature, left, set].every((array) => array instanceof Int32Array) &&
    [low, high].every((array) => array instanceof Uint8Array) &&
    [value, cover].every((array) => array instanceof Float64Array) &&
    sets instanceof Uint32Array;
  if (!typed) return 'the trees are not of the right types';
  const nodes = (feature as Int32Array).length;
  if ([left, low, high, set, value, cover].some((array) => (array as Int32Array).length !== nodes))
    return 'the trees have different lengths';
  return checkNodes(trees as unknown as TreeArrays, nodes, featureCount);
}

interface TreeArrays {
  readonly roots: Int32Array;
  readonly feature: Int32Array;
  readonly left: Int32Array;
  readonly set: Int32Array;
  readonly sets: Uint32Array;
  readonly cover: Float64Array;
}

/** A parent stands before its children, inside its own tree: no walk can loop or leave the arrays. */
function checkNodes(
  { roots, feature, left, set, sets, cover }: TreeArrays,
  nodes: number,
  featureCount: number,
): string | null {
  if (roots.length < 2 || roots[0] !== 0 || roots.at(-1) !== nodes) return 'the roots of the trees are wrong';
  for (let tree = 0; tree + 1 < roots.length; tree++) {
    const end = roots[tree + 1]!;
    if (end <= roots[tree]!) return 'a tree is empty';
    for (let node = roots[tree]!; node < end; node++) {
      if (feature[node]! >= featureCount || feature[node]! < -1)
        return 'a split names a feature that there is not';
      const inside = feature[node] === -1 || (left[node]! > node && left[node]! + 1 < end);
      if (!inside) return 'a split leads out of its tree';
      if (set[node]! < -1 || (set[node]! + 1) * 8 > sets.length)
        return 'a split names levels that there are not';
      if (!(cover[node]! > 0)) return 'a node without rows';
    }
  }
  return null;
}

function isBins(bins: unknown): boolean {
  if (!isPlain(bins)) return false;
  if (bins['kind'] === 'number') return bins['edges'] instanceof Float64Array && bins['edges'].length < 255;
  const { binOfLevel, valueBins } = bins;
  return (
    binOfLevel instanceof Uint8Array && isCount(valueBins) && binOfLevel.every((bin) => bin <= valueBins)
  );
}

function firstProblem(...checks: (() => string | null)[]): string | null {
  for (const check of checks) {
    const problem = check();
    if (problem !== null) return problem;
  }
  return null;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
