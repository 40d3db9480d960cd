/**
 * Archives in the tar format (POSIX ustar), written and read as streams: memory does not depend on the size of files. Every
 * tar program can read what is written here.
 */
import { AppError } from '../../errors.ts';

const blockBytes = 512;

export interface TarEntry {
  readonly name: string;
  readonly bytes: number;
  /** Read it to its end before the next entry. */
  readonly content: AsyncIterable<Buffer>;
}

/** The archive is cut off, changed, or none. */
export class DamagedArchive extends AppError {
  constructor(message: string) {
    super(422, 'damaged-archive', message);
  }
}

const cutOff = (): DamagedArchive =>
  new DamagedArchive('The archive is cut off: its end is missing. Use another backup.');
const noArchive = (): DamagedArchive =>
  new DamagedArchive('This is no archive of Holdfast, or it was changed. Use another backup.');

/** Field of the header: from, length. */
const fields = {
  name: [0, 100],
  mode: [100, 8],
  owner: [108, 8],
  group: [116, 8],
  size: [124, 12],
  time: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
} as const;

/** In front of the content of a file. `seconds`: since 1970. */
export function tarHeader(name: string, bytes: number, seconds: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const put = (field: keyof typeof fields, text: string): void => {
    const [from, length] = fields[field];
    if (Buffer.byteLength(text) > length) throw new RangeError(`'${text}' is too long for an archive`);
    header.write(text, from);
  };
  put('name', name);
  put('mode', '0000600\0');
  put('owner', '0000000\0');
  put('group', '0000000\0');
  put('time', `${Math.floor(seconds).toString(8).padStart(11, '0')}\0`);
  put('type', '0');
  put('magic', 'ustar\x0000');
  putSize(header, bytes);
  put('checksum', `${sumOf(header).toString(8).padStart(6, '0')}\0 `);
  return header;
}

/** From 8 GB on as a binary number, as GNU tar writes it. */
function putSize(header: Buffer, bytes: number): void {
  const [from, length] = fields.size;
  if (bytes < 8 ** 11) header.write(`${bytes.toString(8).padStart(11, '0')}\0`, from);
  else {
    header[from] = 0x80;
    header.writeBigUInt64BE(BigInt(bytes), from + length - 8);
  }
}

function sizeOf(header: Buffer): number {
  const [from, length] = fields.size;
  if (header[from] === 0x80) return Number(header.readBigUInt64BE(from + length - 8));
  const text = header.toString('latin1', from, from + length - 1);
  if (!/^[0-7]{11}$/.test(text)) throw noArchive();
  return parseInt(text, 8);
}

/** Of the bytes of a header, its checksum taken as spaces. */
function sumOf(header: Buffer): number {
  const [from, length] = fields.checksum;
  let sum = 0;
  for (let i = 0; i < blockBytes; i++) sum += i >= from && i < from + length ? 32 : header[i]!;
  return sum;
}

/** What follows the content of a file, up to the next header. */
export function tarPadding(bytes: number): Buffer {
  return Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes);
}

/** The end of an archive. */
export const tarEnd = Buffer.alloc(2 * blockBytes);

/** @throws DamagedArchive */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const reader = createReader(source);
  for (;;) {
    const header = await reader.take(blockBytes);
    if (header.every((byte) => byte === 0)) return;
    const [from, length] = fields.checksum;
    if (sumOf(header) !== parseInt(header.toString('latin1', from, from + length), 8)) throw noArchive();
    const bytes = sizeOf(header);
    const name = header.toString('utf8', 0, fields.name[1]).replace(/\0.*$/s, '');
    yield { name, bytes, content: reader.pieces(bytes) };
    await reader.take(tarPadding(bytes).length);
  }
}

/** Reads exactly as many bytes as are asked for. @throws DamagedArchive where there are fewer */
function createReader(source: AsyncIterable<Buffer>) {
  const chunks = source[Symbol.asyncIterator]();
  let rest = Buffer.alloc(0);
  const some = async (most: number): Promise<Buffer> => {
    if (rest.length === 0) {
      const next = await chunks.next();
      if (next.done === true) throw cutOff();
      rest = next.value as Buffer<ArrayBuffer>;
    }
    const piece = rest.subarray(0, most);
    rest = rest.subarray(piece.length);
    return piece;
  };
  async function* pieces(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0;) {
      const piece = await some(left);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }
  const take = async (bytes: number): Promise<Buffer> => {
    const taken: Buffer[] = [];
    for await (const piece of pieces(bytes)) taken.push(piece);
    return Buffer.concat(taken);
  };
  return { take, pieces };
}
