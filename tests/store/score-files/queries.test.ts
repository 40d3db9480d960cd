/** Every query over score files finds what a search through plain objects finds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CellValue } from '../../../src/ml/data/values.ts';
import { levelsThere, noFilter } from '../../../src/store/prediction-filters.ts';
import type { PredictionFilter } from '../../../src/store/prediction-filters.ts';
import { sortKeys } from '../../../src/store/score-files/sort.ts';
import type { PredictionSort } from '../../../src/store/score-files/sort.ts';
import { insertPrediction } from '../../../src/store/prediction-writes.ts';
import { riskLevelOf, riskLevels } from '../../../src/store/risk-levels.ts';
import type { RiskLevel } from '../../../src/store/risk-levels.ts';
import { insertSetLevel } from '../../../src/store/set-levels.ts';
import { visitFigureColumns } from '../../../src/store/score-files/figures.ts';
import type { ScoreFileHeader } from '../../../src/store/score-files/group.ts';
import { getInputs, placeOf } from '../../../src/store/score-files/inputs.ts';
import { SegmentPart } from '../../../src/store/segment-documents.ts';
import { insertSegment } from '../../../src/store/segments.ts';
import { markLatest } from '../../../src/store/score-files/mark-latest.ts';
import {
  listPredictionIds,
  listPredictions,
  pageOfPredictions,
} from '../../../src/store/score-files/lists.ts';
import { placeOfId, rowId } from '../../../src/store/score-files/row-id.ts';
import { getPredictionRows } from '../../../src/store/score-files/rows.ts';
import { sampleLatestCustomers } from '../../../src/store/score-files/samples.ts';
import {
  countByThresholds,
  countLevelsOf,
  countPredictions,
  probabilityHistogram,
  sumPredictions,
} from '../../../src/store/score-files/totals.ts';
import { findScoredBatch } from '../../../src/store/score-files/store.ts';
import { saveSettings } from '../../../src/store/settings.ts';
import { createRandom } from '../../helpers/random.ts';
import type { Random } from '../../helpers/random.ts';
import {
  createScoreStore,
  insertPlainBatch,
  insertPlainModel,
  writeScores,
} from '../../helpers/plain-scores.ts';
import type { PlainScore } from '../../helpers/plain-scores.ts';

const thresholds = { mediumFrom: 0.35, highFrom: 0.7 };
const headers: readonly ScoreFileHeader[] = [
  {
    features: [
      { name: 'tenure', type: 'number', levels: [] },
      { name: 'contract', type: 'category', levels: ['Monthly', 'Two year'] },
      { name: 'since', type: 'date', levels: [] },
    ],
    actions: [
      { ruleId: 1, action: 'Call' },
      { ruleId: 2, action: 'Discount' },
    ],
  },
  { features: [{ name: 'contract', type: 'category', levels: ['Two year'] }], actions: [] },
];

const removedSegment = 1_000_000;
const removedBatch = 1_000_001;

/** A score as this test remembers it. */
interface Known {
  readonly id: number;
  readonly batch: number | null;
  readonly model: number;
  readonly isSample: boolean;
  readonly source: string;
  readonly score: PlainScore;
  readonly createdAt: string;
}

let store: Awaited<ReturnType<typeof createScoreStore>>;
let models: number[];
let all: Known[];
let latest: Known[];
/** Levels that people have set, by customer. */
let set: Map<string, RiskLevel>;
/** By number: the filters that segments were saved from. */
let segments: Map<number, readonly PredictionFilter[]>;

beforeAll(async () => {
  store = await createScoreStore();
  await saveSettings(store.db, thresholds);
  models = [await insertPlainModel(store, 'first'), await insertPlainModel(store, 'second')];
  all = [];
  const random = createRandom(11);
  for (let i = 0; i < 5; i++) {
    await addBatch(random, i);
    for (let single = 0; single < 8; single++) await addSingle(random);
  }
  latest = latestOf(all);
  set = new Map();
  const customers = [...new Set(all.flatMap(({ score }) => score.customerId ?? []))];
  for (const customerId of customers)
    if (random() < 0.1) await setLevelOf(customerId, random.pick(riskLevels));
  segments = new Map();
  for (let i = 0; i < 12; i++) await addSegment(random, 1 + (i % 2));
});
afterAll(() => store.close());

async function setLevelOf(customerId: string, level: RiskLevel): Promise<void> {
  const days = { setOn: '2026-01-01', endsOn: '2126-01-01', expiresAt: '2126-01-02T00:00:00.000Z' };
  const said = { modelLevel: 'low', probability: 0.1, levelProbability: 0.5 } as const;
  await insertSetLevel(store.db, { customerId, level, reason: 'known', ...days, ...said }, null);
  set.set(customerId, level);
}

