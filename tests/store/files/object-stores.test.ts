/** Both kinds of object stores do the same: a folder, and a bucket of a real S3 server. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFolderObjects } from '../../../src/store/files/folder-objects.ts';
import { ChangedObject, newKey } from '../../../src/store/files/objects.ts';
import type { ObjectStore } from '../../../src/store/files/objects.ts';
import { openS3Objects } from '../../../src/store/files/s3-objects.ts';
import { s3Credentials, startS3Server } from '../../helpers/s3-server.ts';
import type { S3TestServer } from '../../helpers/s3-server.ts';

let folder: string;
let server: S3TestServer;
let places = 0;

beforeAll(async () => {
  for (const [name, value] of Object.entries(s3Credentials)) vi.stubEnv(name, value);
  server = await startS3Server();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-objects-'));
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
});

const kinds = {
  folder: (place: string) => openFolderObjects(join(folder, place)),
  s3: (place: string) =>
    openS3Objects({ bucket: server.bucket, prefix: `${place}/`, endpoint: server.endpoint }),
};

function fileOf(bytes: Uint8Array, name = 'source'): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function keyOf(bytes: Uint8Array): string {
  return newKey(createHash('sha256').update(bytes).digest('hex'));
}

async function keysIn(objects: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list()) keys.push(key);
  return keys.sort();
}

describe.each(Object.entries(kinds))('an object store: %s', (_kind, open) => {
  let objects: ObjectStore;
  beforeEach(() => {
    objects = open(`place-${places++}`);
  });

  it.each([
    ['nothing', 0],
    ['a few bytes', 100],
    ['several parts', 40 << 20],
  ])('gives back what was put: %s', async (_what, length) => {
    const bytes = randomBytes(length);
    const key = keyOf(bytes);
    await objects.put(key, fileOf(bytes));
    const copy = join(folder, 'copy');
    await objects.get(key, copy);
    expect(readFileSync(copy).equals(bytes)).toBe(true);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
  });

  it('stores the same bytes twice, so that one can be deleted without the other', async () => {
    const bytes = randomBytes(10);
    const [first, second] = [keyOf(bytes), keyOf(bytes)];
    for (const key of [first, second]) await objects.put(key, fileOf(bytes));
    await objects.delete(first);
    await objects.delete(first);
    expect(await keysIn(objects)).toEqual([second]);
  });

  it('says of an object that is not there that it is missing, and leaves no file', async () => {
    const copy = join(folder, 'copy');
    await expect(objects.get(keyOf(randomBytes(10)), copy)).rejects.toThrow(ChangedObject);
    expect(readdirSync(folder)).not.toContain('copy');
  });

  it('refuses a file that is not what its key says', async () => {
    await expect(objects.put(keyOf(randomBytes(10)), fileOf(randomBytes(10)))).rejects.toThrow();
    expect(await keysIn(objects)).toEqual([]);
  });

  it('lists objects with their age, and nothing else', async () => {
    const bytes = randomBytes(10);
    await objects.put(keyOf(bytes), fileOf(bytes));
    await objects.claim('this one');
    for await (const { ageMs } of objects.list()) expect(ageMs).toBeLessThan(60_000);
    expect(await keysIn(objects)).toHaveLength(1);
  });

  it('belongs to the installation that claimed it first', async () => {
    expect(await objects.claim('first')).toBe('first');
    expect(await objects.claim('second')).toBe('first');
  });
});
