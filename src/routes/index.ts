/** Every URL: method, path, permission, handler. */
import express, { Router } from 'express';
import type { Request, RequestHandler } from 'express';
import type { Context } from '../context.ts';
import { AppError } from '../errors.ts';
import { createPassport, identify } from '../http/authenticate.ts';
import { allow } from '../http/authorize.ts';
import type { Access } from '../http/authorize.ts';
import { csrf, refuseForeign } from '../http/csrf.ts';
import { sessions } from '../http/session.ts';
import { ProviderStrategy } from '../http/single-sign-on.ts';
import { createAccountHandlers } from './account.ts';
import { createApiKeyHandlers } from './api-keys.ts';
import { createApiReferenceHandlers } from './api-reference.ts';
import { createAlertSettingsHandlers } from './alert-settings.ts';
import { createAlertHandlers } from './alerts.ts';
import { createAnalyticsHandlers } from './analytics.ts';
import { createMovementHandlers } from './movement.ts';
import { createPairHandlers } from './pairs.ts';
import { createRiskHistoryHandlers } from './risk-history.ts';
import { createAuditHandlers } from './audit.ts';
import { createConnectionHandlers } from './connections.ts';
import { createDatasetColumnHandlers } from './dataset-columns.ts';
import { createDatasetCustomersHandlers } from './dataset-customers.ts';
import { createDatasetLabelHandlers } from './dataset-label.ts';
import { createDatasetExplorationHandlers } from './dataset-exploration.ts';
import { createDatasetLeavingHandlers } from './dataset-leaving.ts';
import { createDatasetPurchasesHandlers } from './dataset-purchases.ts';
import { createDatasetRemovalHandlers } from './dataset-removal.ts';
import { createDatasetHandlers } from './datasets.ts';
import { createGlossaryHandlers } from './glossary.ts';
import { createGroupingHandlers } from './groupings.ts';
import { createHealthHandlers } from './health.ts';
import type { Metrics } from './metrics.ts';
import { createHomeHandlers } from './home.ts';
import type { KeptFigures } from './kept-figures.ts';
import { createJobHandlers } from './jobs.ts';
import { createMissingCustomerHandlers } from './missing-customers.ts';
import { createModelActivationHandlers } from './model-activation.ts';
import { createLeverHandlers } from './levers.ts';
import { createModelCardHandlers } from './model-card.ts';
import { createModelExportHandlers } from './model-export.ts';
import { createModelMonitoringHandlers } from './model-monitoring.ts';
import { createModelImportHandlers } from './model-import.ts';
import { createModelHandlers } from './models.ts';
import { createOldAddresses } from './old-addresses.ts';
import { createPredictHandlers } from './predict.ts';
import { createCustomerDataHandlers } from './customer-data.ts';
import { createCustomerHandlers } from './customers.ts';
import { createPromotionTestHandlers } from './promotion-tests.ts';
import { createQueryHandlers } from './queries.ts';
import { createRuleTestHandlers } from './rule-test.ts';
import { createRuleTrialHandlers } from './rule-trials.ts';
import { createRuleVersionHandlers } from './rule-versions.ts';
import { createRecordedOutcomeHandlers } from './recorded-outcomes.ts';
import { createRuleHandlers } from './rules.ts';
import { createSavedViewHandlers } from './saved-views.ts';
import { createScoreWriteHandlers } from './score-writes.ts';
import { createScheduleHandlers } from './schedules.ts';
import { createSessionHandlers } from './sessions.ts';
import { createSetLevelHandlers } from './set-levels.ts';
import { createSecondFactorHandlers } from './second-factor.ts';
import { createSegmentHandlers } from './segments.ts';
import { createSettingsHandlers } from './settings.ts';
import { createSetupHandlers } from './setup.ts';
import { createSignInHandlers } from './sign-in.ts';
import { createTrainingHandlers } from './trainings.ts';
import { createUserHandlers } from './users.ts';
import { createBatchCorrectionHandlers } from './batch-corrections.ts';
import { createBatchHandlers } from './batches.ts';
import { createBatchFileHandlers } from './batch-files.ts';
import { createBatchMappingHandlers } from './batch-mapping.ts';
import { createBatchReadingHandlers } from './batch-reading.ts';
import { createBatchProgressHandlers } from './batch-progress.ts';
import { createActionUseHandlers } from './action-use.ts';
import { createActionHandlers } from './actions.ts';
import { createCampaignHandlers } from './campaigns.ts';
import { createContactedControlHandlers } from './contacted-controls.ts';
import { createDriverHandlers } from './drivers.ts';
import { createEvidenceHandlers } from './evidence.ts';
import { createPlanHandlers } from './plans.ts';
import { createOutcomeHandlers } from './outcomes.ts';
import { createPastTestHandlers } from './past-tests.ts';
import { createBatchRemovalHandlers } from './batch-removal.ts';
import { createBatchMonitoringHandlers } from './batch-monitoring.ts';
import { createBatchResultHandlers } from './batch-results.ts';

