// Enforces the direction of imports described in docs/architecture.md.
const layer = (name) => `^src/${name}/`;
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    forbid(
      'no-circular',
      'Two files that import each other belong together, or need a third one.',
      {},
      { circular: true },
    ),
    forbid(
      'ml-is-pure',
      'ml is arithmetic on typed arrays: it imports only ml.',
      { path: layer('ml') },
      { pathNot: '^src/ml/' },
    ),
    forbid(
      'store-below-domain',
      'The store must not depend on the layers above it.',
      { path: layer('store') },
      { path: '^src/(api|http|routes|domain|jobs|tasks)/|^src/(app|server|cli)\\.ts' },
    ),
    forbid(
      'store-knows-shapes-only',
      'The store keeps what ml describes and checks its shape, but computes nothing with it.',
      { path: layer('store') },
      {
        path: '^src/ml/',
        pathNot: '^src/ml/model/(card|schema)-check\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'domain-below-routes',
      'Decisions know nothing of the web or of the queue that runs them.',
      { path: layer('domain') },
      { path: '^src/(api|http|routes|jobs|tasks)/|^src/(app|server|cli)\\.ts' },
    ),
    forbid(
      'tasks-below-routes',
      'The work of a request knows nothing of the web or of the queue, and only routes ask for it.',
      { path: layer('tasks') },
      { path: '^src/(api|http|routes|jobs)/|^src/(app|server|cli)\\.ts' },
    ),
    forbid(
      'jobs-below-routes',
      'Background work knows nothing of the web.',
      { path: layer('jobs') },
      { path: '^src/(api|http|routes|tasks)/|^src/(app|server|cli)\\.ts' },
    ),
    forbid(
      'http-is-plumbing',
      'Request plumbing has no business and no entry points.',
      { path: layer('http') },
      { path: '^src/(api|routes|jobs|ml)/|^src/(app|server|cli)\\.ts' },
    ),
    forbid(
      'presenters-only-word',
      'Presenters turn records into what a page prints: they know neither requests nor the database.',
      { path: layer('presenters') },
      {
        path: '^src/(api|http|routes|jobs|tasks|ml|db)/|^src/(app|server|cli|db)\\.ts',
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'presenters-below-routes',
      'Only routes and http use presenters.',
      { path: '^src/(domain|store|jobs|tasks|commands|ml)/' },
      { path: layer('presenters') },
    ),
    forbid(
      'routes-below-app',
      'Only the entry points mount routes.',
      { path: layer('routes') },
      { path: '^src/(app|server|cli)\\.ts' },
    ),
    forbid(
      'api-beside-routes',
      'The API is made of operations; it has no pages.',
      { path: layer('api') },
      { path: '^src/(routes|presenters|jobs|ml)/|^src/(app|server|cli)\\.ts' },
    ),
    forbid(
      'commands-without-web',
      'The command line uses the domain, without the web and without a database.',
      { path: layer('commands') },
      { path: '^src/(api|http|routes|jobs|tasks|store|db)/|^src/(app|server|cli|db)\\.ts' },
    ),
    forbid(
      'commands-below-cli',
      'Only the command line runs commands.',
      { path: '^src/', pathNot: '^src/commands/|^src/cli\\.ts' },
      { path: layer('commands') },
    ),
    forbid(
      'express-stops-at-routes',
      'Express types stop at app, http, routes and api.',
      { path: '^src/', pathNot: '^src/(http|routes|api)/|^src/(app|server)\\.ts' },
      { path: 'node_modules/(@types/)?express(-session)?/' },
    ),
    forbid(
      'knex-stops-at-store',
      'knex stops at store, db and migrations.',
      { path: '^src/', pathNot: '^src/(store|db)/|^src/db\\.ts' },
      { path: 'node_modules/(knex|better-sqlite3|pg)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
