/** Every change of the schema in order, imported statically so that it works from source and when built. */
import type { Knex } from 'knex';
import * as initial from './2026-11-20-initial.ts';
import * as datasetsAndModels from './2026-11-21-datasets-and-models.ts';
import * as largeLists from './2026-11-22-large-lists.ts';
import * as largeUploads from './2026-11-22-large-uploads.ts';
import * as blankRows from './2026-11-22-blank-rows.ts';
import * as typedInputs from './2026-11-22-typed-inputs.ts';
import * as leases from './2026-11-22-leases.ts';
import * as modelsOfPredictions from './2026-11-22-models-of-predictions.ts';
import * as exampleRules from './2026-11-23-example-rules.ts';
import * as scoreFiles from './2026-11-24-score-files.ts';
import * as earlierScores from './2026-11-24-earlier-scores.ts';
import * as damagedScores from './2026-11-24-damaged-scores.ts';
import * as singleScores from './2026-11-24-single-scores.ts';
import * as campaigns from './2026-11-25-campaigns.ts';
import * as actions from './2026-11-26-actions.ts';
import * as schemaNeeds from './2026-11-25-schema-needs.ts';
import * as storedFiles from './2026-11-25-stored-files.ts';
import * as batchBlocks from './2026-11-26-batch-blocks.ts';
import * as ruleTerms from './2026-11-28-rule-terms.ts';
import * as ruleVersions from './2026-11-28-rule-versions.ts';
import * as pastTests from './2026-11-30-past-tests.ts';
import * as campaignFindings from './2026-11-30-campaign-findings.ts';
import * as plans from './2026-11-29-plans.ts';
import * as campaignArms from './2026-11-29-campaign-arms.ts';
import * as warehouse from './2026-11-27-warehouse.ts';
import * as valueMargin from './2026-12-02-value-margin.ts';
import * as setLevels from './2026-12-03-set-levels.ts';
import * as segments from './2026-12-04-segments.ts';
import * as batchOutcomes from './2026-12-03-batch-outcomes.ts';
import * as batchCounts from './2026-12-05-batch-counts.ts';
import * as removedLevels from './2026-12-12-removed-levels.ts';
import * as watchedFiles from './2026-12-12-watched-files.ts';
import * as homeVisits from './2026-12-07-home-visits.ts';
import * as contactedControls from './2026-12-09-contacted-controls.ts';
import * as alerts from './2026-12-08-alerts.ts';
import * as savedViews from './2026-12-11-saved-views.ts';
import * as secondFactors from './2026-12-14-second-factors.ts';
import * as sessionOwners from './2026-12-14-session-owners.ts';
import * as api from './2026-12-13-api.ts';
import * as providerAccounts from './2026-12-14-provider-accounts.ts';
import * as auditChain from './2026-12-16-audit-chain.ts';
import * as unknownOutcomes from './2026-12-03-unknown-outcomes.ts';

interface Migration {
  readonly name: string;
  readonly up: (db: Knex) => Promise<void>;
  readonly down: (db: Knex) => Promise<void>;
}

