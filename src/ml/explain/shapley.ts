/** Exact Shapley values of a game with few players (Shapley 1953). */

/**
 * Each player's mean step over all orders in which the players can join.
 *
 * @param values 2^playerCount values: bit i of the place says whether player i has joined
 * @returns one value a player; they add up to the last value less the first
 */
export function shapleyValues(values: Float64Array, playerCount: number): Float64Array {
  if (values.length !== 2 ** playerCount)
    throw new RangeError(`${playerCount} players need ${2 ** playerCount} values, found ${values.length}`);
  const weights = sizeWeights(playerCount);
  return Float64Array.from({ length: playerCount }, (_, player) => {
    const bit = 1 << player;
    let sum = 0;
    for (let others = 0; others < values.length; others++)
      if ((others & bit) === 0) sum += weights[sizeOf(others)]! * (values[others | bit]! - values[others]!);
    return sum;
  });
}

/** By how many others have joined: the share of orders in which exactly a given set of that size comes before a player. */
function sizeWeights(playerCount: number): number[] {
  const weights = [1 / playerCount];
  for (let size = 1; size < playerCount; size++)
    weights.push((weights[size - 1]! * size) / (playerCount - size));
  return weights;
}

function sizeOf(set: number): number {
  let size = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) size++;
  return size;
}
