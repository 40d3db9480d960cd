/** The kinds of studies of a dataset, one entry each. */
import type { Dataset } from '../../../store/datasets.ts';
import type { WholeCsv } from '../../csv/whole.ts';
import { exploreDataset } from '../exploration/exploration.ts';
import type { Exploration } from '../exploration/exploration.ts';
import { measureLeaving } from '../leaving/curves.ts';
import { studyPurchases } from '../purchases/study.ts';

interface Kind<Options, Result> {
  /** As in the list of jobs. */
  readonly title: string;
  /** Of a larger file so many are taken evenly. */
  readonly mostRows: number;
  /** @throws Unprocessable where the data cannot answer */
  readonly compute: (csv: WholeCsv, dataset: Dataset, options: Options) => Result;
}

function defineKind<Options, Result>(kind: Kind<Options, Result>): Kind<Options, Result> {
  return kind;
}

const entries = {
  exploration: defineKind<Readonly<Record<string, never>>, Exploration>({
    title: 'Exploration of the columns',
    mostRows: 500_000,
    compute: exploreDataset,
  }),
  leaving: defineKind({ title: 'When customers leave', mostRows: 500_000, compute: measureLeaving }),
  // Of a part of the transactions no history would be whole.
  purchases: defineKind({ title: 'Purchases', mostRows: Infinity, compute: studyPurchases }),
};

export type StudyKind = keyof typeof entries;
export type OptionsOf<K extends StudyKind> = Parameters<(typeof entries)[K]['compute']>[2];
export type ResultOf<K extends StudyKind> = ReturnType<(typeof entries)[K]['compute']>;

export const studyKinds: { readonly [K in StudyKind]: Kind<OptionsOf<K>, ResultOf<K>> } = entries;

export function isStudyKind(value: unknown): value is StudyKind {
  return typeof value === 'string' && Object.hasOwn(entries, value);
}
