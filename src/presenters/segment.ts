/** A segment: who is in it, how large it is, what is at risk, what sets it apart, and what to do. */
import type { OutcomeCounts } from '../domain/segments/outcomes.ts';
import type { SegmentUse } from '../domain/segments/segments.ts';
import { featureWords } from '../domain/scoring/feature-words.ts';
import type { FeatureWords } from '../domain/scoring/feature-words.ts';
import type { Distinction } from '../ml/clusters/distinctions.ts';
import type { Schema } from '../ml/data/schema.ts';
import type { ActionTotal } from '../store/score-files/action-totals.ts';
import type { Totals } from '../store/score-files/totals.ts';
import { columnsOfPart } from '../store/segment-documents.ts';
import type { SegmentPart } from '../store/segment-documents.ts';
import type { Segment } from '../store/segments.ts';
import { conditionWords } from './campaign-filter.ts';
import type { KnownNames } from './campaign-filter.ts';
import { presentPopulation } from './population.ts';
import { presentUses } from './segment-form.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface SegmentData extends KnownNames {
  readonly segment: Segment;
  /** Of the population. */
  readonly everybody: Totals;
  /** Null, here and below: it could not be read in time. */
  readonly totals: Totals | null;
  readonly distinctions: readonly Distinction[] | null;
  readonly actions: readonly ActionTotal[] | null;
  readonly outcomes: OutcomeCounts | null;
  readonly uses: readonly SegmentUse[];
  /** Of the model that the population was scored with; undefined: there is none. */
  readonly schema: Schema | undefined;
  readonly leftOut: readonly string[];
}

/** Fewer could identify single people, and say nothing about a group. */
const fewest = 5;

export function presentSegment(h: ViewHelpers, data: SegmentData) {
  const { segment, everybody, totals } = data;
  const query = { segment: segment.id };
  return {
    title: segment.name,
    name: segment.name,
    href: `/segments/${segment.id}`,
    definition: definitionOf(h, data),
    notices: [
      ...presentPopulation({ leftOut: data.leftOut, hasFilter: false }),
      ...missingColumns(data).map((text) => ({ text, link: null })),
    ],
    again: `/segments/${segment.id}`,
    isEmpty: totals?.count === 0,
    links: {
      customers: `/customers${h.query(query)}`,
      analytics: `/analytics${h.query(query)}`,
      campaign: `/campaigns/new${h.query(query)}`,
      plan: `/plans/new${h.query(query)}`,
    },
    facts: totals && presentFacts(h, data, totals),
    apart: presentApart(h, data),
    actions: data.actions && presentActions(h, data.actions, totals?.count ?? everybody.count),
    uses: presentUses(data.uses),
    removalHref: segment.grouping
      ? `/groupings/${segment.grouping.id}/removal`
      : `/segments/${segment.id}/removal`,
    removal: segment.grouping ? 'Remove the whole grouping' : 'Remove segment',
    groupingHref: segment.grouping && `/groupings/${segment.grouping.id}`,
  };
}

function definitionOf(h: ViewHelpers, data: SegmentData): string {
  return data.segment.parts.map((part) => partWords(h, data, part)).join(' ');
}

/** Columns of its groups that the customers shown were not scored with: they cannot be assigned. */
function missingColumns({ segment, schema }: SegmentData): string[] {
  const known = new Set(schema?.features.map(({ name }) => name));
  const names = segment.parts.flatMap((part) => (part.kind === 'filter' ? [] : columnsOfPart(part)));
  const words = featureWords(schema);
  return names
    .filter((name) => schema !== undefined && !known.has(name))
    .map(
      (name) =>
        `${words.title(name)} is no column of the model, so that customers it scores are in none of these groups.`,
    );
}

function partWords(h: ViewHelpers, data: SegmentData, part: SegmentPart): string {
  const words = featureWords(data.schema);
  const columns = columnsOfPart(part).map((name) => words.title(name));
  switch (part.kind) {
    case 'filter':
      return `Customers with ${conditionWords(h, { ...part, segment: null }, data).join(', ')}.`;
    case 'nearest':
      return `Customers who are more like this group than any other, by ${columns.join(', ')}.`;
    case 'fifths':
      return `Customers by fifths of ${columns.join(', ')}.`;
  }
}

