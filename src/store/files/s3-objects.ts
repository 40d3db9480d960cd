/**
 * Objects in a bucket of an S3-compatible store. The library of AWS is loaded here, when somebody uses such a store. It
 * tries requests again that were answered 500 or 503, or not at all; a download that is cut off begins again.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type * as Library from '@aws-sdk/client-s3';
import { FilesUnavailable } from '../../errors.ts';
import { ChangedObject, hashOfKey, isKey, missing, ownerName, placeOfKey } from './objects.ts';
import type { ObjectStore, StoredObject } from './objects.ts';
import { writeChecked } from './writing.ts';

export interface Bucket {
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  /** null: that of AWS. */
  readonly endpoint: string | null;
}

/** A file is uploaded in parts of so many bytes, which are in memory one at a time. */
const partBytes = 16 << 20;
/** Of requests, and of downloads that were cut off. */
const attempts = 4;

interface Connection extends Bucket {
  readonly library: typeof Library;
  readonly client: Library.S3Client;
}

export function openS3Objects(bucket: Bucket): ObjectStore {
  let connection: Promise<Connection> | null = null;
  const address = `s3://${bucket.bucket}/${bucket.prefix}`;
  const use = <T>(work: (connection: Connection) => Promise<T>): Promise<T> =>
    orUnavailable(address, async () => work(await (connection ??= connect(bucket))));
  return {
    address,
    put: (key, path) => use((to) => putFile(to, key, path)),
    get: (key, path) => use((from) => getFile(from, key, path)),
    delete: (key) =>
      use(async (at) => {
        await at.client.send(new at.library.DeleteObjectCommand(placeOf(at, placeOfKey(key))));
      }),
    list: async function* () {
      let token: string | undefined;
      const now = await use(storeTime);
      do {
        const page = await use((at) => listPage(at, now, token));
        yield* page.objects;
        token = page.next;
      } while (token !== undefined);
    },
    claim: (installation) => use((at) => claim(at, installation)),
  };
}

async function connect(bucket: Bucket): Promise<Connection> {
  const library = await import('@aws-sdk/client-s3');
  const client = new library.S3Client({
    maxAttempts: attempts,
    // Bytes are compared by their SHA-256; other stores than that of AWS do not know its newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(bucket.endpoint !== null && { endpoint: bucket.endpoint, forcePathStyle: true }),
    ...(bucket.endpoint !== null && process.env['AWS_REGION'] === undefined && { region: 'us-east-1' }),
  });
  return { ...bucket, library, client };
}

function placeOf({ bucket, prefix }: Bucket, name: string) {
  return { Bucket: bucket, Key: `${prefix}${name}` };
}

async function putFile(to: Connection, key: string, path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    await (size <= partBytes ? putWhole(to, key, file) : putParts(to, key, file));
  } finally {
    await file.close();
  }
}

async function putWhole(
  { library, client, ...to }: Connection,
  key: string,
  file: FileHandle,
): Promise<void> {
  const Body = await readPart(file, 0);
  requireHash(createHash('sha256').update(Body).digest('hex'), key);
  await client.send(new library.PutObjectCommand({ ...placeOf(to, placeOfKey(key)), Body }));
}

async function putParts(
  { library, client, ...to }: Connection,
  key: string,
  file: FileHandle,
): Promise<void> {
  const place = placeOf(to, placeOfKey(key));
  const { UploadId } = await client.send(new library.CreateMultipartUploadCommand(place));
  try {
    const hash = createHash('sha256');
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let PartNumber = 1; ; PartNumber++) {
      const Body = await readPart(file, (PartNumber - 1) * partBytes);
      if (Body.length === 0) break;
      hash.update(Body);
      const part = { ...place, UploadId, PartNumber, Body };
      const { ETag } = await client.send(new library.UploadPartCommand(part));
      Parts.push({ PartNumber, ETag });
    }
    requireHash(hash.digest('hex'), key);
    const whole = { ...place, UploadId, MultipartUpload: { Parts } };
    await client.send(new library.CompleteMultipartUploadCommand(whole));
  } catch (error) {
    // What cannot be reached keeps the parts; a rule of the bucket removes those (docs/operations.md).
    await client.send(new library.AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => undefined);
    throw error;
  }
}

