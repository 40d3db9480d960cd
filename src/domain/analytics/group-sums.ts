/** Sums over the customers of a group, for one column of the model: a million customers, in flat arrays. */
import type { InputColumn } from '../../store/score-files/group.ts';

export interface Group {
  readonly count: number;
  readonly probabilities: number;
  readonly high: number;
  readonly valued: number;
  /** Σ probability × monthly revenue of those whose revenue is known. */
  readonly revenueAtRisk: number;
}

/** What the sums take of every customer; entry i of each array is one customer. */
export interface SummedScores {
  readonly probability: Float64Array;
  /** NaN: not known. */
  readonly monthlyValue: Float64Array;
  /** The customers that count. */
  readonly rows: Uint32Array;
  /** From which probability on the risk is high. */
  readonly highFrom: number;
}

export interface GroupSums {
  /** Adds customers by the text of their level. */
  readonly addLevels: (scores: SummedScores, column: LevelColumn, levels: readonly string[]) => void;
  /** Adds customers by the cell of their number. */
  readonly addNumbers: (scores: SummedScores, values: Float64Array) => void;
  /** Adds customers whose value is not known. */
  readonly addUnknown: (scores: SummedScores) => void;
  readonly list: () => [key: string | number, group: Group][];
}

type LevelColumn = Extract<InputColumn, { readonly kind: 'level' }>;

/** No level is empty text: a blank cell is read as missing. */
export const notKnownKey = '';

/** Of a group: count, Σ probability, high, valued, Σ probability × revenue. */
const width = 5;
/** Most numbers of customers repeat: this many, a power of two, are remembered with their group. */
const remembered = 4096;

/** `cellOf`: the group of a number. */
export function createGroupSums(cellOf: (value: number) => string | number): GroupSums {
  let sums = new Float64Array(64 * width);
  const places = new Map<string | number, number>();
  const seen = new Float64Array(remembered).fill(NaN);
  const seenPlaces = new Int32Array(remembered);

  /** Where the sums of a group begin. */
  const placeOf = (key: string | number): number => {
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = places.size * width;
    places.set(key, place);
    if (place === sums.length) {
      const larger = new Float64Array(2 * sums.length);
      larger.set(sums);
      sums = larger;
    }
    return place;
  };

  const placeOfNumber = (value: number): number => {
    if (Number.isNaN(value)) return placeOf(notKnownKey);
    const slot = (value * 100) & (remembered - 1);
    if (seen[slot] !== value) {
      seen[slot] = value;
      seenPlaces[slot] = placeOf(cellOf(value));
    }
    return seenPlaces[slot]!;
  };

  const addOne = (place: number, probability: number, monthlyValue: number, isHigh: boolean): void => {
    sums[place]!++;
    sums[place + 1]! += probability;
    if (isHigh) sums[place + 2]!++;
    if (Number.isNaN(monthlyValue)) return;
    sums[place + 3]!++;
    sums[place + 4]! += probability * monthlyValue;
  };

  return {
    addLevels: ({ probability, monthlyValue, rows, highFrom }, { codes, others }, levels) => {
      const keys = [notKnownKey, ...levels, ...others];
      const placesOfCodes = new Int32Array(keys.length).fill(-1);
      for (const row of rows) {
        const code = codes[row]! + 1;
        let place = placesOfCodes[code]!;
        if (place < 0) place = placesOfCodes[code] = placeOf(keys[code]!);
        addOne(place, probability[row]!, monthlyValue[row]!, probability[row]! >= highFrom);
      }
    },
    addNumbers: ({ probability, monthlyValue, rows, highFrom }, values) => {
      for (const row of rows) {
        const place = placeOfNumber(values[row]!);
        addOne(place, probability[row]!, monthlyValue[row]!, probability[row]! >= highFrom);
      }
    },
    addUnknown: ({ probability, monthlyValue, rows, highFrom }) => {
      if (rows.length === 0) return;
      const place = placeOf(notKnownKey);
      for (const row of rows)
        addOne(place, probability[row]!, monthlyValue[row]!, probability[row]! >= highFrom);
    },
    list: () =>
      [...places].map(([key, place]) => [
        key,
        {
          count: sums[place]!,
          probabilities: sums[place + 1]!,
          high: sums[place + 2]!,
          valued: sums[place + 3]!,
          revenueAtRisk: sums[place + 4]!,
        },
      ]),
  };
}
