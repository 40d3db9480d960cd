/** Connections as their pages show them. */
import type { FieldError } from '../errors.ts';
import type { ConnectionRecord, TlsMode } from '../store/connections.ts';
import type { ServerDescription } from '../store/warehouse/server.ts';

type Values = Readonly<Record<string, string>>;

const tlsText: Record<TlsMode, string> = {
  verified: 'Encrypted, certificate checked',
  encrypted: 'Encrypted, certificate not checked',
  off: 'Not encrypted',
};

export interface ConnectionListInput {
  readonly connections: readonly ConnectionRecord[];
  /** Servers that are allowed. */
  readonly hosts: readonly string[];
  readonly hasKey: boolean;
}

export function presentConnectionList({ connections, hosts, hasKey }: ConnectionListInput) {
  const missing = [hasKey ? '' : 'SECRETS_KEY', hosts.length > 0 ? '' : 'WAREHOUSE_HOSTS'].filter(Boolean);
  return {
    problem:
      missing.length === 0
        ? null
        : `Connections cannot be used until the server has the settings ${missing.join(' and ')}. The operations guide describes them.`,
    hosts: hosts.join(', '),
    connections: connections.map((connection) => ({
      href: `/settings/connections/${connection.id}`,
      name: connection.name,
      server: `${connection.host}:${connection.port}`,
      database: connection.database,
      username: connection.username,
      tls: tlsText[connection.tls],
    })),
  };
}

export function toConnectionValues({ name, host, port, database, username, tls }: ConnectionRecord): Values {
  return { name, host, port: String(port), database, username, tls };
}

/** `connection` null: a new one. */
export function presentConnectionForm(
  connection: ConnectionRecord | null,
  { values, errors }: { readonly values: Values; readonly errors: readonly FieldError[] },
) {
  const path = connection === null ? null : `/settings/connections/${connection.id}`;
  return {
    title: connection?.name ?? 'Add a connection',
    path: path ?? '/settings/connections',
    testPath: path && `${path}/test`,
    removalPath: path && `${path}/removal`,
    values,
    errors,
    passwordHint:
      connection === null
        ? 'Stored encrypted, and never shown again.'
        : 'Leave blank to keep the stored one. A change of host, port, database, user or encryption needs it again.',
    tlsField: {
      name: 'tls',
      label: 'Encryption',
      value: values['tls'],
      options: Object.entries(tlsText).map(([value, label]) => ({ value, label })),
      errors,
    },
  };
}

/** 'Connected to PostgreSQL 15.4 as reader; read-only.' */
export function describeServer({ version, username, mayWrite }: ServerDescription): string {
  const rights = mayWrite ? 'this user may write; queries still run read-only' : 'read-only';
  return `Connected to PostgreSQL ${version} as ${username}; ${rights}.`;
}
