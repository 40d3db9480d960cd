/** What the models of purchases know of each customer: one entry of every array a customer. */

/** Times are in one unit throughout (days or weeks), counted from the customer's first purchase. */
export interface Histories {
  /** Repeat purchases: days with a purchase after the first one; whole, 0 or more. */
  readonly repeats: Float64Array;
  /** When the last purchase was; 0 without a repeat purchase. */
  readonly lastTimes: Float64Array;
  /** When the data end, at least the last purchase. */
  readonly ends: Float64Array;
}

/** Mean spend on a repeat purchase. */
export interface Spending {
  readonly repeats: Float64Array;
  /** In money; only customers with a repeat purchase and a mean above 0 count. */
  readonly means: Float64Array;
}
