import { foldName } from '../../csv/column-names.ts';
import type { CompiledCondition, ConditionKind, RuleSubject } from './kind.ts';

/** A reason counts from one percentage point. */
export const fewestPoints = 0.01;

/** An input that raises the risk of the customer; null: none is asked for. */
export const reasonCondition: ConditionKind<string | null> = {
  section: 'conditions',
  fields: [{ control: 'column', name: 'reason', label: 'Column that raises the risk', none: 'Any' }],
  fromForm: ({ reason = '' }) => (reason === '' ? null : reason),
  toForm: (asked) => ({ reason: asked ?? '' }),
  describe: (asked, { label }) => (asked === null ? [] : [`${label(asked)} raises the risk`]),
  columns: (asked) => (asked === null ? [] : [asked]),
  covers: (wide, narrow) => wide === null || (narrow !== null && foldName(wide) === foldName(narrow)),
  whyNot: (asked, subject) =>
    asked === null || isRaisedBy(asked, subject) ? null : `${asked} does not raise this customer’s risk`,
  compile: (asked, features) => {
    if (asked === null) return [];
    const places = features.flatMap(({ name }, j) => (foldName(name) === foldName(asked) ? [j] : []));
    return places.length === 0 ? null : [areRaisedBy(places)];
  },
};

function isRaisedBy(feature: string, { reasons }: RuleSubject): boolean {
  return reasons.some(
    (reason) => foldName(reason.feature) === foldName(feature) && reason.points >= fewestPoints,
  );
}

function areRaisedBy(places: readonly number[]): CompiledCondition {
  return (rows, candidates, count) => {
    const { featureCount } = rows;
    const contributions = rows.contributions();
    let kept = 0;
    for (let c = 0; c < count; c++) {
      const i = candidates[c]!;
      let isRaised = false;
      for (const j of places) if (contributions[i * featureCount + j]! >= fewestPoints) isRaised = true;
      if (isRaised) candidates[kept++] = i;
    }
    return kept;
  };
}
