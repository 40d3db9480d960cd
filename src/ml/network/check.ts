/** Do the parts of a network that was read from a file fit together: types, lengths, and indices inside their bounds? */
import { isNumeric } from '../data/row-reader.ts';
import type { Feature } from '../data/schema.ts';
import type { ParsedModel } from '../family.ts';
import { isCount, isFloats, isPlain } from '../model/shape.ts';

const backgroundRows = 32;
const maxNetworks = 20;

/** What is wrong, in words, or null. */
export function checkNetwork(model: ParsedModel, features: readonly Feature[]): string | null {
  const { inputs, networks, background } = model;
  if (!isPlain(inputs) || !Array.isArray(inputs['columns']) || inputs['columns'].length !== features.length)
    return 'the inputs of the network do not match the features';
  const inputCount = inputs['inputCount'];
  if (!isCount(inputCount) || inputCount < 1) return 'the inputs of the network are not counted';
  const columns = inputs['columns'] as unknown[];
  if (!columns.every((column, j) => isInputColumn(column, features[j]!, inputCount)))
    return 'an input of the network is out of place';
  const slots = features.reduce((sum, feature) => sum + (isNumeric(feature) ? 3 : 1), 0);
  if (inputs['slotCount'] !== slots) return 'the inputs of the network are not counted';
  if (
    !Array.isArray(background) ||
    background.length !== features.length ||
    !background.every((cells, j) => isBackground(cells, features[j]!))
  )
    return 'the background of the network does not match the features';
  const fits =
    Array.isArray(networks) &&
    networks.length > 0 &&
    networks.length <= maxNetworks &&
    networks.every((net) => areLayers(net, inputCount));
  return fits ? null : 'the layers of the network do not fit together';
}

function isInputColumn(column: unknown, feature: Feature, inputCount: number): boolean {
  if (!isPlain(column) || column['name'] !== feature.name) return false;
  const inside = (index: unknown): boolean =>
    Number.isInteger(index) && (index as number) >= -1 && (index as number) < inputCount;
  if (!inside(column['missingInput'])) return false;
  if (!isNumeric(feature)) {
    const { kind, inputOfLevel } = column;
    return (
      kind === 'category' &&
      inputOfLevel instanceof Int32Array &&
      inputOfLevel.length === feature.levels.length &&
      inputOfLevel.every(inside)
    );
  }
  const { kind, knots, scores, scoreInput, hatInput } = column;
  if (kind !== 'number' || !(knots instanceof Float64Array) || !isFloats(scores, knots.length)) return false;
  if (!knots.every((knot, i) => i === 0 || knot > knots[i - 1]!)) return false;
  const hats = hatInput === -1 || (isCount(hatInput) && hatInput + knots.length <= inputCount);
  return hats && isCount(scoreInput) && scoreInput < inputCount;
}

/** Rows that reasons start from; of a category, codes of its levels. */
function isBackground(background: unknown, feature: Feature): boolean {
  if (!isPlain(background)) return false;
  const { cells, missing } = background;
  if (!isFloats(cells, backgroundRows)) return false;
  if (!(missing instanceof Uint8Array) || missing.length !== backgroundRows) return false;
  const isCode = (code: number): boolean =>
    Number.isInteger(code) && code >= -2 && code < feature.levels.length;
  return isNumeric(feature) || cells.every(isCode);
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
