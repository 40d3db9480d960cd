/** The list of all templates; Holdfast does not start without one of them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';

/** Every file in `views/`, without its ending. */
export const views: readonly string[] = [
  'account/show',
  'admin/audit',
  'admin/jobs',
  'admin/user',
  'admin/users',
  'analytics/show',
  'auth/password',
  'auth/send-again',
  'auth/sign-in',
  'datasets/column-row',
  'datasets/column-select',
  'datasets/columns',
  'datasets/correlations',
  'datasets/customers',
  'datasets/customers-comparison',
  'datasets/figures',
  'datasets/label',
  'datasets/label-comparison',
  'datasets/list',
  'datasets/removal',
  'datasets/show',
  'datasets/summary',
  'error',
  'glossary/show',
  'home/show',
  'layouts/page',
  'models/activation',
  'models/card-columns',
  'models/card-curves',
  'models/card-figures',
  'models/card-groups',
  'models/card-threshold',
  'models/card-trials',
  'models/compare',
  'models/export',
  'models/list',
  'models/show',
  'models/test',
  'models/test-removal',
  'models/tests',
  'partials/account-links',
  'partials/bar-chart',
  'partials/batch-table',
  'partials/csrf',
  'partials/dataset-step',
  'partials/dataset-steps',
  'partials/error-summary',
  'partials/field',
  'partials/first-line',
  'partials/histogram',
  'partials/issue-table',
  'partials/issues',
  'partials/level-chart',
  'partials/line-chart',
  'partials/meter',
  'partials/navigation-links',
  'partials/not-loaded',
  'partials/options',
  'partials/pagination',
  'partials/population',
  'partials/prediction-rows',
  'partials/risk-tag',
  'partials/score-at-once',
  'partials/select',
  'partials/site-header',
  'partials/sort-head',
  'partials/excluded-columns',
  'partials/training-run-table',
  'partials/unreadable-scores',
  'partials/unusable-models',
  'partials/batch-damage',
  'partials/batch-steps',
  'partials/term',
  'predict/show',
  'campaigns/closing',
  'campaigns/edit',
  'campaigns/list',
  'campaigns/plan',
  'campaigns/removal',
  'campaigns/results',
  'campaigns/show',
  'outcomes/show',
  'customers/comparison',
  'customers/list',
  'customers/show',
  'rules/edit',
  'rules/list',
  'rules/removal',
  'rules/test',
  'settings/organisation',
  'settings/risk-counts',
  'settings/risk-levels',
  'settings/sample',
  'settings/show',
  'setup/explain',
  'setup/show',
  'trainings/list',
  'trainings/new',
  'trainings/show',
  'batches/check',
  'batches/mapping',
  'batches/new',
  'batches/progress',
  'batches/reading',
  'batches/reading-facts',
  'batches/removal',
  'batches/corrections',
  'batches/corrections-values',
  'batches/corrections-rows',
  'batches/results',
];

/**
 * Compiles every template, so that a missing or broken one is found at start and not when its page is opened.
 * @throws Error naming the template
 */
export function checkViews(folder: string): void {
  for (const view of views) {
    const file = join(folder, `${view}.ejs`);
    if (!existsSync(file))
      throw new Error(
        `the template ${file} is missing. Install Holdfast again, or restore the folder views/.`,
      );
    try {
      ejs.compile(readFileSync(file, 'utf8'), { filename: file, root: folder });
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
      throw new Error(`the template ${file} cannot be compiled: ${reason}`, { cause: error });
    }
  }
}
