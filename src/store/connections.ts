import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';

/** `verified`: encrypted, and the certificate is checked; `encrypted`: it is not; `off`: plain text. */
export const tlsModes = ['verified', 'encrypted', 'off'] as const;
export type TlsMode = (typeof tlsModes)[number];

/** A database of the company that queries read and scores are written to. */
export interface ConnectionRecord {
  readonly id: number;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  /** Encrypted. */
  readonly password: string;
  readonly tls: TlsMode;
}

export type NewConnection = Omit<ConnectionRecord, 'id'>;

interface ConnectionRow {
  id: number;
  name: string;
  host: string;
  port: number;
  database_name: string;
  username: string;
  password: string;
  tls: TlsMode;
  created_by: number | null;
  created_at: string;
}

/** By name. */
export async function listConnections(db: Db): Promise<ConnectionRecord[]> {
  const rows = await db<ConnectionRow>('connections').orderBy('name').orderBy('id');
  return rows.map(toConnection);
}

/** @throws NotFound */
export async function getConnection(db: Db, id: number): Promise<ConnectionRecord> {
  const row = await db<ConnectionRow>('connections').where({ id }).first();
  if (!row) throw new NotFound('connection');
  return toConnection(row);
}

export async function insertConnection(db: Db, connection: NewConnection, userId: number): Promise<number> {
  const [row] = await db<ConnectionRow>('connections')
    .insert({ ...toColumns(connection), created_by: userId, created_at: await isoTimeOf(db) })
    .returning('id');
  return row!.id;
}

export async function updateConnection(db: Db, id: number, connection: NewConnection): Promise<void> {
  await db('connections').where({ id }).update(toColumns(connection));
}

export async function deleteConnection(db: Db, id: number): Promise<void> {
  await db('connections').where({ id }).delete();
}

function toColumns({ database, ...others }: NewConnection) {
  const { name, host, port, username, password, tls } = others;
  return { name, host, port, database_name: database, username, password, tls };
}

function toConnection({ database_name: database, ...row }: ConnectionRow): ConnectionRecord {
  const { id, name, host, port, username, password, tls } = row;
  return { id, name, host, port, database, username, password, tls };
}
