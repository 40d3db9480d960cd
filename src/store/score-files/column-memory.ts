/**
 * Memory that columns are read into, used again for the next group. The engine frees arrays late, since it does not see
 * how large they are: a scan of a million scores would leave hundreds of megabytes behind in every thread.
 */

/** Together, of a thread; what is given back beyond it is left to the engine. */
const mostSpareBytes = 24 * 2 ** 20;
/** Sizes are multiples of it: columns of the next group are about as long, but not quite. */
const step = 16_384;

const spare: ArrayBuffer[] = [];
let spareBytes = 0;

/** At least so many bytes, with anything in them. */
export function takeMemory(bytes: number): ArrayBuffer {
  const most = 2 * bytes + step;
  const place = spare.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= most);
  if (place === -1) return Buffer.allocUnsafeSlow(Math.ceil(bytes / step) * step).buffer;
  const memory = spare[place]!;
  spare[place] = spare.at(-1)!;
  spare.pop();
  spareBytes -= memory.byteLength;
  return memory;
}

/** Of an array that nobody reads any more. */
export function giveBack({ buffer }: ArrayBufferView): void {
  if (!(buffer instanceof ArrayBuffer) || spareBytes + buffer.byteLength > mostSpareBytes) return;
  spare.push(buffer);
  spareBytes += buffer.byteLength;
}
