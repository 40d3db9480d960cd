/** What became of the outcomes that a column of a file says. */
import type { OutcomeReport } from '../store/batch-documents.ts';
import type { OutcomeProblem } from '../store/outcomes.ts';
import type { ViewHelpers } from './view-helpers.ts';

const problemWords: Readonly<Record<OutcomeProblem, string>> = {
  word: 'the value means neither left nor stayed',
  day: 'the date is not one such as 2026-11-20',
  future: 'the date is in the future',
  twice: 'another row says the opposite of the same customer and day',
  known: 'an outcome that was recorded before says the opposite',
  many: 'There are more than 100,000 outcomes',
};

export function presentBatchOutcomes(h: ViewHelpers, report: OutcomeReport | null) {
  if (report === null) return null;
  const { problemCount, problems } = report;
  return {
    isRecorded: problemCount === 0,
    words: problemCount === 0 ? recordedWords(h, report) : refusedWords(h, problemCount),
    problems: causesOf(h, problems),
    more: problemCount > problems.length ? h.plural(problemCount - problems.length, 'more problem') : null,
  };
}

/** 'Rows 2, 6: the value means neither left nor stayed'. */
function causesOf(h: ViewHelpers, problems: OutcomeReport['problems']): string[] {
  const kinds = [...new Set(problems.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const rows = problems.filter((one) => one.kind === kind && one.row > 0).map(({ row }) => row);
    const where = rows.length === 0 ? '' : `${rows.length === 1 ? 'Row' : 'Rows'} ${h.rows(rows)}: `;
    return where + problemWords[kind];
  });
}

function refusedWords(h: ViewHelpers, problemCount: number): string {
  const what = `${h.plural(problemCount, 'problem')} with the outcomes of earlier scores`;
  return `${what}: none was recorded. The scores are not affected.`;
}

function recordedWords(
  h: ViewHelpers,
  { recorded, knownBefore, others, early, blank }: OutcomeReport,
): string {
  return [
    `Outcomes of earlier scores: ${h.count(recorded)} recorded.`,
    knownBefore > 0 ? `${h.count(knownBefore)} ${knownBefore === 1 ? 'was' : 'were'} known before.` : '',
    others > 0 ? `${h.plural(others, 'customer has', 'customers have')} no earlier score.` : '',
    early > 0
      ? `${h.plural(early, 'outcome is', 'outcomes are')} from before the earlier score and ${early === 1 ? 'was' : 'were'} not recorded.`
      : '',
    blank > 0 ? `${h.plural(blank, 'row says', 'rows say')} nothing.` : '',
  ]
    .filter(Boolean)
    .join(' ');
}