/** Saved from one filter, or within another segment. */
async function addSegment(random: Random, depth: number): Promise<void> {
  const saved = Array.from({ length: depth }, () => ({
    ...randomFilter(random),
    segment: null,
    population: null,
  }));
  const parts = saved.map((filter) => SegmentPart.parse({ kind: 'filter', ...filter }));
  segments.set(await insertSegment(store.db, { grouping: null, name: 'A segment', parts }, null), saved);
}

async function addBatch(random: Random, i: number): Promise<void> {
  const place = i % 2;
  const batch = await insertPlainBatch(store, { modelId: models[place]!, isSample: i === 3 });
  const scores = Array.from({ length: 60 }, (_, row) => randomScore(random, headers[place]!, row + 2));
  await writeScores(store, batch, headers[place]!, scores);
  await markLatest(store.db, store, batch.id);
  const createdAt = (await findScoredBatch(store.db, batch.id))!.scoresAt!;
  scores.forEach((score, row) => {
    const id = rowId(batch.id, row);
    all.push({
      id,
      batch: batch.id,
      model: models[place]!,
      isSample: i === 3,
      source: 'batch',
      score,
      createdAt,
    });
  });
}

/** Its customer is in no batch: which of two scores is the latest is tested elsewhere. */
async function addSingle(random: Random): Promise<void> {
  const place = random.below(2);
  const drawn = randomScore(random, headers[place]!, 1);
  const score = {
    ...drawn,
    customerId: (drawn.customerId ?? null) && `form ${all.length} ${drawn.customerId}`,
  };
  const { newest } = (await store.db('batches').max({ newest: 'scores_at' }).first()) as { newest: string };
  const createdAt = new Date(Date.parse(newest) + 1).toISOString();
  const id = await insertPrediction(
    store,
    {
      batchId: null,
      rowNumber: null,
      customerId: score.customerId ?? null,
      source: 'form',
      modelId: models[place]!,
      probability: score.probability,
      riskLevel: 'low',
      reasons: JSON.stringify({
        base: 0.2,
        strongest: score.reasons!.map((reason) => ({ ...reason, value: score.inputs![reason.feature] })),
      }),
      actions: '[]',
      recommendedAction: score.action ?? null,
      expectedSaving: score.expectedSaving ?? null,
      monthlyValue: score.monthlyValue ?? null,
      inputs: JSON.stringify(score.inputs),
      notes: score.isNoted ? '["odd"]' : '[]',
      isSample: false,
      createdBy: null,
      createdAt,
    },
    null,
  );
  all.push({ id, batch: null, model: models[place]!, isSample: false, source: 'form', score, createdAt });
}

function randomScore(random: Random, header: ScoreFileHeader, rowNumber: number): PlainScore {
  const maybe = <T>(value: T): T | null => (random() < 0.2 ? null : value);
  const values: Record<string, CellValue> = {
    tenure: random.below(6),
    contract: random.pick(['Monthly', 'Two year', 'Weekly', 'Ünseen']),
    since: random.pick(['2024-02-29', '2025-01-01']),
  };
  const inputs = Object.fromEntries(header.features.map(({ name }) => [name, maybe(values[name]!)]));
  return {
    rowNumber,
    customerId: maybe(`${random.pick(['anna', 'BERT', 'Zoë', '10% off'])}_${random.below(60)}`),
    probability: random.pick([0, 0.35, 0.7, 1, random(), random()]),
    monthlyValue: maybe(random.below(5) * 10.5),
    expectedSaving: maybe(random.below(4) - 1),
    action: header.actions.length === 0 ? null : maybe(random.pick(header.actions).action),
    reasons: header.features.map(({ name }) => ({ feature: name, points: random.below(9) / 8 - 0.5 })),
    isNoted: random() < 0.3,
    offset: rowNumber * 100,
    length: 99,
    inputs,
  };
}

function latestOf(scores: readonly Known[]): Known[] {
  const last = new Map(scores.map((known) => [known.score.customerId, known]));
  return scores.filter(
    (known) => known.score.customerId == null || last.get(known.score.customerId) === known,
  );
}

function levelOf({ customerId, probability }: PlainScore): RiskLevel {
  return set.get(customerId ?? '') ?? riskLevelOf(probability, thresholds);
}