const all: readonly Migration[] = [
  { name: '2026-11-20-initial', up: initial.up, down: initial.down },
  { name: '2026-11-21-datasets-and-models', up: datasetsAndModels.up, down: datasetsAndModels.down },
  { name: '2026-11-22-typed-inputs', up: typedInputs.up, down: typedInputs.down },
  { name: '2026-11-22-large-lists', up: largeLists.up, down: largeLists.down },
  { name: '2026-11-22-blank-rows', up: blankRows.up, down: blankRows.down },
  { name: '2026-11-22-large-uploads', up: largeUploads.up, down: largeUploads.down },
  { name: '2026-11-22-leases', up: leases.up, down: leases.down },
  {
    name: '2026-11-22-models-of-predictions',
    up: modelsOfPredictions.up,
    down: modelsOfPredictions.down,
  },
  { name: '2026-11-23-example-rules', up: exampleRules.up, down: exampleRules.down },
  { name: '2026-11-24-score-files', up: scoreFiles.up, down: scoreFiles.down },
  { name: '2026-11-24-earlier-scores', up: earlierScores.up, down: earlierScores.down },
  { name: '2026-11-24-damaged-scores', up: damagedScores.up, down: damagedScores.down },
  { name: '2026-11-24-single-scores', up: singleScores.up, down: singleScores.down },
  { name: '2026-11-25-campaigns', up: campaigns.up, down: campaigns.down },
  { name: '2026-11-25-schema-needs', up: schemaNeeds.up, down: schemaNeeds.down },
  { name: '2026-11-26-actions', up: actions.up, down: actions.down },
  { name: '2026-11-25-stored-files', up: storedFiles.up, down: storedFiles.down },
  { name: '2026-11-26-batch-blocks', up: batchBlocks.up, down: batchBlocks.down },
  { name: '2026-11-28-rule-terms', up: ruleTerms.up, down: ruleTerms.down },
  { name: '2026-11-28-rule-versions', up: ruleVersions.up, down: ruleVersions.down },
  { name: '2026-11-30-campaign-findings', up: campaignFindings.up, down: campaignFindings.down },
  { name: '2026-11-29-plans', up: plans.up, down: plans.down },
  { name: '2026-11-30-past-tests', up: pastTests.up, down: pastTests.down },
  { name: '2026-11-29-campaign-arms', up: campaignArms.up, down: campaignArms.down },
  { name: '2026-11-27-warehouse', up: warehouse.up, down: warehouse.down },
  { name: '2026-12-02-value-margin', up: valueMargin.up, down: valueMargin.down },
  { name: '2026-12-03-set-levels', up: setLevels.up, down: setLevels.down },
  { name: '2026-12-04-segments', up: segments.up, down: segments.down },
  { name: '2026-12-03-batch-outcomes', up: batchOutcomes.up, down: batchOutcomes.down },
  { name: '2026-12-05-batch-counts', up: batchCounts.up, down: batchCounts.down },
  { name: '2026-12-12-removed-levels', up: removedLevels.up, down: removedLevels.down },
  { name: '2026-12-12-watched-files', up: watchedFiles.up, down: watchedFiles.down },
  { name: '2026-12-07-home-visits', up: homeVisits.up, down: homeVisits.down },
  {
    name: '2026-12-09-contacted-controls',
    up: contactedControls.up,
    down: contactedControls.down,
  },
  { name: '2026-12-03-unknown-outcomes', up: unknownOutcomes.up, down: unknownOutcomes.down },
  { name: '2026-12-08-alerts', up: alerts.up, down: alerts.down },
  { name: '2026-12-11-saved-views', up: savedViews.up, down: savedViews.down },
  { name: '2026-12-14-second-factors', up: secondFactors.up, down: secondFactors.down },
  { name: '2026-12-14-session-owners', up: sessionOwners.up, down: sessionOwners.down },
  { name: '2026-12-13-api', up: api.up, down: api.down },
  {
    name: '2026-12-14-provider-accounts',
    up: providerAccounts.up,
    down: providerAccounts.down,
  },
  { name: '2026-12-16-audit-chain', up: auditChain.up, down: auditChain.down },
];

/**
 * A program that knows this migration can work on the database as all of them leave it, beside this one. Who adds a
 * migration that the version before cannot work with, such as one that removes a column, names that migration here.
 */
export const neededMigration = '2026-11-25-schema-needs';

export const migrationNames: readonly string[] = all.map(({ name }) => name);

export const migrations: Knex.MigrationSource<Migration> = {
  getMigrations: () => Promise.resolve([...all]),
  getMigrationName: (migration) => migration.name,
  getMigration: (migration) => Promise.resolve({ up: migration.up, down: migration.down }),
};
