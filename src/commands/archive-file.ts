/** The archive of a backup as a file or a pipe, plain or compressed. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { AppError } from '../errors.ts';
import { privateFile } from '../private-files.ts';

type Write = (bytes: Uint8Array) => Promise<void>;

/**
 * Gives `work` what writes to the file, or with '-' to standard output. A file has its name only when it is whole and on the
 * disk; what was there before stays until then.
 */
export async function writeArchiveFile<T>(
  path: string,
  isCompressed: boolean,
  work: (write: Write) => Promise<T>,
): Promise<T> {
  if (path === '-') return writeTo(process.stdout, isCompressed, work);
  const partial = `${path}.part`;
  try {
    const result = await writeTo(createWriteStream(partial, { mode: privateFile }), isCompressed, work);
    await sync(partial);
    await rename(partial, path);
    return result;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function writeTo<T>(
  target: NodeJS.WritableStream,
  isCompressed: boolean,
  work: (write: Write) => Promise<T>,
): Promise<T> {
  const head = isCompressed ? createGzip({ level: 1 }) : target;
  const isDone = isCompressed
    ? pipeline(head as ReturnType<typeof createGzip>, target, { end: target !== process.stdout })
    : target === process.stdout
      ? Promise.resolve()
      : finished(target);
  // Whoever writes hears of the failure too, and first.
  isDone.catch(() => undefined);
  const result = await work(
    (bytes) =>
      new Promise((done, fail) => {
        head.once('error', fail);
        head.write(bytes, (error) => {
          head.off('error', fail);
          if (error) fail(error);
          else done();
        });
      }),
  );
  if (head !== process.stdout) head.end();
  await isDone;
  return result;
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync();
  await file.close();
}

/** The bytes of the archive, unpacked where it is compressed. '-' is standard input. */
export async function* readArchiveFile(path: string): AsyncGenerator<Buffer> {
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 });
  const pieces = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done === true) return;
  const all = Readable.from(prepend(first.value, pieces));
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) yield* all as AsyncIterable<Buffer>;
  else yield* unpacked(all);
}

async function* prepend(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* unpacked(packed: Readable): AsyncGenerator<Buffer> {
  const unpacking = createGunzip();
  pipeline(packed, unpacking).catch(() => undefined);
  try {
    yield* unpacking as AsyncIterable<Buffer>;
  } catch {
    throw new AppError(
      422,
      'damaged-archive',
      'The compressed archive is cut off or was changed. Use another backup.',
    );
  }
}