export function createRoutes(context: Context, figures: KeptFigures, metrics: Metrics | null = null): Router {
  const router = Router({ caseSensitive: true });
  const map = createMap(router);

  const health = createHealthHandlers(context);
  map.get('/health/live', 'everyone', health.live);
  map.get('/health/ready', 'everyone', health.ready);
  if (metrics) map.get('/metrics', 'everyone', metrics.show);

  router.use(createOldAddresses());
  const passport = createPassport(context);
  passport.use('single-sign-on', new ProviderStrategy(context));
  router.use(
    // Behind the health checks, which need no user.
    sessions(context),
    ...identify(passport),
    refuseForeign(context.config.publicUrl),
    express.urlencoded({ extended: false, limit: '100kb', parameterLimit: 2_500 }),
    refuseOtherBodies,
    refuseNul,
  );

  const setup = createSetupHandlers(context);
  map.get('/setup', 'everyone', setup.explain);
  map.get('/setup/:token', 'everyone', setup.show);
  map.post('/setup/:token', 'everyone', setup.create);

  const signIn = createSignInHandlers(context, passport);
  map.get('/sign-in', 'everyone', signIn.show);
  map.post('/sign-in', 'everyone', signIn.create);
  map.get('/sign-in/single-sign-on', 'everyone', signIn.beginSingleSignOn);
  map.get('/sign-in/single-sign-on/callback', 'everyone', signIn.finishSingleSignOn);
  map.get('/sign-in/single-sign-on/sign-out', 'everyone', signIn.signOutAtProvider);
  map.post('/sign-in/code', 'everyone', signIn.checkCode);
  map.post('/sign-out', 'everyone', signIn.remove);
  map.get('/password/:token', 'everyone', signIn.showPassword);
  map.post('/password/:token', 'everyone', signIn.choosePassword);

  const home = createHomeHandlers(context, figures);
  map.get('/', 'dashboard:view', home.show);

  const alerts = createAlertHandlers(context);
  map.get('/alerts', 'dashboard:view', alerts.list);
  map.post('/alerts/:id/usefulness', 'campaign:edit', alerts.answer);

  map.get('/glossary', 'signed-in', createGlossaryHandlers().show);

  const account = createAccountHandlers(context);
  map.get('/account', 'signed-in', account.show);
  map.post('/account', 'signed-in', account.save);
  map.post('/account/password', 'signed-in', account.changePassword);
  const sessionList = createSessionHandlers(context);
  map.post('/account/sessions/removal', 'signed-in', sessionList.endOwn);
  map.post('/account/sign-out', 'signed-in', sessionList.endAllOwn);
  const factor = createSecondFactorHandlers(context);
  map.get('/account/second-factor', 'signed-in', factor.show);
  map.post('/account/second-factor', 'signed-in', factor.turnOn);
  map.post('/account/second-factor/recovery-codes', 'signed-in', factor.renewCodes);
  map.post('/account/second-factor/removal', 'signed-in', factor.turnOff);

  const batches = createBatchHandlers(context);
  map.get('/score', 'batch:create', batches.showNew);
  map.get('/batches', 'batch:create', (_req, res) => {
    res.redirect('/score');
  });
  map.upload('/batches', 'batch:create', batches.receive);
  const files = createBatchFileHandlers(context);
  map.get('/batches/template.csv', 'batch:create', files.template);
  map.get('/batches/sample.csv', 'batch:create', files.sample);
  map.get('/batches/:id', 'prediction:view', batches.show);
  const mapping = createBatchMappingHandlers(context);
  map.get('/batches/:id/mapping', 'batch:create', mapping.show);
  map.post('/batches/:id/mapping', 'batch:create', mapping.save);
  const reading = createBatchReadingHandlers(context);
  map.get('/batches/:id/reading', 'batch:create', reading.show);
  map.post('/batches/:id/reading', 'batch:create', reading.save);
  const progress = createBatchProgressHandlers(context);
  map.get('/batches/:id/check', 'batch:create', progress.showCheck);
  map.post('/batches/:id/scoring', 'batch:create', progress.score);
  map.post('/batches/:id/rescoring', 'batch:create', progress.scoreAgain);
  map.get('/batches/:id/progress', 'prediction:view', progress.showProgress);
  map.post('/batches/:id/cancellation', 'batch:create', progress.cancel);
  map.get('/batches/:id/results', 'prediction:view', createBatchResultHandlers(context).show);
  map.get('/batches/:id/monitoring', 'prediction:view', createBatchMonitoringHandlers(context).show);
  map.get('/batches/:id/files/:name', 'export:download', files.result);
  const missing = createMissingCustomerHandlers(context);
  map.get('/batches/:id/missing', 'prediction:view', missing.show);
  map.get('/batches/:id/missing.csv', 'export:download', missing.download);
  map.post('/batches/:id/missing', 'campaign:edit', missing.answer);
  const batchRemoval = createBatchRemovalHandlers(context);
  map.get('/batches/:id/removal', 'batch:create', batchRemoval.show);
  map.post('/batches/:id/removal', 'batch:create', batchRemoval.remove);

  const scoreWrites = createScoreWriteHandlers(context);
  map.get('/batches/:id/table', 'export:download', scoreWrites.show);
  map.post('/batches/:id/table', 'export:download', scoreWrites.create);

  const queries = createQueryHandlers(context);
  map.get('/queries', 'batch:create', queries.list);
  map.post('/queries', 'batch:create', queries.create);
  map.get('/queries/new', 'batch:create', queries.showNew);
  map.get('/queries/:id', 'batch:create', queries.show);
  map.post('/queries/:id', 'batch:create', queries.save);
  map.post('/queries/:id/run', 'batch:create', queries.run);
  map.post('/queries/:id/cancellation', 'batch:create', queries.cancel);
  map.get('/queries/:id/removal', 'batch:create', queries.confirmRemoval);
  map.post('/queries/:id/removal', 'batch:create', queries.remove);

  const corrections = createBatchCorrectionHandlers(context);
  map.get('/batches/:id/corrections', 'batch:create', corrections.show);
  map.post('/batches/:id/corrections', 'batch:create', corrections.create);
  map.post('/batches/:id/value-mapping', 'batch:create', corrections.mapValues);

  const predict = createPredictHandlers(context);
  map.get('/predict', 'prediction:create', predict.show);
  map.post('/predict', 'prediction:create', predict.create);

  const customers = createCustomerHandlers(context);
  map.get('/customers', 'prediction:view', customers.list);
  map.get('/customers.csv', 'export:download', customers.download);
  map.get('/customers/:id', 'prediction:view', customers.show);
  const customerData = createCustomerDataHandlers(context);
  map.get('/customer-data', 'export:download', customerData.showNew);
  map.post('/customer-data', 'export:download', customerData.download);
  const setLevels = createSetLevelHandlers(context);
  map.get('/customers/:id/level', 'campaign:edit', setLevels.showForm);
  map.post('/customers/:id/level', 'campaign:edit', setLevels.set);
  map.get('/set-levels', 'prediction:view', setLevels.list);
  map.post('/set-levels/:id/removal', 'campaign:edit', setLevels.remove);

  const campaigns = createCampaignHandlers(context);
  map.get('/campaigns', 'campaign:view', campaigns.list);
  map.post('/campaigns', 'campaign:edit', campaigns.create);
  map.get('/campaigns/new', 'campaign:edit', campaigns.showNew);
  const evidence = createEvidenceHandlers(context);
  map.get('/campaigns/evidence', 'campaign:view', evidence.show);
  map.get('/campaigns/savings', 'campaign:view', evidence.savings);
  map.post('/campaigns/:id/harm/end', 'campaign:edit', evidence.contactAgain);
  map.get('/campaigns/:id', 'campaign:view', campaigns.show);
  map.post('/campaigns/:id', 'campaign:edit', campaigns.save);
  map.get('/campaigns/:id/terms', 'campaign:edit', campaigns.showEdit);
  map.post('/campaigns/:id/launch', 'campaign:edit', campaigns.launch);
  map.get('/campaigns/:id/removal', 'campaign:edit', campaigns.confirmRemoval);
  map.post('/campaigns/:id/removal', 'campaign:edit', campaigns.remove);
  map.get('/campaigns/:id/closing', 'campaign:edit', campaigns.confirmClosing);
  map.post('/campaigns/:id/closing', 'campaign:edit', campaigns.close);
  const contacted = createContactedControlHandlers(context);
  map.get('/campaigns/:id/contacted', 'campaign:view', contacted.show);
  map.post('/campaigns/:id/contacted', 'campaign:edit', contacted.create);
  map.post('/campaigns/:id/contacted/removal', 'campaign:edit', contacted.takeBack);
  map.post('/campaigns/:id/retraining', 'model:train', campaigns.retrain);
  map.get('/campaigns/:id/treatment.csv', 'export:download', campaigns.treatment);
  map.get('/campaigns/:id/unknown.csv', 'export:download', campaigns.unknown);

  const plans = createPlanHandlers(context);
  map.get('/plans', 'campaign:view', plans.list);
  map.post('/plans', 'campaign:edit', plans.create);
  map.get('/plans/new', 'campaign:edit', plans.showNew);
  map.get('/plans/:id', 'campaign:view', plans.show);
  map.get('/plans/:id/plan.csv', 'export:download', plans.download);
  map.post('/plans/:id/campaign', 'campaign:edit', plans.createCampaign);
  map.get('/plans/:id/removal', 'campaign:edit', plans.confirmRemoval);
  map.post('/plans/:id/removal', 'campaign:edit', plans.remove);

  const pastTests = createPastTestHandlers(context);
  map.get('/past-tests', 'campaign:view', pastTests.list);
  map.upload('/past-tests', 'dataset:edit', pastTests.receive);
  map.post('/past-tests/of-dataset', 'campaign:edit', pastTests.createOfDataset);
  map.get('/past-tests/:id', 'campaign:view', pastTests.show);
  map.get('/past-tests/:id/columns', 'campaign:edit', pastTests.showColumns);
  map.post('/past-tests/:id/columns', 'campaign:edit', pastTests.saveColumns);
  map.get('/past-tests/:id/removal', 'campaign:edit', pastTests.confirmRemoval);
  map.post('/past-tests/:id/removal', 'campaign:edit', pastTests.remove);

  const actions = createActionHandlers(context);
  map.get('/actions', 'campaign:view', actions.list);
  map.post('/actions', 'campaign:edit', actions.create);
  map.post('/actions/assignment', 'campaign:edit', actions.assign);
  map.get('/actions/:id', 'campaign:view', actions.show);
  map.post('/actions/:id', 'campaign:edit', actions.save);
  map.post('/campaigns/:id/actions', 'campaign:edit', actions.createForCampaign);

  const outcomes = createOutcomeHandlers(context);
  map.get('/outcomes', 'campaign:edit', outcomes.show);
  map.upload('/outcomes', 'campaign:edit', outcomes.receive);
  map.get('/outcomes/template.csv', 'campaign:edit', outcomes.template);
  map.post('/outcomes/correction', 'campaign:edit', outcomes.correct);
  const recorded = createRecordedOutcomeHandlers(context);
  map.get('/outcomes/recorded', 'campaign:edit', recorded.list);
  map.post('/outcomes/recorded', 'campaign:edit', recorded.correct);

  const segments = createSegmentHandlers(context, figures.segments);
  map.get('/segments', 'dashboard:view', segments.list);
  map.post('/segments', 'campaign:edit', segments.create);
  map.get('/segments/new', 'campaign:edit', segments.showNew);
  map.get('/segments/:id', 'dashboard:view', segments.show);
  map.post('/segments/:id', 'campaign:edit', segments.rename);
  map.get('/segments/:id/removal', 'campaign:edit', segments.confirmRemoval);
  map.post('/segments/:id/removal', 'campaign:edit', segments.remove);

  const groupings = createGroupingHandlers(context);
  map.get('/groupings/new', 'campaign:edit', groupings.showNew);
  map.post('/groupings', 'campaign:edit', groupings.create);
  map.get('/groupings/:id', 'dashboard:view', groupings.show);
  map.post('/groupings/:id/segments', 'campaign:edit', groupings.divide);
  map.get('/groupings/:id/removal', 'campaign:edit', groupings.confirmRemoval);
  map.post('/groupings/:id/removal', 'campaign:edit', groupings.remove);

  const savedViews = createSavedViewHandlers(context);
  map.get('/saved-views', 'dashboard:view', savedViews.list);
  map.get('/saved-views/new', 'dashboard:view', savedViews.showNew);
  map.post('/saved-views', 'dashboard:view', savedViews.create);
  map.get('/saved-views/:id', 'dashboard:view', savedViews.show);
  map.post('/saved-views/:id', 'dashboard:view', savedViews.save);
  map.get('/saved-views/:id/removal', 'dashboard:view', savedViews.confirmRemoval);
  map.post('/saved-views/:id/removal', 'dashboard:view', savedViews.remove);

  const analytics = createAnalyticsHandlers(context, figures.byColumn);
  map.get('/analytics', 'dashboard:view', analytics.show);
  map.get('/analytics/report', 'dashboard:view', analytics.report);
  map.get('/analytics.csv', 'export:download', analytics.download);
  const pairs = createPairHandlers(context, figures.byColumn);
  map.get('/analytics/pairs', 'dashboard:view', pairs.show);
  map.get('/analytics/pairs.csv', 'export:download', pairs.download);
  const drivers = createDriverHandlers(context, figures.byColumn);
  map.get('/analytics/drivers', 'dashboard:view', drivers.show);
  map.get('/analytics/drivers.csv', 'export:download', drivers.download);
  const actionUse = createActionUseHandlers(context);
  map.get('/analytics/actions', 'dashboard:view', actionUse.show);
  map.get('/analytics/actions.csv', 'export:download', actionUse.download);
  const history = createRiskHistoryHandlers(context);
  map.get('/analytics/history', 'dashboard:view', history.show);
  map.get('/analytics/history.csv', 'export:download', history.download);
  const movement = createMovementHandlers(context, figures.movement);
  map.get('/analytics/movement', 'dashboard:view', movement.show);
  map.get('/analytics/movement.csv', 'export:download', movement.download);

  const datasets = createDatasetHandlers(context);
  map.get('/datasets', 'dataset:edit', datasets.list);
  map.upload('/datasets', 'dataset:edit', datasets.receive);
  map.get('/datasets/:id', 'dataset:edit', datasets.show);
  map.get('/datasets/:id/version', 'dataset:edit', datasets.showVersion);
  map.get('/datasets/:id/template.csv', 'dataset:edit', datasets.template);
  map.post('/datasets/:id/first-line', 'dataset:edit', datasets.answerFirstLine);
  const datasetRemoval = createDatasetRemovalHandlers(context);
  map.get('/datasets/:id/removal', 'dataset:edit', datasetRemoval.show);
  map.post('/datasets/:id/removal', 'dataset:edit', datasetRemoval.remove);

  const columns = createDatasetColumnHandlers(context);
  map.get('/datasets/:id/columns', 'dataset:edit', columns.show);
  map.post('/datasets/:id/columns', 'dataset:edit', columns.save);

  const label = createDatasetLabelHandlers(context);
  map.get('/datasets/:id/label', 'dataset:edit', label.show);
  map.post('/datasets/:id/label', 'dataset:edit', label.save);
  map.post('/datasets/:id/label/comparison', 'dataset:edit', label.compare);

  const fromTransactions = createDatasetCustomersHandlers(context);
  map.get('/datasets/:id/customers', 'dataset:edit', fromTransactions.show);
  map.post('/datasets/:id/customers', 'dataset:edit', fromTransactions.build);
  map.post('/datasets/:id/customers/comparison', 'dataset:edit', fromTransactions.compare);
  const exploration = createDatasetExplorationHandlers(context);
  map.get('/datasets/:id/exploration', 'dataset:edit', exploration.show);
  map.post('/datasets/:id/exploration', 'dataset:edit', exploration.study);
  map.get('/datasets/:id/exploration.csv', 'export:download', exploration.download);
  const leaving = createDatasetLeavingHandlers(context);
  map.get('/datasets/:id/leaving', 'dataset:edit', leaving.show);
  map.post('/datasets/:id/leaving', 'dataset:edit', leaving.study);
  map.get('/datasets/:id/leaving.csv', 'export:download', leaving.download);
  map.get('/datasets/:id/leaving-curves.csv', 'export:download', leaving.downloadCurves);
  const purchases = createDatasetPurchasesHandlers(context);
  map.get('/datasets/:id/purchases', 'dataset:edit', purchases.show);
  map.post('/datasets/:id/purchases', 'dataset:edit', purchases.study);
  map.get('/datasets/:id/purchases.csv', 'export:download', purchases.download);
  map.get('/datasets/:id/current.csv', 'export:download', fromTransactions.downloadCurrent);

  const trainings = createTrainingHandlers(context);
  map.get('/datasets/:id/training', 'model:train', trainings.showNew);
  map.post('/datasets/:id/training', 'model:train', trainings.create);
  map.get('/trainings', 'model:train', trainings.list);
  map.get('/trainings/:id', 'model:train', trainings.show);
  map.post('/trainings/:id/cancellation', 'model:train', trainings.cancel);
  map.post('/trainings/:id/resumption', 'model:train', trainings.restart);

  const tests = createPromotionTestHandlers(context);
  map.get('/models/tests', 'model:view', tests.list);
  map.post('/models/tests', 'model:train', tests.create);
  map.get('/models/tests/new', 'model:train', tests.showNew);
  map.get('/models/tests/:id', 'model:train', tests.showEdit);
  map.post('/models/tests/:id', 'model:train', tests.save);
  map.get('/models/tests/:id/removal', 'model:train', tests.confirmRemoval);
  map.post('/models/tests/:id/removal', 'model:train', tests.remove);

  const activation = createModelActivationHandlers(context);
  map.get('/models/rollback', 'model:activate', activation.confirmRollback);
  map.post('/models/rollback', 'model:activate', activation.rollBack);
  map.get('/models/:id/activation', 'model:activate', activation.show);
  map.post('/models/:id/activation', 'model:activate', activation.create);

  const models = createModelHandlers(context);
  map.get('/models', 'model:view', models.list);
  map.upload('/models', 'model:activate', models.receive);
  map.get('/models/compare', 'model:view', models.compare);
  const modelImport = createModelImportHandlers(context);
  map.get('/models/import', 'model:activate', modelImport.show);
  map.upload('/models/import', 'model:activate', modelImport.receive);
  map.get('/models/:id/file', 'export:download', models.download);
  const modelExport = createModelExportHandlers(context);
  map.get('/models/:id/export', 'export:download', modelExport.show);
  map.get('/models/:id/sql', 'export:download', modelExport.downloadSql);
  map.get('/models/:id/onnx', 'export:download', modelExport.downloadOnnx);
  map.post('/models/:id/archiving', 'model:activate', models.archive);
  map.post('/models/:id/candidacy', 'model:activate', models.makeCandidate);
  map.post('/models/:id/challenge', 'model:activate', models.makeChallenger);

  const card = createModelCardHandlers(context);
  map.get('/models/:id/monitoring', 'model:view', createModelMonitoringHandlers(context).show);
  map.get('/models/:id', 'model:view', card.show);
  map.post('/models/:id/threshold', 'settings:edit', card.keepThreshold);

  const levers = createLeverHandlers(context);
  map.get('/settings/levers', 'rule:edit', levers.list);
  map.get('/settings/levers/new', 'rule:edit', levers.showNew);
  map.post('/settings/levers', 'rule:edit', levers.create);
  map.get('/settings/levers/:id', 'rule:edit', levers.showEdit);
  map.post('/settings/levers/:id', 'rule:edit', levers.save);
  map.get('/settings/levers/:id/removal', 'rule:edit', levers.confirmRemoval);
  map.post('/settings/levers/:id/removal', 'rule:edit', levers.remove);

  const rules = createRuleHandlers(context);
  map.get('/settings/rules', 'rule:edit', rules.list);
  map.get('/settings/rules/test', 'rule:edit', createRuleTestHandlers(context).show);
  const versions = createRuleVersionHandlers(context);
  map.get('/settings/rules/versions', 'rule:edit', versions.list);
  map.get('/settings/rules/versions/:id', 'rule:edit', versions.show);
  map.post('/settings/rules/versions/:id/restore', 'rule:edit', versions.restore);
  const trials = createRuleTrialHandlers(context);
  map.post('/settings/rules/trial', 'rule:edit', trials.show);
  map.post('/settings/rules/form', 'rule:edit', trials.showForm);
  map.get('/settings/rules/new', 'rule:edit', rules.showNew);
  map.get('/settings/rules/proposals', 'rule:edit', rules.showProposals);
  map.post('/settings/rules', 'rule:edit', rules.create);
  map.get('/settings/rules/:id', 'rule:edit', rules.showEdit);
  map.post('/settings/rules/:id', 'rule:edit', rules.save);
  map.get('/settings/rules/:id/removal', 'rule:edit', rules.confirmRemoval);
  map.post('/settings/rules/:id/removal', 'rule:edit', rules.remove);

  const settings = createSettingsHandlers(context);
  map.get('/settings', 'rule:edit', settings.show);
  map.get('/settings/risk-levels', 'settings:edit', settings.showRiskLevels);
  map.post('/settings/risk-levels', 'settings:edit', settings.saveRiskLevels);
  map.get('/settings/organisation', 'settings:edit', settings.showOrganisation);
  map.post('/settings/organisation', 'settings:edit', settings.saveOrganisation);
  map.get('/settings/sample', 'settings:edit', settings.showSample);
  map.post('/settings/sample/removal', 'settings:edit', settings.removeSample);

  const alertSettings = createAlertSettingsHandlers(context);
  map.get('/settings/alerts', 'settings:edit', alertSettings.show);
  map.post('/settings/alerts', 'settings:edit', alertSettings.save);
  map.post('/settings/alerts/receivers', 'settings:edit', alertSettings.addReceiver);
  map.post('/settings/alerts/receivers/:id/test', 'settings:edit', alertSettings.sendTest);
  map.post('/settings/alerts/receivers/:id/removal', 'settings:edit', alertSettings.removeReceiver);

  const apiKeys = createApiKeyHandlers(context);
  map.get('/settings/api-keys', 'settings:edit', apiKeys.list);
  map.post('/settings/api-keys', 'settings:edit', apiKeys.create);
  map.post('/settings/api-keys/:id/revocation', 'settings:edit', apiKeys.revoke);
  map.get('/api-reference', 'signed-in', createApiReferenceHandlers().show);

  const schedules = createScheduleHandlers(context);
  map.get('/settings/schedules', 'settings:edit', schedules.show);
  map.post('/settings/schedules/retraining', 'settings:edit', schedules.save('retraining'));
  map.post('/settings/schedules/rescoring', 'settings:edit', schedules.save('rescoring'));
  map.post('/settings/schedules/drift-check', 'settings:edit', schedules.save('driftCheck'));

  const connections = createConnectionHandlers(context);
  map.get('/settings/connections', 'settings:edit', connections.list);
  map.post('/settings/connections', 'settings:edit', connections.create);
  map.get('/settings/connections/new', 'settings:edit', connections.showNew);
  map.get('/settings/connections/:id', 'settings:edit', connections.showEdit);
  map.post('/settings/connections/:id', 'settings:edit', connections.save);
  map.post('/settings/connections/:id/test', 'settings:edit', connections.test);
  map.get('/settings/connections/:id/removal', 'settings:edit', connections.confirmRemoval);
  map.post('/settings/connections/:id/removal', 'settings:edit', connections.remove);

  const users = createUserHandlers(context);
  map.get('/admin/users', 'user:manage', users.list);
  map.post('/admin/users', 'user:manage', users.invite);
  map.post('/admin/users/second-factor', 'user:manage', users.requireSecondFactor);
  map.get('/admin/users/:id', 'user:manage', users.show);
  map.post('/admin/users/:id/role', 'user:manage', users.changeRole);
  map.post('/admin/users/:id/password-reset', 'user:manage', users.resetPassword);
  map.post('/admin/users/:id/sessions/removal', 'user:manage', sessionList.end);
  map.post('/admin/users/:id/sign-out', 'user:manage', sessionList.endAll);
  map.post('/admin/users/:id/second-factor-reset', 'user:manage', users.resetSecondFactor);
  map.post('/admin/users/:id/disabling', 'user:manage', users.disable);
  map.post('/admin/users/:id/enabling', 'user:manage', users.enable);

  const audit = createAuditHandlers(context);
  map.get('/admin/audit', 'audit:view', audit.list);
  map.get('/admin/audit.csv', 'audit:view', audit.download);

  const jobs = createJobHandlers(context);
  map.get('/admin/jobs', 'job:view', jobs.list);
  map.post('/admin/jobs/:id/cancellation', 'job:view', jobs.cancel);

  map.refuseOtherMethods();
  return router;
}

