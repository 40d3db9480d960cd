/** Columns and their values as people read them: with the analyst's title and unit, and yes and no for 1 and 0. */
import { cellText, valueText } from '../../format.ts';
import { isNumeric } from '../../ml/data/row-reader.ts';
import type { Feature, Schema } from '../../ml/data/schema.ts';
import type { CellValue } from '../../ml/data/values.ts';
import { foldName, labelOf } from '../csv/column-names.ts';

export function featureTitle({ name, title }: Feature): string {
  return title ?? labelOf(name);
}

/** 'Tenure (months)'. */
export function featureTitleWithUnit(feature: Feature): string {
  const title = featureTitle(feature);
  return feature.unit === undefined ? title : `${title} (${feature.unit})`;
}

/** 'Yes' and 'No' for the levels 1 and 0 of a column that has no others; every other level as it is. */
export function levelText({ levels }: Pick<Feature, 'levels'>, level: string): string {
  const isYesOrNo = levels.length === 2 && levels.includes('0') && levels.includes('1');
  if (!isYesOrNo) return level;
  return { 0: 'No', 1: 'Yes' }[level] ?? level;
}

/** A changed input; values as tables hold them: numbers, or codes of levels. */
export function changeWords(feature: Feature, from: number, to: number) {
  return { feature: featureTitle(feature), from: typedText(feature, from), to: typedText(feature, to) };
}

function typedText(feature: Feature, value: number): string {
  if (Number.isNaN(value) || (value < 0 && !isNumeric(feature))) return 'not known';
  if (!isNumeric(feature)) return levelText(feature, feature.levels[value]!);
  return valueText(value, feature.type === 'date' ? 'date' : 'number');
}

export interface FeatureWords {
  readonly title: (name: string) => string;
  readonly titleWithUnit: (name: string) => string;
  readonly value: (name: string, value: CellValue) => string;
}

/** By the names of the columns; those that the schema does not have are written by their name. */
export function featureWords(schema: Schema | undefined): FeatureWords {
  const features = new Map(schema?.features.map((feature) => [foldName(feature.name), feature]));
  const find = (name: string): Feature | undefined => features.get(foldName(name));
  return {
    title: (name) => {
      const feature = find(name);
      return feature === undefined ? labelOf(name) : featureTitle(feature);
    },
    titleWithUnit: (name) => {
      const feature = find(name);
      return feature === undefined ? labelOf(name) : featureTitleWithUnit(feature);
    },
    value: (name, value) => {
      const feature = find(name);
      return feature !== undefined && typeof value === 'string'
        ? cellText(levelText(feature, value))
        : cellText(value);
    },
  };
}
