/** Query plans of SQLite, to see which index a query uses. */
import type { Db } from '../../src/db.ts';

/** The plan of every query on the predictions that `work` runs, one line a step. */
export async function queryPlans(db: Db, work: () => Promise<unknown>): Promise<string[]> {
  const queries: { sql: string; bindings: readonly (string | number)[] }[] = [];
  const listen = (query: (typeof queries)[number]) => queries.push(query);
  db.on('query', listen);
  await work();
  db.removeListener('query', listen);
  const steps = await Promise.all(
    queries
      .filter(({ sql }) => sql.includes('predictions'))
      .map(({ sql, bindings }) => db.raw<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, [...bindings])),
  );
  return steps.flat().map(({ detail }) => detail);
}
