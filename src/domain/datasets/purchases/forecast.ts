/** What the models expect of one customer. */
import { expectedIfActive, probabilityActive } from '../../../ml/purchases/bg-nbd-forecast.ts';
import type { BgNbd } from '../../../ml/purchases/bg-nbd.ts';
import { expectedSpend } from '../../../ml/purchases/gamma-gamma.ts';
import type { GammaGamma } from '../../../ml/purchases/gamma-gamma.ts';
import type { CustomerPurchases } from './histories.ts';

export interface PurchaseModels {
  readonly model: BgNbd;
  readonly spend: GammaGamma;
}

export interface PurchaseForecast {
  /** Probability that the customer is still active. */
  readonly active: number;
  /** In the days ahead, if the customer is still active. */
  readonly purchasesIfActive: number;
  /** In the days ahead, whether active or not. */
  readonly purchases: number;
  /** In money a purchase; NaN where the data do not tell it. */
  readonly spend: number;
}

/** Of the customer at place `i`. */
export function forecastOf(
  { model, spend }: PurchaseModels,
  { repeats, lastTimes, ends, means }: CustomerPurchases,
  i: number,
  aheadDays: number,
): PurchaseForecast {
  const history = { repeats: repeats[i]!, lastTime: lastTimes[i]!, end: ends[i]! };
  const active = probabilityActive(model, history);
  const purchasesIfActive = expectedIfActive(model, history, aheadDays);
  return {
    active,
    purchasesIfActive,
    purchases: active * purchasesIfActive,
    spend: expectedSpend(spend, repeats[i]!, means[i]!),
  };
}
