/**
 * Probabilities as text, digit by digit: the same as `String(value)`, in a quarter of its time.
 *
 * The shortest decimal is sought that no other double is nearer to: one within half the distance to the neighbouring
 * doubles. The value times 10^17 (more for a small one) is computed exactly enough with Dekker's product; then digits are
 * left out from the end as long as that stays within the half. Where rounding could decide, `String` has to.
 * References: Dekker (1971), A floating-point technique for extending the available precision; Steele and White (1990).
 */

/** As many digits as a fraction may need, and what comes before them. */
export const longestFraction = 24;

const digitZero = 0x30;
/** Digits of the lower part of the product. */
const lowDigits = 9;
const lowUnit = 10 ** lowDigits;
/** Below it a value needs more digits than two parts hold. */
const smallest = 2 ** -11;
/** Further digits are left out of round numbers only, such as 0.125. */
const mostDropped = 7;
/** Nearer to a boundary than this, in units of the last digit, the product is not exact enough. */
const unsure = 1e-4;
/** 2^27 + 1 splits a double into two halves whose products are exact. */
const splitter = 134_217_729;

/** Where the text ends, or −1: it was not written. */
export function writeFraction(value: number, decimal: number, bytes: Uint8Array, at: number): number {
  if (!(value >= smallest && value < 1)) return -1;
  const digits = value >= 1 / 16 ? 17 : value >= 1 / 128 ? 18 : 19;
  // 10^(digits − lowDigits): as a power it would take longer than all the digits.
  const scale = value >= 1 / 16 ? 1e8 : value >= 1 / 128 ? 1e9 : 1e10;

  // value × scale = product + error, exactly.
  const product = value * scale;
  const high = upperHalf(value);
  const low = value - high;
  const scaleHigh = upperHalf(scale);
  const scaleLow = scale - scaleHigh;
  const error = high * scaleHigh - product + high * scaleLow + low * scaleHigh + low * scaleLow;
  let first = Math.floor(product);
  let rest = product - first + error;
  if (rest < 0) {
    first--;
    rest += 1;
  }
  const lastExact = rest * lowUnit;
  const restHigh = upperHalf(rest);
  const whole = Math.floor(lastExact);
  const beyond = lastExact - whole + (restHigh * lowUnit - lastExact + (rest - restHigh) * lowUnit);

  if (Math.abs(beyond - 0.5) < unsure) return -1;
  let last = beyond > 0.5 ? whole + 1 : whole;
  let dropped = 0;
  const reach = scale * lowUnit * halfGap(value);
  for (let step = 10; ; step *= 10) {
    const above = (whole % step) + beyond;
    const isUp = 2 * above > step;
    const distance = isUp ? step - above : above;
    if (Math.abs(distance - reach) < unsure || Math.abs(2 * above - step) < unsure) return -1;
    if (distance > reach) break;
    if (++dropped === mostDropped) return -1;
    last = whole - (whole % step) + (isUp ? step : 0);
  }
  if (last >= lowUnit) {
    last -= lowUnit;
    first++;
  }

  bytes[at] = digitZero;
  bytes[at + 1] = decimal;
  const end = at + 2 + digits;
  writeDigits(last, bytes, end - lowDigits, end);
  writeDigits(first, bytes, at + 2, end - lowDigits);
  return end - dropped;
}

/** Half the distance to the next larger double, of a value in (0, 1). */
function halfGap(value: number): number {
  let gap = 2 ** -54;
  for (let power = 0.5; value < power; power /= 2) gap /= 2;
  return gap;
}

function upperHalf(value: number): number {
  const shifted = splitter * value;
  return shifted - (shifted - value);
}

function writeDigits(value: number, bytes: Uint8Array, from: number, end: number): void {
  let left = value;
  for (let at = end - 1; at >= from; at--) {
    const next = (left / 10) | 0;
    bytes[at] = digitZero + left - next * 10;
    left = next;
  }
}
