/** The columns of transactions, and how far ahead to look. */
export interface PurchaseOptions {
  readonly customer: string;
  readonly date: string;
  readonly amount: string;
  /** From 1 to 3,650. */
  readonly aheadDays: number;
}