function presentFacts(h: ViewHelpers, { segment, everybody, outcomes }: SegmentData, totals: Totals) {
  const list = (more: Record<string, string>): string =>
    `/customers${h.query({ segment: segment.id, ...more })}`;
  return [
    {
      label: 'Customers',
      figure: h.count(totals.count),
      note:
        everybody.count === 0
          ? ''
          : `${h.rate(totals.count / everybody.count)} of ${h.count(everybody.count)}`,
      href: list({}),
    },
    {
      label: 'Average churn probability',
      figure: h.rate(totals.meanProbability),
      note: `${h.rate(everybody.meanProbability)} over all customers`,
      href: list({ sort: 'probability' }),
    },
    {
      label: 'Customers at high risk',
      figure: h.count(totals.high),
      note: totals.count === 0 ? '' : `${h.rate(totals.high / totals.count)} of the segment`,
      href: list({ risk: 'high' }),
    },
    {
      label: 'Expected monthly loss',
      figure: h.money(totals.revenueAtRisk),
      note: lossNote(h, everybody, totals),
      href: list({ sort: 'value' }),
    },
    ...outcomeFacts(h, outcomes),
  ];
}

function lossNote(h: ViewHelpers, everybody: Totals, totals: Totals): string {
  if (!everybody.revenueAtRisk || totals.revenueAtRisk === null) return 'churn probability × monthly revenue';
  return `${h.rate(totals.revenueAtRisk / everybody.revenueAtRisk)} of the loss over all customers`;
}

function outcomeFacts(h: ViewHelpers, outcomes: OutcomeCounts | null) {
  if (outcomes === null || outcomes.known < fewest) return [];
  return [
    {
      label: 'Seen to have left',
      figure: h.rate(outcomes.left / outcomes.known),
      note: `${h.count(outcomes.left)} of ${h.plural(outcomes.known, 'customer')} whose outcome is known`,
      href: null,
    },
  ];
}

function presentApart(h: ViewHelpers, { distinctions, totals, everybody, schema, segment }: SegmentData) {
  if (distinctions === null || totals === null) return null;
  const others = everybody.count - totals.count;
  const words = featureWords(schema);
  const chosen = new Set(segment.parts.flatMap(columnsOfPart));
  const isByConstruction = distinctions.every(({ name }) => chosen.has(name));
  return {
    isTooSmall: totals.count < fewest || others < fewest,
    isByConstruction,
    lines: distinctions.map((one) => ({
      text: apartWords(h, words, one),
      isChosen: !isByConstruction && chosen.has(one.name),
    })),
  };
}

/** 'Tenure: 12 on average, against 34', or 'Contract is Month-to-month: 88 %, against 41 %'. */
function apartWords(
  h: ViewHelpers,
  words: FeatureWords,
  { name, level, inside, outside }: Distinction,
): string {
  const title = words.titleWithUnit(name);
  if (level === null) return `${title}: ${h.number(inside)} on average, against ${h.number(outside)}`;
  const value = level === '' ? 'not known' : words.value(name, level);
  return `${title} is ${value}: ${h.rate(inside)}, against ${h.rate(outside)}`;
}

/** The action recommended to most, and the one that saves the most where that is another. */
function presentActions(h: ViewHelpers, actions: readonly ActionTotal[], customers: number) {
  const [frequent] = actions;
  if (frequent === undefined) return [];
  const saving = actions.toSorted((a, b) => (b.expectedSaving ?? 0) - (a.expectedSaving ?? 0))[0]!;
  const chosen = saving.action === frequent.action ? [frequent] : [frequent, saving];
  return chosen.map((one) => ({
    action: one.action,
    why: one === frequent ? 'Recommended most often' : 'Saves the most',
    customers: `${h.count(one.customers)} of ${h.plural(customers, 'customer')}`,
    saving: h.money(one.expectedSaving),
  }));
}
