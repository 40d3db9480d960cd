/** A card's groups of customers, by the columns that were chosen. */
import { trainedThreshold } from '../domain/models/card-figures.ts';
import { chooseGroupReports, orderGroupReports, widestGap } from '../domain/models/group-attributes.ts';
import type { GroupReport } from '../ml/evaluation/report.ts';
import type { ModelRecord } from '../store/models.ts';
import type { ViewHelpers } from './view-helpers.ts';

/** Null where there is nothing to compare. */
export function presentCardGroups(h: ViewHelpers, model: ModelRecord, columns: readonly string[]) {
  const { features } = model.schema;
  const reports = orderGroupReports(model.evaluation.report?.groups ?? [], features);
  if (reports.length === 0) return null;
  const chosen = chooseGroupReports(reports, columns);
  const types = new Map(features.map(({ name, type }) => [name, type]));
  return {
    trainedThreshold: h.share(trainedThreshold),
    otherThreshold: model.threshold === trainedThreshold ? null : h.share(model.threshold),
    choices: reports.map((report) => ({
      column: report.column,
      label: h.label(report.column),
      gap: h.rate(widestGap(report.gaps)),
      isChosen: chosen.includes(report),
    })),
    reports: chosen.map((report) => presentReport(h, report, types.get(report.column) ?? 'category')),
  };
}

function presentReport(h: ViewHelpers, { column, groups, gaps }: GroupReport, type: string) {
  const names = h.groupNames(
    groups.map(({ group, from, to }) => ({
      name: group,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    })),
    type,
  );
  return {
    label: h.label(column),
    rows: groups.map((group, i) => ({
      name: names[i] ?? group.group,
      customers: h.count(group.count),
      left: h.rate(group.rate),
      meanProbability: h.rate(group.meanScore),
      rocAuc: h.metric(group.rocAuc),
      selected: h.rate(group.selectionRate),
      recall: h.rate(group.recall),
      falseAlarms: h.rate(group.falsePositiveRate),
    })),
    gaps: {
      selected: h.rate(gaps.selectionRate),
      recall: h.rate(gaps.recall),
      falseAlarms: h.rate(gaps.falsePositiveRate),
    },
  };
}
