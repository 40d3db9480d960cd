/**
 * Do the parts of a network, a Logit Leaf Model or a blend that were read from a file fit together?
 * Companion of model-check.ts: types, lengths that must agree, indices that must stay inside.
 */
type Plain = Readonly<Record<string, unknown>>;
type Check = (model: Plain, featureCount: number) => string | null;

/** What is wrong with a network, in words, or null. */
export function checkNetwork(model: Plain, featureCount: number): string | null {
  const { inputs, networks, background } = model;
  if (!isPlain(inputs) || !Array.isArray(inputs['columns']) || inputs['columns'].length !== featureCount)
    return 'the inputs of the network do not match the features';
  const inputCount = inputs['inputCount'];
  if (!isCount(inputCount) || inputCount < 1) return 'the inputs of the network are not counted';
  const columns = inputs['columns'] as unknown[];
  if (!columns.every((column) => isInputColumn(column, inputCount)))
    return 'an input of the network is out of place';
  const slots = columns.reduce(
    (sum: number, column) => sum + ((column as Plain)['kind'] === 'number' ? 3 : 1),
    0,
  );
  if (inputs['slotCount'] !== slots) return 'the inputs of the network are not counted';
  const cellsFit = (cells: unknown): boolean =>
    isPlain(cells) &&
    isFloats(cells['cells'], 32) &&
    cells['missing'] instanceof Uint8Array &&
    cells['missing'].length === 32;
  if (!Array.isArray(background) || background.length !== featureCount || !background.every(cellsFit))
    return 'the background of the network does not match the features';
  const fits =
    Array.isArray(networks) && networks.length > 0 && networks.every((net) => areLayers(net, inputCount));
  return fits ? null : 'the layers of the network do not fit together';
}

/** What is wrong with a Logit Leaf Model; `checkTrees` and `checkLogistic` look at its parts. */
export function checkLogitLeaf(
  model: Plain,
  featureCount: number,
  checkTrees: Check,
  checkLogistic: Check,
): string | null {
  const { bins, tree, leaves } = model;
  const problem = checkTrees({ bins, trees: tree }, featureCount);
  if (problem !== null) return problem;
  const nodes = ((tree as Plain)['feature'] as Int32Array).length;
  if (!Array.isArray(leaves) || leaves.length !== nodes) return 'the segments do not match the tree';
  for (const leaf of leaves as unknown[]) {
    if (leaf === null) continue;
    const wrong = isPlain(leaf) ? checkLogistic(leaf, featureCount) : 'a segment has no model';
    if (wrong !== null) return wrong;
  }
  return null;
}

/** What is wrong with a blend; `checkMember` looks at each of its members. */
export function checkBlend(model: Plain, checkMember: (member: unknown) => string | null): string | null {
  const { members, blend } = model;
  if (!Array.isArray(members) || members.length === 0 || members.length > 20)
    return 'the blend has no members';
  if (!isPlain(blend) || !isFloats(blend['weights'], members.length) || !Number.isFinite(blend['intercept']))
    return 'the weights do not match the members';
  for (const member of members as unknown[]) {
    const problem =
      isPlain(member) && member['family'] === 'auto' ? 'a blend in a blend' : checkMember(member);
    if (problem !== null) return problem;
  }
  return null;
}

function isInputColumn(column: unknown, inputCount: number): boolean {
  if (!isPlain(column) || typeof column['name'] !== 'string') return false;
  const inside = (index: unknown): boolean =>
    Number.isInteger(index) && (index as number) >= -1 && (index as number) < inputCount;
  if (!inside(column['missingInput'])) return false;
  if (column['kind'] === 'category') {
    const { inputOfLevel } = column;
    return inputOfLevel instanceof Int32Array && inputOfLevel.every(inside);
  }
  const { kind, knots, scores, scoreInput, hatInput } = column;
  if (kind !== 'number' || !(knots instanceof Float64Array) || !isFloats(scores, knots.length)) return false;
  const hats = hatInput === -1 || (isCount(hatInput) && hatInput + knots.length <= inputCount);
  return hats && isCount(scoreInput) && scoreInput < inputCount;
}

/** Each layer's weights lead from the units of the one before to its own; the last one has one unit. */
function areLayers(layers: unknown, inputCount: number): boolean {
  if (!Array.isArray(layers) || layers.length < 2 || layers.length > 4) return false;
  let inner = inputCount;
  for (const layer of layers as unknown[]) {
    if (!isPlain(layer) || !(layer['shift'] instanceof Float64Array)) return false;
    const width = layer['shift'].length;
    if (width < 1 || !isFloats(layer['weights'], inner * width)) return false;
    inner = width;
  }
  return inner === 1;
}

function isFloats(value: unknown, length: number): boolean {
  return value instanceof Float64Array && value.length === length;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
