/** Connections to databases of the company: saved with an encrypted password, tested, opened, removed. */
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict, Unprocessable } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import {
  deleteConnection,
  getConnection,
  insertConnection,
  listConnections,
  updateConnection,
} from '../../store/connections.ts';
import type { ConnectionRecord, NewConnection } from '../../store/connections.ts';
import { listQueriesOf } from '../../store/queries.ts';
import { openWarehouse } from '../../store/warehouse/client.ts';
import type { Warehouse } from '../../store/warehouse/client.ts';
import { allowedAddress } from '../../store/warehouse/hosts.ts';
import { describeServer } from '../../store/warehouse/server.ts';
import type { ServerDescription } from '../../store/warehouse/server.ts';
import type { User } from '../people/accounts.ts';
import { decryptSecret, encryptSecret, renewSecret } from './secrets.ts';

export interface WarehouseEnv {
  readonly db: Db;
  readonly config: Config;
}

/** `id` null: a new one. An empty password keeps the stored one, unless it would go to another server or user. */
export async function saveConnection(
  { db, config }: WarehouseEnv,
  user: User,
  id: number | null,
  typed: NewConnection,
): Promise<number> {
  await allowedAddress(typed.host, config.warehouse.hosts);
  const before = id === null ? null : await getConnection(db, id);
  const connection = { ...typed, password: passwordFor(config, before, typed) };
  return inTransaction(db, async (trx) => {
    const saved = id ?? (await insertConnection(trx, connection, user.id));
    if (id !== null) await updateConnection(trx, id, connection);
    await recordEvent(trx, {
      userId: user.id,
      action: id === null ? 'connection.created' : 'connection.changed',
      subject: typed.name,
      before: before && withoutPassword(before),
      after: withoutPassword(connection),
    });
    return saved;
  });
}

/** @throws Conflict while queries use it */
export async function removeConnection(db: Db, user: User, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const before = await getConnection(trx, id);
    const queries = await listQueriesOf(trx, id);
    if (queries.length > 0)
      throw new Conflict(
        `These queries use this connection: ${queries.map(({ name }) => name).join(', ')}. Delete them first.`,
      );
    await deleteConnection(trx, id);
    await recordEvent(trx, {
      userId: user.id,
      action: 'connection.removed',
      subject: before.name,
      before: withoutPassword(before),
    });
  });
}

/** Connects and asks who one is there. @throws AppError or WarehouseLost, in words */
export async function testConnection(env: WarehouseEnv, id: number): Promise<ServerDescription> {
  const warehouse = await openConnection(env, id);
  try {
    return await describeServer(warehouse);
  } finally {
    await warehouse.close();
  }
}

/** The caller closes it. @throws AppError or WarehouseLost, in words */
export async function openConnection({ db, config }: WarehouseEnv, id: number): Promise<Warehouse> {
  const connection = await getConnection(db, id);
  const password = decryptSecret(config.secretsKeys, connection.password, purposeOf(connection));
  return openWarehouse({ ...connection, password }, config.warehouse);
}

/** Encrypts every password with the first key, so that the others can be taken out of the setting; those of other keys stay. */
export async function renewSecrets({ db, config }: WarehouseEnv): Promise<void> {
  if (config.secretsKeys.length < 2) return;
  await inTransaction(db, async (trx) => {
    for (const connection of await listConnections(trx)) {
      const password = renewSecret(config.secretsKeys, connection.password, purposeOf(connection));
      if (password !== null) await updateConnection(trx, connection.id, { ...connection, password });
    }
  });
}

function passwordFor(config: Config, before: ConnectionRecord | null, typed: NewConnection): string {
  const isSame = before !== null && purposeOf(before) === purposeOf(typed);
  if (typed.password !== '') return encryptSecret(config.secretsKeys, typed.password, purposeOf(typed));
  if (isSame) return before.password;
  const message =
    before === null
      ? 'Enter the password.'
      : 'Enter the password: host, port, database or user have changed.';
  throw new Unprocessable([{ field: 'password', message }]);
}

/** A password is for one user of one database: an entry that was changed in the database sends it nowhere else. */
function purposeOf({ host, port, database, username, tls }: NewConnection): string {
  return JSON.stringify([host, port, database, username, tls]);
}

function withoutPassword({ name, host, port, database, username, tls }: NewConnection) {
  return { name, host, port, database, username, tls };
}