function matches(known: Known, filter: PredictionFilter): boolean {
  const { batch, model, isSample, source, score } = known;
  const { customerId, probability, inputs } = score;
  const cell = filter.column === null ? null : (inputs![filter.column] ?? null);
  const isIn = (value: number, from: number | null, to: number | null): boolean =>
    (from === null || value >= from) && (to === null || value < to);
  return (
    (filter.batch === null || batch === filter.batch) &&
    (filter.risk === null || levelOf(score) === filter.risk) &&
    (filter.source === null || source === filter.source) &&
    (filter.model === null || model === filter.model) &&
    (filter.search === null || (customerId ?? '').toLowerCase().includes(filter.search.toLowerCase())) &&
    (filter.level === null || (filter.level === '' ? cell === null : cell === filter.level)) &&
    ((filter.from === null && filter.to === null) ||
      (typeof cell === 'number' && isIn(cell, filter.from, filter.to))) &&
    isIn(probability, filter.low, filter.high) &&
    (filter.column2 === null || hasValue(inputs![filter.column2] ?? null, filter)) &&
    (filter.segment === null || (segments.get(filter.segment) ?? []).every((part) => matches(known, part))) &&
    filter.segment !== removedSegment &&
    (filter.there === null || wasThere(score, filter)) &&
    (filter.population === null ||
      (filter.population.modelIds.includes(model) && (filter.population.includesSample || !isSample)))
  );
}

function hasValue(cell: CellValue, { level2, from2, to2 }: PredictionFilter): boolean {
  const isInterval = from2 !== null || to2 !== null;
  const isBetween = typeof cell === 'number' && cell >= (from2 ?? -Infinity) && cell < (to2 ?? Infinity);
  return (level2 === null || (level2 === '' ? cell === null : cell === level2)) && (!isInterval || isBetween);
}

/** Of several rows of a customer in a file the last one counts. */
function wasThere(score: PlainScore, { compared, there: asked }: PredictionFilter): boolean {
  if (score.customerId == null || compared === removedBatch) return false;
  const before = all.findLast(
    (known) => known.batch === compared && known.score.customerId === score.customerId,
  );
  if (!before) return asked === 'none';
  const [was, is] = [levelOf(before.score), levelOf(score)];
  if (asked === 'lower' || asked === 'higher')
    return asked === (riskLevels.indexOf(was) < riskLevels.indexOf(is) ? 'lower' : 'higher') && was !== is;
  return asked === 'same' ? was === is : asked === was;
}

const wanted = (filter: PredictionFilter): Known[] =>
  (filter.batch === null ? latest : all).filter((known) => matches(known, filter));

function randomFilter(random: Random): PredictionFilter {
  const rarely = <T>(value: T): T | null => (random() < 0.25 ? value : null);
  const column = rarely(random.pick(['tenure', 'contract', 'since', 'nobody']));
  const population = { modelIds: random.pick([models, [models[0]!], []]), includesSample: random() < 0.5 };
  const batches = [...new Set(all.flatMap(({ batch }) => batch ?? []))];
  return {
    ...noFilter,
    batch: rarely(random.pick(batches)),
    risk: rarely(random.pick(['low', 'medium', 'high', 'none'])),
    source: rarely(random.pick(['batch', 'form'])),
    model: rarely(random.pick(models)),
    search: rarely(random.pick(['ANNA', 'bert_1', 'zOË', '%', '_', ' ', 'nobody'])),
    column,
    ...(column !== null && random() < 0.5
      ? { level: random.pick(['', 'Two year', 'Ünseen', '3', '2024-02-29']) }
      : {}),
    ...(random() < 0.2 ? { column2: 'contract', level2: random.pick(['', 'Monthly', 'Weekly']) } : {}),
    ...(random() < 0.1 ? { column2: 'tenure', level2: null, from2: 1, to2: rarely(4) } : {}),
    ...(column !== null && random() < 0.5 ? { from: rarely(2), to: rarely(4) } : {}),
    low: rarely(0.35),
    high: rarely(0.7),
    segment: segments.size === 0 ? null : rarely(random.pick([...segments.keys(), removedSegment])),
    ...(random() < 0.3
      ? { compared: random.pick([...batches, removedBatch]), there: random.pick(levelsThere) }
      : {}),
    population: rarely(population),
  };
}

/** Filters that find much, and those that find little. */
function filters(count: number, seed: number): PredictionFilter[] {
  const random = createRandom(seed);
  const drawn = Array.from({ length: count }, () => randomFilter(random));
  return [noFilter, ...drawn, ...drawn.map(({ batch, search }) => ({ ...noFilter, batch, search }))];
}

