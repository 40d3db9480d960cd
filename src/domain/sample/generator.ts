/**
 * Generated telecom customers in the 21 columns of IBM's public telecom churn sample, following its published
 * marginals: 26.5 % churn, 43 % of month-to-month customers leave but 3 % of those with two years, fibre, electronic
 * checks and short tenure are riskier, and customers in their first month have no total yet. No customer is real.
 *
 * Tenure, contract and services are drawn first, charges follow from the services, and whether somebody leaves
 * from a logistic function of them all, with an interaction and noise so that no model can be perfect.
 */
import { createRandom } from '../../ml/math/random.ts';
import type { Random } from '../../ml/math/random.ts';

export const sampleColumns = [
  'customerID',
  'gender',
  'SeniorCitizen',
  'Partner',
  'Dependents',
  'tenure',
  'PhoneService',
  'MultipleLines',
  'InternetService',
  'OnlineSecurity',
  'OnlineBackup',
  'DeviceProtection',
  'TechSupport',
  'StreamingTV',
  'StreamingMovies',
  'Contract',
  'PaperlessBilling',
  'PaymentMethod',
  'MonthlyCharges',
  'TotalCharges',
  'Churn',
] as const;

export type SampleColumn = (typeof sampleColumns)[number];
export type SampleCustomer = Readonly<Record<SampleColumn, string>>;

const addOns = [
  'OnlineSecurity',
  'OnlineBackup',
  'DeviceProtection',
  'TechSupport',
  'StreamingTV',
  'StreamingMovies',
] as const;
type AddOn = (typeof addOns)[number];

/** Monthly price and how usual the add-on is with DSL and with fibre. */
const addOnFacts: Readonly<Record<AddOn, { price: number; dsl: number; fibre: number }>> = {
  OnlineSecurity: { price: 5, dsl: 0.49, fibre: 0.27 },
  OnlineBackup: { price: 5, dsl: 0.46, fibre: 0.43 },
  DeviceProtection: { price: 5, dsl: 0.44, fibre: 0.44 },
  TechSupport: { price: 5, dsl: 0.49, fibre: 0.28 },
  StreamingTV: { price: 10, dsl: 0.39, fibre: 0.57 },
  StreamingMovies: { price: 10, dsl: 0.4, fibre: 0.57 },
};

/** `count` customers; the same seed gives the same ones. */
export function* generateCustomers(count: number, seed: number): Generator<SampleCustomer> {
  const random = createRandom(seed);
  const used = new Set<string>();
  for (let i = 0; i < count; i++) yield generateCustomer(random, used);
}

function generateCustomer(random: Random, used: Set<string>): SampleCustomer {
  const senior = chance(random, 0.162);
  const partner = chance(random, 0.483);
  const dependents = !senior && chance(random, partner ? 0.6 : 0.15);
  const tenure = drawTenure(random, partner);
  const internet = drawInternet(random, senior);
  const contract = drawContract(random, tenure, internet);
  const phone = internet !== 'DSL' || chance(random, 0.72);
  const multiple = phone && chance(random, 0.2 + tenure / 140 + (internet === 'Fiber optic' ? 0.16 : 0));
  const chosen = drawAddOns(random, internet, tenure);
  const paperless = chance(random, { DSL: 0.55, 'Fiber optic': 0.76, No: 0.29 }[internet]);
  const payment = drawPayment(random, internet, paperless, contract);
  const monthly = monthlyCharges(random, { internet, phone, multiple, chosen });
  const who = { senior, partner, dependents, tenure, contract, internet, phone, multiple, chosen, paperless };
  const leaves = chance(random, churnProbability(random, { ...who, payment }));
  const internetLevel = (name: AddOn): string =>
    internet === 'No' ? 'No internet service' : yes(chosen.has(name));
  return {
    customerID: drawIdentifier(random, used),
    gender: chance(random, 0.505) ? 'Male' : 'Female',
    SeniorCitizen: senior ? '1' : '0',
    Partner: yes(partner),
    Dependents: yes(dependents),
    tenure: String(tenure),
    PhoneService: yes(phone),
    MultipleLines: phone ? yes(multiple) : 'No phone service',
    InternetService: internet,
    OnlineSecurity: internetLevel('OnlineSecurity'),
    OnlineBackup: internetLevel('OnlineBackup'),
    DeviceProtection: internetLevel('DeviceProtection'),
    TechSupport: internetLevel('TechSupport'),
    StreamingTV: internetLevel('StreamingTV'),
    StreamingMovies: internetLevel('StreamingMovies'),
    Contract: contract,
    PaperlessBilling: yes(paperless),
    PaymentMethod: payment,
    MonthlyCharges: amount(monthly),
    TotalCharges:
      tenure === 0 ? '' : amount(tenure === 1 ? monthly : monthly * tenure * (1 + 0.045 * random.normal())),
    Churn: yes(leaves),
  };
}

type Contract = 'Month-to-month' | 'One year' | 'Two year';
type Internet = 'DSL' | 'Fiber optic' | 'No';

