/** What a server says of itself and of the user of a connection. */
import type { Warehouse } from './client.ts';

export interface ServerDescription {
  /** '15.4' */
  readonly version: string;
  readonly username: string;
  /** Whether it could change something there; queries are read-only in any case. */
  readonly mayWrite: boolean;
}

const question = `
  SELECT current_setting('server_version'), current_user,
    current_setting('default_transaction_read_only') = 'off' AND (
      (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
      OR EXISTS (SELECT FROM pg_catalog.pg_namespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND has_schema_privilege(oid, 'CREATE'))
      OR EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
          AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')))`;

export async function describeServer(warehouse: Warehouse): Promise<ServerDescription> {
  const { rows } = await warehouse.query({ text: question, rowMode: 'array' });
  const [version = '', username = '', mayWrite] = rows[0] as readonly string[];
  return { version: version.split(' ')[0]!, username, mayWrite: mayWrite === 't' };
}