describe('counts and sums', () => {
  it('are those of the matching scores', async () => {
    for (const filter of filters(80, 1)) {
      const known = wanted(filter);
      expect(await countPredictions(store, filter), JSON.stringify(filter)).toBe(known.length);
      expect(await sumPredictions(store, filter)).toEqual(totalsOf(known));
      const bins = [0, 0, 0, 0];
      for (const { score } of known) bins[Math.min(3, Math.trunc(score.probability * 4))]!++;
      expect(await probabilityHistogram(store, filter, 4)).toEqual(bins);
    }
  });

  it('are those of other thresholds where they are asked for', async () => {
    const other = { mediumFrom: 0.1, highFrom: 0.35 };
    const byOther = ({ probability }: PlainScore): RiskLevel => riskLevelOf(probability, other);
    expect(await countByThresholds(store, other)).toEqual(levelsOf(latest, byOther));
    const population = { modelIds: [models[1]!], includesSample: false };
    expect(await countByThresholds(store, other, population)).toEqual(
      levelsOf(wanted({ ...noFilter, population }), byOther),
    );
    const { batch } = all[0]!;
    const byModel = ({ probability }: PlainScore): RiskLevel => riskLevelOf(probability, thresholds);
    expect(await countLevelsOf(store, batch!)).toEqual(levelsOf(wanted({ ...noFilter, batch }), byModel));
  });
});

function levelsOf(known: readonly Known[], levelFor: (score: PlainScore) => RiskLevel) {
  const counts = { low: 0, medium: 0, high: 0 };
  for (const { score } of known) counts[levelFor(score)]++;
  return counts;
}

function totalsOf(known: readonly Known[]) {
  const sum = (values: readonly (number | null | undefined)[]) => {
    const numbers = values.filter((value) => typeof value === 'number');
    const total = numbers.reduce((all, value) => all + value, 0);
    return numbers.length === 0 ? null : (expect.closeTo(total, 8) as unknown);
  };
  const scores = known.map(({ score }) => score);
  const meanLossOf = (some: readonly PlainScore[]) => {
    const losses = some.flatMap((s) => (s.monthlyValue == null ? [] : [s.probability * s.monthlyValue]));
    return sum(losses.map((loss) => loss / losses.length));
  };
  const levels = levelsOf(known, levelOf);
  const isHigh = (score: PlainScore): boolean => levelOf(score) === 'high';
  return {
    count: known.length,
    ...levels,
    revenueAtRisk: sum(scores.map((s) => (s.monthlyValue == null ? null : s.probability * s.monthlyValue))),
    highRiskRevenue: sum(scores.filter(isHigh).map((s) => s.monthlyValue)),
    highRiskLoss: meanLossOf(scores.filter(isHigh)),
    meanProbability: sum(scores.map((s) => s.probability / scores.length)),
    expectedSaving: sum(scores.filter((s) => levelOf(s) !== 'low').map((s) => s.expectedSaving)),
    newestAt:
      known
        .map(({ createdAt }) => createdAt)
        .sort()
        .at(-1) ?? null,
    valued: scores.filter((s) => s.monthlyValue != null).length,
  };
}

describe('lists', () => {
  it('have the matching scores in their order', async () => {
    const random = createRandom(2);
    for (const filter of filters(60, 3)) {
      const sort: PredictionSort = {
        key: random.pick(sortKeys),
        descending: random() < 0.5,
      };
      const ids = sorted(wanted(filter), sort).map(({ id }) => id);
      expect([...(await listPredictionIds(store, filter, sort))], JSON.stringify([filter, sort])).toEqual(
        ids,
      );
      const size = 1 + random.below(20);
      const page = 1 + random.below(5);
      const pages = Math.max(1, Math.ceil(ids.length / size));
      const shown = page > pages ? 1 : page;
      const found = await pageOfPredictions(store, filter, sort, { page, size });
      expect(found).toMatchObject({ total: ids.length, page: shown, pages });
      const onPage = ids.slice((shown - 1) * size, shown * size);
      expect(found.predictions.map(({ id }) => id)).toEqual(onPage);
      const part = await listPredictions(store, filter, sort, { limit: size, offset: 3 });
      expect(part.map(({ id }) => id)).toEqual(ids.slice(3, 3 + size));
    }
  });
});

function sorted(known: readonly Known[], { key, descending }: PredictionSort): Known[] {
  const keyOf = ({ score, createdAt }: Known): number | Buffer | null | undefined =>
    ({
      probability: score.probability,
      customer: score.customerId == null ? null : Buffer.from(score.customerId),
      value: score.monthlyValue,
      saving: score.expectedSaving,
      date: Date.parse(createdAt),
    })[key];
  const compare = (a: Known, b: Known): number => {
    const [x, y] = [keyOf(a), keyOf(b)];
    if (x == null || y == null) return Number(x == null) - Number(y == null);
    const order = typeof x === 'number' ? x - (y as number) : Buffer.compare(x, y as Buffer);
    return descending ? -order : order;
  };
  const isReversed = key === 'date' && descending;
  return known.toSorted((a, b) => compare(a, b) || (isReversed ? b.id - a.id : a.id - b.id));
}

