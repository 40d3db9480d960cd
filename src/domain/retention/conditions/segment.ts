/** The condition to be in a segment. */
import { noFilter } from '../../../store/prediction-filters.ts';
import type { RiskThresholds } from '../../../store/risk-levels.ts';
import type { SegmentCondition } from '../../../store/rule-conditions.ts';
import type { ScoredFeature } from '../../../store/score-files/group.ts';
import { scoreTestOf } from '../../../store/score-files/row-filter.ts';
import type { TestedRows } from '../../../store/score-files/row-filter.ts';
import { oneRow, segmentTests } from '../../../store/score-files/segment-tests.ts';
import { noSetRows } from '../../../store/score-files/set-rows.ts';
import type { SegmentPart } from '../../../store/segment-documents.ts';
import { riskLevels } from '../../risk/levels.ts';
import type { CompiledCondition, ConditionKind, LevelledRows } from './kind.ts';

/** Risk levels are asked of the rows themselves: they are those of the model, by the thresholds of the scoring. */
const noThresholds: RiskThresholds = { mediumFrom: 0, highFrom: 0 };

/** Of a form only the number is known: `domain/retention/segments.ts` adds the rest. */
export const segmentCondition: ConditionKind<SegmentCondition | null> = {
  section: 'conditions',
  fields: [{ control: 'segment', name: 'segment', label: 'Segment', none: 'Any' }],
  fromForm: ({ segment = '' }) => (segment === '' ? null : { id: Number(segment), name: '', parts: [] }),
  toForm: (asked) => ({ segment: asked === null ? '' : String(asked.id) }),
  describe: (asked) => (asked === null ? [] : [`Is in the segment ‘${asked.name}’`]),
  columns: () => [],
  covers: (wide, narrow) => wide === null || (narrow !== null && wide.id === narrow.id),
  whyNot: (asked, subject) => {
    if (asked === null) return null;
    const isMember =
      risksOf(asked.parts).every((risk) => risk === subject.riskLevel) &&
      testsOf(oneRow({ ...subject, customerId: null }), asked.parts).every((test) => test()(0));
    return isMember ? null : `the customer is not in the segment ‘${asked.name}’`;
  },
  compile: (asked, features) => (asked === null ? [] : [isIn(asked.parts, features)]),
};

/**
 * Whether a rule can ask for a segment: it knows the scores and inputs of a customer, but not files, the model or the
 * customer ID.
 */
export function isForRules({ parts }: { readonly parts: readonly SegmentPart[] }): boolean {
  return parts.every((part) => {
    if (part.kind !== 'filter') return true;
    const { batch, source, model, search, compared } = part;
    return [batch, source, model, search, compared].every((asked) => asked === null);
  });
}

/** What is asked of the row apart from its level. */
function testsOf(rows: TestedRows, parts: readonly SegmentPart[]) {
  const asked = parts.map((part) => {
    const filter = part.kind === 'filter' ? { ...noFilter, ...part, risk: null } : noFilter;
    return { part, scores: scoreTestOf(filter, noThresholds, noSetRows) };
  });
  return segmentTests(rows, asked);
}

function risksOf(parts: readonly SegmentPart[]): string[] {
  return parts.flatMap((part) => (part.kind === 'filter' && part.risk !== null ? [part.risk] : []));
}

function isIn(parts: readonly SegmentPart[], features: readonly ScoredFeature[]): CompiledCondition {
  const levels = risksOf(parts).map((risk) => riskLevels.findIndex((one) => one === risk));
  return (rows, candidates, count) => {
    const tests = [
      ...levels.map((asked) => () => (row: number) => rows.level[row] === asked),
      ...testsOf(toTested(rows, features), parts),
    ];
    let left = count;
    for (const test of tests) left = left === 0 ? 0 : keep(candidates, left, test());
    return left;
  };
}

function keep(candidates: Int32Array, count: number, test: (row: number) => boolean): number {
  let kept = 0;
  for (let c = 0; c < count; c++) if (test(candidates[c]!)) candidates[kept++] = candidates[c]!;
  return kept;
}

function toTested(rows: LevelledRows, features: readonly ScoredFeature[]): TestedRows {
  return {
    key: null,
    rowCount: rows.rowCount,
    features,
    probability: () => rows.probability,
    identifiers: () => ({ bytes: new Uint8Array(0), ends: new Uint32Array(rows.rowCount) }),
    input: (place) => rows.inputs[place]!,
  };
}