async function readPart(file: FileHandle, position: number): Promise<Buffer> {
  const part = Buffer.allocUnsafe(partBytes);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(part, length, partBytes - length, position + length);
    length += bytesRead;
    if (bytesRead === 0 || length === partBytes) return part.subarray(0, length);
  }
}

function requireHash(sha256: string, key: string): void {
  if (sha256 !== hashOfKey(key)) throw new Error('A file changed while it was stored.');
}

/** A download that ends too early is one that was cut off, or half an object: only the store knows, so it is asked again. */
async function getFile(from: Connection, key: string, path: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await writeChecked(path, await readObject(from, key), hashOfKey(key));
      return;
    } catch (error) {
      if (attempt === attempts || isFinal(error)) throw error;
      await pause(100 * 2 ** attempt);
    }
  }
}

async function readObject({ library, client, ...from }: Connection, key: string) {
  const { Body } = await client.send(new library.GetObjectCommand(placeOf(from, placeOfKey(key))));
  return Body as AsyncIterable<Uint8Array>;
}

/** What the library tried again already, or is not worth it. */
function isFinal(error: unknown): boolean {
  const { $metadata, code } = error as { $metadata?: unknown; code?: unknown };
  return $metadata !== undefined || code === 'ENOSPC' || code === 'EDQUOT';
}

/** Of an object written just now: the clock of this machine may be wrong. */
async function storeTime({ library, client, ...at }: Connection): Promise<number> {
  const place = placeOf(at, 'clock');
  await client.send(new library.PutObjectCommand({ ...place, Body: Buffer.from('now') }));
  const { LastModified } = await client.send(new library.HeadObjectCommand(place));
  return LastModified!.getTime();
}

async function listPage(
  { library, client, bucket, prefix }: Connection,
  now: number,
  token: string | undefined,
): Promise<{ readonly objects: StoredObject[]; readonly next: string | undefined }> {
  const page = { Bucket: bucket, Prefix: prefix, ContinuationToken: token };
  const { Contents = [], NextContinuationToken: next } = await client.send(
    new library.ListObjectsV2Command(page),
  );
  const objects = Contents.flatMap(({ Key = '', LastModified }) => {
    const key = basename(Key);
    const isOurs = isKey(key) && Key === `${prefix}${placeOfKey(key)}` && LastModified !== undefined;
    return isOurs ? [{ key, ageMs: now - LastModified.getTime() }] : [];
  });
  return { objects, next };
}

async function claim({ library, client, ...at }: Connection, installation: string): Promise<string> {
  const place = placeOf(at, ownerName);
  try {
    const { Body } = await client.send(new library.GetObjectCommand(place));
    return (await Body!.transformToString()).trim();
  } catch (error) {
    if (!(error instanceof library.NoSuchKey)) throw error;
    await client.send(new library.PutObjectCommand({ ...place, Body: Buffer.from(installation) }));
    return installation;
  }
}

/** @throws ChangedObject where there is none; FilesUnavailable, in words, in place of other errors of the store */
async function orUnavailable<T>(address: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { name = '', code, $metadata } = error as StoreError;
    if (name === 'NoSuchKey') throw new ChangedObject(missing);
    const isOurs = error instanceof ChangedObject || code === 'ENOSPC' || code === 'EDQUOT';
    if (isOurs || ($metadata === undefined && code === undefined && !isSetup(name))) throw error;
    throw new FilesUnavailable(address, reasonOf(name, $metadata?.httpStatusCode, code));
  }
}

interface StoreError {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function isSetup(name: string): boolean {
  return name === 'CredentialsProviderError' || name === 'TimeoutError';
}

function reasonOf(name: string, status: number | undefined, code: string | undefined): string {
  if (name === 'NoSuchBucket') return 'there is no such bucket';
  if (name === 'CredentialsProviderError') return 'no credentials are set';
  if (status === 401 || status === 403) return `it refuses these credentials (${name})`;
  if (status !== undefined) return `it answers ${status} (${name})`;
  return `no connection (${code ?? name})`;
}