describe('single scores', () => {
  it('are given in the order of their numbers, without those that are gone', async () => {
    const random = createRandom(5);
    const picked = Array.from({ length: 40 }, () => random.pick(all));
    const gone = [rowId(999, 1), rowId(all[0]!.batch!, 60), 2 ** 31];
    const ids = [...picked.map(({ id }) => id), ...gone];
    const rows = await getPredictionRows(store, ids);
    expect(rows).toEqual(picked.map(listed));
    const inputs = await getInputs(store, Float64Array.from(ids));
    expect(inputs).toEqual([...picked.map(({ score }) => score.inputs), undefined, undefined, undefined]);
  });

  it('lie where they lay in the upload', async () => {
    const known = all.find(({ batch, score }) => batch !== null && score.rowNumber === 40)!;
    const place = await placeOf(store, known.id);
    expect(place).toMatchObject({ batch: { id: known.batch }, offset: 4000, length: 99, rowNumber: 40 });
    expect(await placeOf(store, all.find(({ batch }) => batch === null)!.id)).toBeUndefined();
  });
});

function listed({ id, batch, model, isSample, source, score, createdAt }: Known) {
  return {
    id,
    batchId: batch,
    batchName: batch === null ? null : (expect.stringMatching(/^upload-\d+\.csv$/) as unknown),
    rowNumber: batch === null ? null : score.rowNumber,
    customerId: score.customerId,
    source,
    modelId: model,
    modelLabel: model === models[0] ? `v${model} first` : `v${model} second`,
    probability: score.probability,
    riskLevel: riskLevelOf(score.probability, thresholds),
    reasons: score.reasons!.map((reason) => ({ ...reason, value: score.inputs![reason.feature] })),
    recommendedAction: score.action,
    expectedSaving: score.expectedSaving,
    monthlyValue: score.monthlyValue,
    isNoted: score.isNoted,
    isSample,
    createdAt,
  };
}

describe('the columns of figures', () => {
  it('hold every matching score once, with its input as read', async () => {
    for (const filter of filters(25, 7)) {
      for (const name of ['tenure', 'contract']) {
        const found: string[] = [];
        await visitFigureColumns(store, filter, (group) => {
          const input = group.input(name);
          for (const row of group.rows) {
            const text = !input
              ? null
              : input.kind === 'number'
                ? String(input.values[row])
                : ([...group.levelsOf(name)!, ...input.others][input.codes[row]!] ?? null);
            found.push(
              [text === 'NaN' ? null : text, group.probability[row], group.monthlyValue[row]].join(),
            );
          }
        });
        const known = wanted(filter).map(({ score: { inputs, probability, monthlyValue } }) =>
          [inputs![name] ?? null, probability, monthlyValue ?? NaN].join(),
        );
        expect(found.sort()).toEqual(known.sort());
      }
    }
  });
});

describe('a sample of latest scores', () => {
  it('is evenly spread over those that count', async () => {
    const exceptBatches = [all[0]!.batch!];
    const population = { modelIds: models, includesSample: false };
    const counted = wanted({ ...noFilter, population })
      .filter(({ batch }) => batch === null || !exceptBatches.includes(batch))
      .sort((a, b) => a.id - b.id);
    for (const most of [1, 7, 50, 1000]) {
      const sample = await sampleLatestCustomers(store, { population, exceptBatches, most });
      expect(sample.total).toBe(counted.length);
      const places = sample.customers.map(({ id }) => counted.findIndex((known) => known.id === id));
      expect(places).toHaveLength(Math.min(most, counted.length));
      const steps = places.slice(1).map((place, i) => place - places[i]!);
      const step = counted.length / places.length;
      expect(steps.every((size) => Math.abs(size - step) < 1)).toBe(true);
      sample.customers.forEach((customer, i) => {
        expect(customer).toMatchObject({ inputs: counted[places[i]!]!.score.inputs });
      });
    }
  });
});

describe('the number of a score', () => {
  it('says whether it is of a batch, and where', () => {
    expect(placeOfId(rowId(3, 7))).toEqual({ batchId: 3, row: 7 });
    expect(placeOfId(2 ** 32 - 1)).toBeNull();
  });
});