/** Months with the company: many new, many at the end of the observed six years. */
function drawTenure(random: Random, partner: boolean): number {
  const u = random.next();
  if (u < 0.0016) return 0;
  if (u < (partner ? 0.18 : 0.36)) return 1 + (Math.floor(-5 * Math.log(1 - random.next())) % 24);
  if (u > (partner ? 0.8 : 0.93)) return 72 - (Math.floor(-3.5 * Math.log(1 - random.next())) % 24);
  return 1 + random.below(72);
}

function drawContract(random: Random, tenure: number, internet: Internet): Contract {
  const share = tenure / 72;
  const monthToMonth = 0.91 - 0.82 * share + { DSL: -0.05, 'Fiber optic': 0.15, No: -0.21 }[internet];
  if (chance(random, monthToMonth)) return 'Month-to-month';
  const oneYear = 0.81 - 0.58 * share * share + { DSL: 0, 'Fiber optic': 0.05, No: -0.12 }[internet];
  return chance(random, oneYear) ? 'One year' : 'Two year';
}

function drawInternet(random: Random, senior: boolean): Internet {
  const u = random.next();
  const fibre = senior ? 0.72 : 0.385;
  if (u < fibre) return 'Fiber optic';
  return u < fibre + (senior ? 0.23 : 0.365) ? 'DSL' : 'No';
}

function drawAddOns(random: Random, internet: Internet, tenure: number): ReadonlySet<AddOn> {
  if (internet === 'No') return new Set();
  const loyalty = (tenure - 32) / 110;
  return new Set(
    addOns.filter((name) => chance(random, addOnFacts[name][internet === 'DSL' ? 'dsl' : 'fibre'] + loyalty)),
  );
}

function drawPayment(random: Random, internet: Internet, paperless: boolean, contract: Contract): string {
  const check =
    { DSL: 0.29, 'Fiber optic': 0.52, No: 0.1 }[internet] +
    (paperless ? 0.06 : -0.06) -
    (contract === 'Month-to-month' ? -0.06 : 0.14);
  if (chance(random, check)) return 'Electronic check';
  const u = random.next();
  const mailed = internet === 'No' ? 0.48 : 0.27;
  if (u < mailed) return 'Mailed check';
  return u < mailed + (1 - mailed) / 2 ? 'Bank transfer (automatic)' : 'Credit card (automatic)';
}

function monthlyCharges(
  random: Random,
  { internet, phone, multiple, chosen }: Pick<Circumstances, 'internet' | 'phone' | 'multiple' | 'chosen'>,
): number {
  const line = { DSL: 25, 'Fiber optic': 50, No: 0 }[internet] + (phone ? 20 : 0) + (multiple ? 5 : 0);
  const extras = [...chosen].reduce((sum, name) => sum + addOnFacts[name].price, 0);
  return Math.max(18.25, line + extras + 0.6 * random.normal());
}

interface Circumstances {
  readonly senior: boolean;
  readonly partner: boolean;
  readonly dependents: boolean;
  readonly tenure: number;
  readonly contract: Contract;
  readonly internet: Internet;
  readonly phone: boolean;
  readonly multiple: boolean;
  readonly chosen: ReadonlySet<AddOn>;
  readonly paperless: boolean;
  readonly payment: string;
}

function churnProbability(random: Random, who: Circumstances): number {
  if (who.tenure === 0) return 0;
  const contract = { 'Month-to-month': 0, 'One year': -0.95, 'Two year': -2.1 }[who.contract];
  const internet = { DSL: 0, 'Fiber optic': 0.95, No: -0.85 }[who.internet];
  const effects =
    contract +
    internet -
    0.66 * Math.log1p(who.tenure / 4) +
    when(who.payment === 'Electronic check', 0.55) +
    when(who.paperless, 0.35) +
    when(who.senior, 0.35) -
    when(who.dependents, 0.3) -
    when(who.partner, 0.1) +
    when(!who.phone, 0.75) +
    when(who.multiple, 0.35) -
    when(who.chosen.has('OnlineSecurity'), 0.45) -
    when(who.chosen.has('TechSupport'), 0.4) -
    when(who.chosen.has('OnlineBackup'), 0.1) +
    when(who.chosen.has('StreamingTV'), 0.3) +
    when(who.chosen.has('StreamingMovies'), 0.3) +
    // New customers on fibre leave most often: an interaction that only trees and splines can represent.
    when(who.internet === 'Fiber optic' && who.tenure < 12, 0.3);
  const logOdds = -0.55 + effects + 0.5 * random.normal();
  return 1 / (1 + Math.exp(-logOdds));
}

function when(holds: boolean, effect: number): number {
  return holds ? effect : 0;
}

/** '7590-VHVEG': four digits and five letters, unique in this run. */
function drawIdentifier(random: Random, used: Set<string>): string {
  for (;;) {
    const digits = String(random.below(10_000)).padStart(4, '0');
    const letters = Array.from({ length: 5 }, () => String.fromCharCode(65 + random.below(26))).join('');
    const identifier = `${digits}-${letters}`;
    if (used.has(identifier)) continue;
    used.add(identifier);
    return identifier;
  }
}

function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}

function yes(value: boolean): string {
  return value ? 'Yes' : 'No';
}

function amount(value: number): string {
  return String(Math.round(value * 20) / 20);
}
