/** The two models of purchases: when customers buy, and what they spend. */
import { Unprocessable } from '../../../errors.ts';
import { fitBgNbd } from '../../../ml/purchases/bg-nbd.ts';
import type { FittedBgNbd } from '../../../ml/purchases/bg-nbd.ts';
import { fitGammaGamma } from '../../../ml/purchases/gamma-gamma.ts';
import type { FittedGammaGamma } from '../../../ml/purchases/gamma-gamma.ts';
import type { CustomerPurchases } from './histories.ts';

/** @throws Unprocessable where nobody bought a second time */
export function fitPurchaseModels(purchases: CustomerPurchases): {
  model: FittedBgNbd;
  spend: FittedGammaGamma;
} {
  if (!purchases.repeats.some((repeats) => repeats > 0))
    throw new Unprocessable([
      {
        field: 'customer',
        message: 'No customer bought on a second day, so who will buy again cannot be estimated.',
      },
    ]);
  return { model: fitBgNbd(purchases), spend: fitGammaGamma(purchases) };
}
