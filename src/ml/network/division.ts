/** Which rows a network learns from and which are set aside to stop early. */
import { fewestOfAClass, stratifiedSplit, takeTarget } from '../evaluation/cross-validation.ts';
import type { TrainingData } from '../estimator.ts';
import { shuffle, type Random } from '../math/random.ts';
import { takeGroups } from '../data/row-groups.ts';

const MAX_VALIDATION_ROWS = 50_000;
/** With fewer rows of a class set aside their loss says too little, and none are. */
const MIN_VALIDATION_ROWS = 5;

export interface Division {
  readonly learning: Int32Array;
  readonly validation: Int32Array;
}

/** Sets the same share of both classes aside, or nothing where there are too few. */
export function divideRows(
  { target, groups }: Pick<TrainingData, 'target' | 'groups'>,
  share: number,
  random: Random,
): Division {
  const kept = Math.min(share, MAX_VALIDATION_ROWS / target.length);
  if (groups !== undefined && kept > 0) {
    const { train, test } = stratifiedSplit(target, kept, random, groups);
    const isEnough =
      fewestOfAClass(takeTarget(target, test), takeGroups(groups, test).groups) >= MIN_VALIDATION_ROWS;
    return isEnough
      ? { learning: train, validation: test }
      : { learning: join([train, test]), validation: join([]) };
  }
  const rows = Int32Array.from(target, (_, row) => row);
  shuffle(rows, random);
  const classes = [0, 1].map((label) => rows.filter((row) => target[row] === label));
  const shares = classes.map((members) => Math.floor(kept * members.length));
  const aside = Math.min(...shares) < MIN_VALIDATION_ROWS ? [0, 0] : shares;
  return {
    learning: join(classes.map((members, label) => members.subarray(aside[label]))),
    validation: join(classes.map((members, label) => members.subarray(0, aside[label]))),
  };
}

function join(parts: readonly Int32Array[]): Int32Array {
  const out = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