export type Handler = RequestHandler;

/** Declares routes as `access → csrf → handlers` and remembers the methods of each path. */
function createMap(router: Router) {
  const methods = new Map<string, string[]>();
  const note = (path: string, ...names: string[]): void => {
    methods.set(path, [...(methods.get(path) ?? []), ...names]);
  };
  return {
    get: (path: string, access: Access, ...handlers: Handler[]) => {
      note(path, 'GET', 'HEAD');
      router.get(path, allow(access), ...handlers);
    },
    post: (path: string, access: Access, ...handlers: Handler[]) => {
      note(path, 'POST');
      router.post(path, allow(access), csrf, ...handlers);
    },
    /** The token of an upload is in its body: the form is read first, and stores nothing without it. */
    upload: (path: string, access: Access, [receive, ...handlers]: readonly Handler[]) => {
      if (!receive) throw new Error(`${path} receives nothing.`);
      note(path, 'POST');
      router.post(path, allow(access), receive, csrf, ...handlers);
    },
    refuseOtherMethods: () => {
      for (const [path, names] of methods) {
        router.all(path, (_req, res) => {
          res.set('Allow', names.join(', '));
          throw new AppError(
            405,
            'method-not-allowed',
            `This address accepts only ${names.join(', ')} requests.`,
          );
        });
      }
    },
  };
}

/** Forms are URL-encoded, files multipart on routes of their own; no other request has a body. */
const refuseOtherBodies: RequestHandler = (req: Request, _res, next) => {
  const type = req.get('content-type');
  const length = req.get('content-length') ?? '0';
  const hasBody = length !== '0' || req.get('transfer-encoding') !== undefined;
  if (
    hasBody &&
    type !== undefined &&
    !req.is(['application/x-www-form-urlencoded', 'multipart/form-data'])
  ) {
    throw new AppError(415, 'unsupported', 'This address accepts only forms. Send the data as a form.');
  }
  next();
};

/** NUL cannot be typed, and databases and files treat it differently. */
const refuseNul: RequestHandler = (req: Request, _res, next) => {
  const entries = Object.entries((req.body ?? {}) as Record<string, unknown>);
  if (entries.some(([name, value]) => `${name}${String(value)}`.includes('\0')))
    throw new AppError(400, 'nul', 'The form contains a NUL character. Remove it and send the form again.');
  next();
};
